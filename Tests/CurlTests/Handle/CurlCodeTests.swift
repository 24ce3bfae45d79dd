import CrawlCore
import Curl
import Testing

/// What each of curl's codes comes to.
@Suite struct CurlCodeTests {
    /// Every code that is not `internal`, by its number in curl's manual: numbers are never used again.
    private static let kinds: [UInt32: ErrorKind] = [
        1: .badResponse,  // UNSUPPORTED_PROTOCOL: HTTP/0.9 among others
        3: .invalidURL,  // URL_MALFORMAT
        5: .dns,  // COULDNT_RESOLVE_PROXY
        6: .dns,  // COULDNT_RESOLVE_HOST
        7: .connect,  // COULDNT_CONNECT
        8: .badResponse,  // WEIRD_SERVER_REPLY
        9: .badResponse,  // REMOTE_ACCESS_DENIED
        16: .badResponse,  // HTTP2
        18: .truncated,  // PARTIAL_FILE
        22: .httpStatus,  // HTTP_RETURNED_ERROR
        23: .decode,  // WRITE_ERROR that the receiver did not ask for
        28: .timeoutTotal,  // OPERATION_TIMEDOUT
        33: .badResponse,  // RANGE_ERROR
        35: .tls,  // SSL_CONNECT_ERROR
        36: .badResponse,  // BAD_DOWNLOAD_RESUME
        45: .connect,  // INTERFACE_FAILED
        47: .tooManyRedirects,  // TOO_MANY_REDIRECTS
        52: .reset,  // GOT_NOTHING
        53: .tls,  // SSL_ENGINE_NOTFOUND
        54: .tls,  // SSL_ENGINE_SETFAILED
        55: .reset,  // SEND_ERROR
        56: .reset,  // RECV_ERROR
        58: .tls,  // SSL_CERTPROBLEM
        59: .tls,  // SSL_CIPHER
        60: .tls,  // PEER_FAILED_VERIFICATION
        61: .decode,  // BAD_CONTENT_ENCODING
        63: .tooLarge,  // FILESIZE_EXCEEDED
        64: .tls,  // USE_SSL_FAILED
        65: .reset,  // SEND_FAIL_REWIND
        66: .tls,  // SSL_ENGINE_INITFAILED
        67: .badResponse,  // LOGIN_DENIED
        77: .tls,  // SSL_CACERT_BADFILE
        78: .badResponse,  // REMOTE_FILE_NOT_FOUND
        80: .tls,  // SSL_SHUTDOWN_FAILED
        81: .reset,  // AGAIN
        82: .tls,  // SSL_CRL_BADFILE
        83: .tls,  // SSL_ISSUER_ERROR
        88: .badResponse,  // CHUNK_FAILED
        89: .connect,  // NO_CONNECTION_AVAILABLE
        90: .tls,  // SSL_PINNEDPUBKEYNOTMATCH
        91: .tls,  // SSL_INVALIDCERTSTATUS
        92: .truncated,  // HTTP2_STREAM
        94: .badResponse,  // AUTH_ERROR
        95: .badResponse,  // HTTP3
        96: .badResponse,  // QUIC_CONNECT_ERROR
        97: .connect,  // PROXY
        98: .tls,  // SSL_CLIENTCERT
        100: .tooLarge,  // TOO_LARGE, of curl 8
    ]

    @Test func `every code has the kind of error that it stands for`() {
        for number: UInt32 in 0..<110 {
            #expect(
                CurlCode(rawValue: number).errorKind == Self.kinds[number] ?? .internal,
                "\(number): \(CurlCode(rawValue: number).message)")
        }
    }

    @Test func `the codes with names are curl's`() {
        #expect(CurlCode.ok.rawValue == 0)
        #expect(CurlCode.writeError.rawValue == 23)
        #expect(CurlCode.timedOut.rawValue == 28)
    }

    @Test func `a code is told in curl's words`() {
        #expect(CurlCode(rawValue: 52).message == "Server returned nothing (no headers, no data)")
    }
}
