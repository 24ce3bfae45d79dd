internal import CrawlCore

/// A redirect that its loop cannot follow by itself: it leads to a host that is not the request's own, or to what may be a page of
/// its own. A request for a token, whose host has to be taken in first as well, goes the same way.
struct Redirect {
    let purpose: PageRequest.Purpose
    let target: WebURL
    let chain: RedirectChain
    /// Whether other pages may lead to the same target: a plain page is redirected, in a run that follows links.
    let isShared: Bool
    /// Whether the store has said that the run does not have its target yet.
    var wasLooked = false

    /// Where it leads.
    var url: String { target.withoutCredentialsAndFragment }

    /// The page that it is followed for; nil for a robots.txt.
    var page: ClaimedPage? {
        if case .page(let page) = purpose { page } else { nil }
    }

    /// The host that it is followed for.
    var owner: HostID {
        switch purpose {
        case .page(let page): page.host
        case .robots(let host): host
        }
    }

    /// Whether it leads to an address, or a name, of this machine or a private network.
    var isPrivate: Bool { target.hostAddress.map { !$0.isGlobal } ?? target.isLocalhost }

    /// Its request, as that of the page that it is followed for.
    func request(at host: HostID) -> PageRequest {
        errand(at: host) ?? PageRequest(purpose, url: url, host: host, chain: chain)
    }

    /// Its request, as that of the page that it leads to.
    func request(for page: ClaimedPage, at host: HostID, now: Int64) -> PageRequest {
        var chain = chain
        if let from = self.page, page.id != from.id || !chain.pages.isEmpty {
            chain.lead(from: from, to: page, now: now)
        }
        return PageRequest(.page(page), url: url, host: host, chain: chain)
    }
}
