import CrawlCore
import CrawlFetch
import Curl
import Testing

/// Fetches pages and follows their redirects, as an engine would that has nothing else to do.
final class TestReceiver: PageFetchReceiver {
    let loop: TransferLoop
    private var fetcher: PageFetcher?
    private(set) var outcome: PageOutcome?
    private(set) var signal: HostSignal?
    private var next: PageRequest?
    var mayBePrivate = true

    init(_ change: (inout JobSpec) -> Void = { _ in }, cookies: CookieStore? = nil, folder: FolderSite? = nil)
        throws
    {
        loop = try TransferLoop(connections: 8)
        var spec = JobSpec(name: "job")
        spec.request.proxy = ""
        change(&spec)
        let policy = FetchPolicy(spec, userAgent: "test-agent", cookies: cookies, folder: folder)
        let environment = FetchEnvironment(wallClock: { 0 }, random: { 1 })
        fetcher = try PageFetcher(
            loop: loop, policy: policy, fields: policy.compileFields(), environment: environment,
            receiver: self)
    }

    /// Makes one attempt at a page, redirects included.
    @discardableResult
    func fetch(_ url: String, credentials: Credentials? = nil, check: CheckContext? = nil) throws
        -> PageOutcome
    {
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: Self.host(of: url), batch: BatchID(rawValue: 1), url: url,
            attempts: 0,
            name: nil, kind: check == nil ? .page : .check, check: check)
        outcome = nil
        next = PageRequest(page)
        let deadline = MonotonicInstant.now + .seconds(20)
        while outcome == nil {
            if let request = next.take() {
                try #require(fetcher).start(request, mayBePrivate: mayBePrivate, credentials: credentials)
            }
            loop.turn(until: .now + .milliseconds(100))
            try #require(MonotonicInstant.now < deadline, "the fetch does not end")
        }
        return try #require(outcome)
    }

    /// A host's number, by its scheme, name and port.
    private static func host(of url: String) -> HostID {
        HostID(rawValue: Int64(truncatingIfNeeded: ((try? WebURL(parsing: url))?.hostKey ?? "").hashValue))
    }

    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool { true }

    func willSend(_ fetcher: PageFetcher) -> Bool { true }

    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal) {
        self.signal = signal
        switch result {
        case .outcome(let outcome): self.outcome = outcome
        case .robots, .again, .unauthorized, .token: break
        case .redirect(let purpose, let target, let chain, _):
            next = PageRequest(purpose, url: target.href, host: Self.host(of: target.href), chain: chain)
        }
    }
}
