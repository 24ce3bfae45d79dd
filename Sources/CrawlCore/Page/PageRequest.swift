/// One HTTP request on behalf of a page: the page's own URL, or a redirect's target.
public struct PageRequest: Sendable {
    /// The page it is made for.
    public let page: ClaimedPage
    /// The URL to request now.
    public let url: String
    /// The host it is admitted at.
    public let host: HostID
    /// What came before it in this attempt; nil for the page's own URL.
    public let chain: RedirectChain?

    /// The first request of an attempt.
    public init(_ page: ClaimedPage) {
        self.page = page
        url = page.url
        host = page.host
        chain = nil
    }

    /// The request that a redirect leads to.
    public init(_ page: ClaimedPage, url: String, host: HostID, chain: RedirectChain) {
        self.page = page
        self.url = url
        self.host = host
        self.chain = chain
    }
}
