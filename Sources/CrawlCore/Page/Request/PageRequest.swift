/// One HTTP request: for a page, its own URL or a redirect's target; or for a host's robots.txt.
package struct PageRequest: Sendable {
    /// The purpose of the request.
    package let purpose: Purpose
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

    /// Whether it goes to the host at which its attempt began. Credentials and header fields of the job are sent to
    /// that host only.
    package var isAtHome: Bool { host == chain?.pages.first?.host ?? owner }

    /// The host of the page, or of the robots.txt, that it is made for; redirects may have led to another host.
    package var owner: HostID {
        switch purpose {
        case .page(let page): page.host
        case .robots(let host): host
        }
    }
}
