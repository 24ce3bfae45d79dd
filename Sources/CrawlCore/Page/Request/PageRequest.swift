/// One HTTP request: for a page, its own URL or a redirect's target; or for a host's robots.txt.
package struct PageRequest: Sendable {
    /// What it is made for.
    package let purpose: Purpose
    /// The URL to request now.
    package let url: String
    /// The host it is admitted at.
    package let host: HostID
    /// What came before it in this attempt; nil for the first request.
    package let chain: RedirectChain?
    /// Whether it is not to be made on a connection that stands already: it met one that the server was giving up.
    package var wantsNewConnection = false

    /// What a request is made for.
    package enum Purpose: Sendable {
        case page(ClaimedPage)
        /// The rules of a host, before any of its pages is asked for.
        case robots(of: HostID)
    }

    /// The first request of an attempt at a page.
    package init(_ page: ClaimedPage) {
        purpose = .page(page)
        url = page.url
        host = page.host
        chain = nil
    }

    /// The request for a host's robots.txt.
    ///
    /// - Parameter hostKey: scheme, name and port.
    package init(robotsOf host: HostID, hostKey: String) {
        purpose = .robots(of: host)
        url = hostKey + "/robots.txt"
        self.host = host
        chain = nil
    }

    /// The request that a redirect leads to.
    package init(_ purpose: Purpose, url: String, host: HostID, chain: RedirectChain) {
        self.purpose = purpose
        self.url = url
        self.host = host
        self.chain = chain
    }

    /// The page that it is made for; nil for none.
    package var page: ClaimedPage? {
        if case .page(let page) = purpose { page } else { nil }
    }

    /// Whether it goes to the host at which its attempt began. What the job sends to that one no redirect takes elsewhere.
    package var isAtHome: Bool { host == chain?.pages.first?.host ?? owner }

    /// The host that it is made for; redirects may have led it to another.
    package var owner: HostID {
        switch purpose {
        case .page(let page): page.host
        case .robots(let host): host
        }
    }
}
