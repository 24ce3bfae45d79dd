internal import CCurl
package import CrawlCore

/// The code that curl ends a transfer with (<https://curl.se/libcurl/c/libcurl-errors.html>).
package struct CurlCode: RawRepresentable, Hashable, Sendable {
    /// curl's number for it.
    package let rawValue: UInt32

    /// The code with a number.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ code: CURLcode) { rawValue = code.rawValue }

    /// The transfer is complete.
    package static let ok = CurlCode(CURLE_OK)
    /// The delegate refused more of the body.
    package static let writeError = CurlCode(CURLE_WRITE_ERROR)
    /// No address of the host or proxy could be connected to.
    static let couldNotConnect = CurlCode(CURLE_COULDNT_CONNECT)
    /// The connection broke, or the chunked coding did.
    static let receiveError = CurlCode(CURLE_RECV_ERROR)
    /// curl has no memory left, or one of its buffers has met its limit.
    package static let outOfMemory = CurlCode(CURLE_OUT_OF_MEMORY)
    /// One of curl's time limits was reached.
    package static let timedOut = CurlCode(CURLE_OPERATION_TIMEDOUT)

    /// curl's description of the code.
    package var message: String { String(cString: curl_easy_strerror(CURLcode(rawValue))) }

    /// The kind of error that a code other than `ok` and `timedOut` stands for. curl has one code for all time-outs; which
    /// one it was depends on how far the transfer had come.
    package var errorKind: ErrorKind {
        switch CURLcode(rawValue) {
        case CURLE_URL_MALFORMAT:
            .invalidURL
        case CURLE_UNSUPPORTED_PROTOCOL:
            // curl uses this code also for HTTP/0.9, for a status line it cannot read and for an SSH banner. A URL with an
            // unsupported scheme is never requested.
            .badResponse
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            .dns
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED, CURLE_NO_CONNECTION_AVAILABLE:
            .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_AGAIN, CURLE_SEND_FAIL_REWIND:
            .reset
        case CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM:
            .truncated
        case CURLE_FILESIZE_EXCEEDED, CURLcode(100):
            // 100 is CURLE_TOO_LARGE, new in curl 8.6.
            .tooLarge
        case CURLE_TOO_MANY_REDIRECTS:
            .tooManyRedirects
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP3, CURLE_QUIC_CONNECT_ERROR, CURLE_RANGE_ERROR,
            CURLE_BAD_DOWNLOAD_RESUME, CURLE_AUTH_ERROR, CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED,
            CURLE_CHUNK_FAILED, CURLE_REMOTE_FILE_NOT_FOUND:
            .badResponse
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            // When the delegate refuses the body this is not asked. What is left of 23 is a decoder that failed.
            .decode
        case CURLE_HTTP_RETURNED_ERROR:
            .httpStatus
        case CURLE_OPERATION_TIMEDOUT:
            .timeoutTotal
        default:
            // No memory, a bad option, and the codes of protocols that are never used here.
            .internal
        }
    }
}
