/// One HTTP request: for a page, its own URL or a redirect's target; or for a host's robots.txt.
package struct PageRequest: Sendable {
    /// The page that it is made for; nil for none. Stored, so that other modules read it without a copy of the request.
    package let page: ClaimedPage?
    /// The host of the page, or of the robots.txt, that it is made for; redirects may have led to another host.
    package let owner: HostID
    /// The URL to request now.
    package let url: String
    /// The host at whose gate the request waits.
    package let host: HostID
    /// The redirects before it in this attempt; nil for the first request.
    package let chain: RedirectChain?
    /// Whether the request needs a new connection, since the one that it was sent on was just being closed by the
    /// server.
    package var wantsNewConnection = false

    /// What a request is made for.
    package enum Purpose: Sendable {
        case page(ClaimedPage)
        /// The rules of a host, before any of its pages is asked for.
        case robots(of: HostID)
    }

    /// The first request of an attempt at a page.
    package init(_ page: ClaimedPage) {
        self.page = page
        owner = page.host
        url = page.url
        host = page.host
        chain = nil
    }

    /// The request for a host's robots.txt.
    ///
    /// - Parameter hostKey: scheme, name and port.
    package init(robotsOf host: HostID, hostKey: String) {
        page = nil
        owner = host
        url = hostKey + "/robots.txt"
        self.host = host
        chain = nil
    }

    /// The request that a redirect leads to.
    package init(_ purpose: Purpose, url: String, host: HostID, chain: RedirectChain) {
        switch purpose {
        case .page(let page): (self.page, owner) = (page, page.host)
        case .robots(let host): (page, owner) = (nil, host)
        }
        self.url = url
        self.host = host
        self.chain = chain
    }

    /// The purpose of the request.
    package var purpose: Purpose { page.map { .page($0) } ?? .robots(of: owner) }

    /// Whether it goes to the host at which its attempt began. Credentials and header fields of the job are sent to
    /// that host only.
    package var isAtHome: Bool { host == chain?.pages.first?.host ?? owner }
}
