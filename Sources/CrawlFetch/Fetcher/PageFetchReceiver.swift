package import CrawlCore

/// Who a fetcher reports to, on the loop's thread.
package protocol PageFetchReceiver: AnyObject {
    /// Whether another request is waiting for the connection.
    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool
    /// The request goes out now, unless this is false: then the fetch ends with ``PageFetchResult/again(_:)``.
    ///
    /// It is asked again (``PageFetcher/wasSent``) where the request met a connection that the server was giving up.
    func willSend(_ fetcher: PageFetcher) -> Bool
    /// The fetcher is done with its request and may be used again.
    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal)
}

/// What came of one request.
package enum PageFetchResult: Sendable {
    /// The attempt is over.
    case outcome(PageOutcome)
    /// The attempt goes on with another request, to be admitted at the target's host first.
    case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
    /// What a host's robots.txt came to; `from` is the host that was asked last, and `url` what it was asked for.
    case robots(RobotsAnswer, of: HostID, from: HostID, url: String)
    /// The request is to be admitted once more.
    case again(PageRequest)
}
