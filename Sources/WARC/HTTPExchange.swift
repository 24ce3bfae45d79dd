/// One request and its response, from which the records of a WARC file are made.
package struct HTTPExchange: Sendable {
    /// The URL that was requested, without user name, password and fragment.
    package var url: String
    /// When the request went out, in unix milliseconds.
    package var startedAt: Int64
    /// The address that answered; nil when it is not known, as behind a proxy.
    package var address: String?
    /// The request's head as it was sent, up to and with the empty line, but without its secrets.
    package var requestHead: [UInt8]
    /// The request's body.
    package var requestBody: [UInt8] = []
    /// The response's head as it came, up to and with the empty line.
    package var responseHead: [UInt8]
    /// The response's body as it came: still in its content coding, but without the chunks of a transfer coding.
    package var responseBody: [UInt8]
    /// Why the response's body is not whole; nil when it is.
    package var truncation: Truncation?
    /// Whether the server answered that nothing has changed (304).
    package var isNotModified = false

    /// An exchange from what was sent and received.
    package init(
        url: String, startedAt: Int64, address: String? = nil, requestHead: [UInt8], responseHead: [UInt8],
        responseBody: [UInt8]
    ) {
        self.url = url
        self.startedAt = startedAt
        self.address = address
        self.requestHead = requestHead
        self.responseHead = responseHead
        self.responseBody = responseBody
    }

    /// Why a body is not whole (ISO 28500:2017, section 5.13).
    package enum Truncation: String, Sendable {
        /// It was longer than what is kept.
        case length
        /// It took too long.
        case time
        /// The connection broke off.
        case disconnect
        /// Something else happened, such as a response that is not valid HTTP.
        case unspecified
    }
}
