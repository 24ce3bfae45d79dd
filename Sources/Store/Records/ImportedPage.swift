package import CrawlCore

/// A line of a list on its way into a run.
package enum ImportedPage: Sendable {
    /// A page to request.
    case page(url: String, hostKey: String, name: String?, line: Int?, request: ImportedRequest? = nil)
    /// Text that is no URL, or not one to request; kept as a skipped page.
    case skipped(text: String, reason: SkipReason, name: String?, line: Int?, error: String)
    /// A URL that cannot be requested, whatever is tried; kept as a failed page.
    case failed(text: String, kind: ErrorKind, name: String?, line: Int?, error: String)
}

/// What a page sends beyond a GET of its URL.
package struct ImportedRequest: Sendable, Equatable {
    /// The method, in capitals.
    package let method: String
    /// A JSON object with the request's other keys; nil for none.
    package let details: String?
    /// What is sent as `Idempotency-Key`; nil for nothing.
    package let idempotencyKey: String?

    /// A request; nothing is checked.
    package init(method: String, details: String?, idempotencyKey: String?) {
        self.method = method
        self.details = details
        self.idempotencyKey = idempotencyKey
    }
}
