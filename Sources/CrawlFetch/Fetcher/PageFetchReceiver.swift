package import CrawlCore

/// Is told what a fetcher does, on the loop's thread.
package protocol PageFetchReceiver: AnyObject {
    /// Whether another request is waiting for the fetcher's connection.
    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool
    /// Whether the request may go out now. When it may not, the fetch ends with ``PageFetchResult/again(_:)``.
    ///
    /// It is asked a second time, when ``PageFetcher/wasSent`` is already true, if the request met a connection that the
    /// server was just closing.
    func willSend(_ fetcher: PageFetcher) -> Bool
    /// The fetcher has finished its request and may be used again.
    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal)
}

/// The result of one request.
package enum PageFetchResult: Sendable {
    /// The attempt is over.
    case outcome(PageOutcome)
    /// The attempt goes on with another request, which has to be admitted at the target's host first.
    case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
    /// The answer to a host's robots.txt. `from` is the host that answered, which redirects may have changed, and `url` is
    /// what it was asked for.
    case robots(RobotsAnswer, of: HostID, from: HostID, url: String)
    /// The request did not go out and has to be admitted once more.
    case again(PageRequest)
    /// The request was refused (401) with what it had to show, which may be renewed; the outcome is what the page comes to otherwise.
    /// The texts are the values of `WWW-Authenticate`.
    case unauthorized(PageOutcome, PageRequest, [String])
    /// What the request for a token came to, at this host.
    case token(TokenErrand, TokenAnswer, from: HostID)
}

extension PageFetchResult {
    /// The name of the request; nil for none.
    package var requestName: String? {
        switch self {
        case .outcome(let outcome): outcome.page.name
        case .redirect(.page(let page), _, _, _): page.name
        case .again(let request), .unauthorized(_, let request, _): request.page?.name
        case .redirect, .robots, .token: nil
        }
    }
}
