package import CrawlCore

/// What came of a request, for programs that put the replies of a job together.
package struct ReplyRow: Sendable {
    /// The request's name; nil for none.
    package let name: String?
    /// Its URL as it was requested.
    package let url: String
    /// Where the page stands.
    package let state: PageState
    /// The HTTP status; nil where no response came.
    package let statusCode: Int?
    /// What went wrong, as an ``ErrorKind``'s or ``SkipReason``'s raw value.
    package let errorKind: String?
    /// What went wrong, for people.
    package let error: String?
    /// The `Content-Type`; nil where there was none.
    package let contentType: String?
    /// Bytes of the body after decoding; nil where no response came.
    package let contentLength: Int64?
    /// What was taken from the reply, a JSON object; nil where nothing was asked for.
    package let extracted: String?
    /// The reply, where it is JSON.
    package let reply: String?
    /// What is said of it beside its request, or of the first page of its list, a JSON object; nil for nothing.
    package var input: String?

    /// What it says.
    package init(
        name: String?, url: String, state: PageState, statusCode: Int?, errorKind: String?, error: String?,
        contentType: String?, contentLength: Int64?, extracted: String?, reply: String?
    ) {
        self.name = name
        self.url = url
        self.state = state
        self.statusCode = statusCode
        self.errorKind = errorKind
        self.error = error
        self.contentType = contentType
        self.contentLength = contentLength
        self.extracted = extracted
        self.reply = reply
    }
}
