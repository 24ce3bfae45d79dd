internal import CCurl
internal import CrawlCore
internal import Glibc

/// What curl knows of the transfer that is running or has just finished.
extension Transfer {
    /// The status of the response; nil before there is one.
    package var statusCode: Int? {
        let code = long(CURLINFO_RESPONSE_CODE)
        return code == 0 ? nil : code
    }

    /// The `Content-Type` as it was sent.
    package var contentType: String? { string(CURLINFO_CONTENT_TYPE) }

    /// The address that was connected to.
    package var remoteIP: String? {
        // Empty where no connection was made.
        string(CURLINFO_PRIMARY_IP).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `1.0`, `1.1`, `2` or `3`.
    package var httpVersion: String? {
        switch long(CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: "1.0"
        case CURL_HTTP_VERSION_1_1: "1.1"
        case CURL_HTTP_VERSION_2_0: "2"
        case CURL_HTTP_VERSION_3: "3"
        default: nil
        }
    }

    /// Bytes of the body on the wire.
    package var sizeDownload: Int64 { offset(CURLINFO_SIZE_DOWNLOAD_T) }

    /// Bytes of the request's body that were sent.
    var sizeUpload: Int64 { offset(CURLINFO_SIZE_UPLOAD_T) }

    /// Microseconds from the start until the name was resolved.
    package var nameLookupMicroseconds: Int64 { offset(CURLINFO_NAMELOOKUP_TIME_T) }

    /// Microseconds from the start until the connection stood; 0 where it never did.
    package var connectMicroseconds: Int64 { offset(CURLINFO_CONNECT_TIME_T) }

    /// Microseconds from the start until the request could be sent, TLS included; 0 where it never could.
    package var preTransferMicroseconds: Int64 { offset(CURLINFO_PRETRANSFER_TIME_T) }

    /// Microseconds from the start until the first byte of the response.
    package var startTransferMicroseconds: Int64 { offset(CURLINFO_STARTTRANSFER_TIME_T) }

    /// Microseconds from start to end.
    package var totalMicroseconds: Int64 { offset(CURLINFO_TOTAL_TIME_T) }

    /// The first field of a name in the response's header, the one that curl itself goes by in a `Location`.
    package func header(_ name: String) -> String? {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = header?.pointee.value
        else { return nil }
        return String(cString: value)
    }

    /// The first `Location`, as ASCII: each byte that is none stands as `%XX`, as browsers and curl ask for it.
    ///
    /// What is UTF-8 means the same so (URL Standard, section 1.3), and what is in no known encoding keeps its bytes.
    package var location: String? {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, "location", 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = header?.pointee.value
        else { return nil }
        // Safe because curl ends the value with a zero, and keeps it until the next request.
        let bytes = UnsafeRawBufferPointer(start: value, count: strlen(value))
        return WebURL.escapingNonASCII(bytes)
    }

    /// The values of all fields of a name in the response's header, in their order.
    package func headers(_ name: String) -> [String] {
        var values: [String] = []
        var header: UnsafeMutablePointer<curl_header>?
        while curl_easy_header(easy, name, values.count, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = header?.pointee.value
        {
            values.append(String(cString: value))
        }
        return values
    }

    /// The status of a proxy's last answer to CONNECT; 0 where none was asked.
    var connectStatus: Int { long(CURLINFO_HTTP_CONNECTCODE) }

    /// Connections that were made for the transfer; 0 where it used those that were there.
    var newConnections: Int { long(CURLINFO_NUM_CONNECTS) }

    /// The system's number of the last error on a socket of this transfer; 0 where there was none.
    var socketError: Int { long(CURLINFO_OS_ERRNO) }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = ccurl_getinfo_long(easy, info, &value)  // Fails only for an unknown info.
        return value
    }

    private func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        _ = ccurl_getinfo_offset(easy, info, &value)  // Fails only for an unknown info.
        return Int64(value)
    }

    private func string(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        _ = ccurl_getinfo_string(easy, info, &value)  // Fails only for an unknown info.
        return value.map { String(cString: $0) }
    }
}
