/// One request and what was answered: what becomes records of a WARC file.
package struct HTTPExchange: Sendable {
    /// The URL that was requested, without user name, password and fragment.
    package var url: String
    /// When the request went out, in unix milliseconds.
    package var startedAt: Int64
    /// The address that answered; nil where it is not known, as behind a proxy.
    package var address: String?
    /// The request's head as it was sent, to the empty line; what is secret in it must have been taken out.
    package var requestHead: [UInt8]
    /// The request's body.
    package var requestBody: [UInt8] = []
    /// The response's head as it came, to the empty line.
    package var responseHead: [UInt8]
    /// The response's body as it came, in its content coding but without the chunks it came in.
    package var responseBody: [UInt8]
    /// Why there is not all of the response's body; nil where there is.
    package var truncation: Truncation?
    /// Whether the server said that nothing was modified (304).
    package var isNotModified = false

    /// What was sent and received.
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
        /// There was more of it than is kept.
        case length
        /// It took too long.
        case time
        /// The connection broke off.
        case disconnect
        /// Something else, such as an answer that is not as HTTP has it.
        case unspecified
    }
}
