internal import CCurl
internal import CrawlCore
internal import Glibc

/// What curl knows of the transfer that is running or has just finished.
extension Transfer {
    /// The status of the response; nil before it has come.
    package var statusCode: Int? {
        let code = running.file?.status ?? handle.long(CURLINFO_RESPONSE_CODE)
        return code == 0 ? nil : code
    }

    /// The `Content-Type` as it was sent.
    package var contentType: String? {
        if let file = running.file { return file.values(of: "content-type").first }
        return handle.string(CURLINFO_CONTENT_TYPE)
    }

    /// The address that was connected to.
    package var remoteIP: String? {
        // Empty when no connection was made.
        running.isOfFile ? nil : handle.string(CURLINFO_PRIMARY_IP).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `1.0`, `1.1`, `2` or `3`.
    package var httpVersion: String? {
        guard !running.isOfFile else { return nil }
        return switch handle.long(CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: "1.0"
        case CURL_HTTP_VERSION_1_1: "1.1"
        case CURL_HTTP_VERSION_2_0: "2"
        case CURL_HTTP_VERSION_3: "3"
        default: nil
        }
    }

    /// Bytes of the body as they came, before decoding.
    package var sizeDownload: Int64 { running.file?.bytesRead ?? handle.offset(CURLINFO_SIZE_DOWNLOAD_T) }

    /// Bytes of the request's body that were sent.
    var sizeUpload: Int64 { handle.offset(CURLINFO_SIZE_UPLOAD_T) }

    /// Microseconds from the start until the name was resolved.
    package var nameLookupMicroseconds: Int64 { time(CURLINFO_NAMELOOKUP_TIME_T) }

    /// Microseconds from the start until the connection was made; 0 when it never was.
    package var connectMicroseconds: Int64 { time(CURLINFO_CONNECT_TIME_T) }

    /// Microseconds from the start until the request could be sent, TLS included; 0 when it never could.
    package var preTransferMicroseconds: Int64 { time(CURLINFO_PRETRANSFER_TIME_T) }

    /// Microseconds from the start until the first byte of the response.
    package var startTransferMicroseconds: Int64 { time(CURLINFO_STARTTRANSFER_TIME_T) }

    /// Microseconds from the start to the end.
    package var totalMicroseconds: Int64 {
        guard running.isOfFile else { return handle.offset(CURLINFO_TOTAL_TIME_T) }
        let (seconds, attoseconds) = (MonotonicInstant.now - running.startedAt).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// Microseconds from the start until something happened on the way to a server; 0 where none is asked.
    private func time(_ info: CURLINFO) -> Int64 { running.isOfFile ? 0 : handle.offset(info) }

    /// The first field of a name in the response's header; for `Location` it is the one that curl itself follows.
    package func header(_ name: String) -> String? {
        if let file = running.file { return file.values(of: name).first }
        return handle.header(name).map { String(cString: $0) }
    }

    /// The first `Location`, as ASCII: every other byte is written as `%XX`, as browsers and curl request it.
    ///
    /// For UTF-8 that changes nothing (URL Standard, section 1.3), and text in an unknown encoding keeps its bytes.
    package var location: String? {
        if let file = running.file { return file.values(of: "location").first }
        guard let value = handle.header("location") else { return nil }
        // Safe because curl ends the value with a zero, and keeps it until the next request.
        return WebURL.escapingNonASCII(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }

    /// The values of all fields of a name in the response's header, in their order.
    package func headers(_ name: String) -> [String] {
        if let file = running.file { return file.values(of: name) }
        var values: [String] = []
        while let value = handle.header(name, at: values.count) { values.append(String(cString: value)) }
        return values
    }

    /// The status of a proxy's last answer to CONNECT; 0 when there was none.
    var connectStatus: Int { handle.long(CURLINFO_HTTP_CONNECTCODE) }

    /// How many connections were made for the transfer; 0 when it only used existing ones.
    var newConnections: Int { handle.long(CURLINFO_NUM_CONNECTS) }

    /// The system's number of the last error on a socket of this transfer; 0 when there was none.
    var socketError: Int { handle.long(CURLINFO_OS_ERRNO) }
}
