package import CrawlCore

/// What a page's request sends, as it is stored.
package struct StoredRequest: Sendable, Equatable {
    /// The method, in capitals.
    package let method: String
    /// The page's URL, with references to secrets in its query where there are any.
    package let url: String
    /// A JSON object with the request's other keys; nil for none.
    package let details: String?
    /// What is sent as `Idempotency-Key`; nil for nothing.
    package let idempotencyKey: String?
    /// The name that its result is known by; nil for none.
    package var name: String?
    /// The place of its page in a chain of pages; nil for a page that another did not lead to.
    package var place: ChainPlace?

    /// A request; nothing is checked.
    package init(method: String, url: String, details: String?, idempotencyKey: String?) {
        self.method = method
        self.url = url
        self.details = details
        self.idempotencyKey = idempotencyKey
    }
}

/// A page whose request was going out when its runner ended.
package struct InterruptedRequest: Sendable {
    /// The page, to be settled or asked for again.
    package let page: ClaimedPage
    /// What it was to send; nil for nothing but a method.
    package let details: String?

    /// A page and what it was to send.
    package init(page: ClaimedPage, details: String?) {
        self.page = page
        self.details = details
    }
}
