internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import TrawlStore

/// What a frontier decides by: the job and the options, which stay the same from a run's beginning to its end.
struct FrontierPolicy {
    let spec: JobSpec
    /// Requests that may be under way at once.
    let requests: Int
    /// How many loops share the hosts.
    let loops: Int
    /// What robots.txt files call this crawler.
    let productToken: String
    /// The user names and passwords of the run's URLs.
    let credentials: URLCredentials
    /// The user's `.netrc`, for the hosts that the run's own list names; nil where it is not read.
    let netrc: NetrcFile?
    /// Resolves what requests send.
    let composer: RequestComposer
    /// Whether pages of the run are more than a GET of their URL.
    let hasRequests: Bool
    /// Whether batches that are done with are to be reported.
    let reportsBatches: Bool
    /// Gives random numbers from 0 to 1.
    let random: @Sendable () -> Double
    /// How connections are made, where the user says so.
    let network: NetworkOptions
    /// The longest wait for a host that the run waits out; nil where it waits for any.
    let longestWait: Duration?
    /// Whether the job asks an API (``JobSpec/asksAPI(hasRequests:)``).
    let asksAPI: Bool
    /// The folder that stands for a host; nil for none.
    let folder: FolderSite?
    /// What the job does to URLs that are found.
    let normalization: URLNormalization
    /// The hosts that tokens are got from.
    private let tokenHosts: Set<String>
    /// The hosts whose pages are sent what shows who asks; nil for those of all pages, as the job lists them.
    let ownHosts: Set<String>?

    init(
        _ spec: JobSpec, requests: Int, loops: Int, productToken: String, credentials: URLCredentials,
        composer: RequestComposer, hasRequests: Bool, reportsBatches: Bool,
        network: NetworkOptions = NetworkOptions(), leavesLongWaits: Bool = true, netrc: NetrcFile? = nil,
        folder: FolderSite? = nil,
        random: @escaping @Sendable () -> Double
    ) {
        self.spec = spec
        self.requests = requests
        self.loops = loops
        self.productToken = productToken
        self.credentials = credentials
        self.netrc = netrc
        self.composer = composer
        self.hasRequests = hasRequests
        self.reportsBatches = reportsBatches
        self.random = random
        self.network = network
        self.folder = folder
        asksAPI = spec.asksAPI(hasRequests: hasRequests)
        let retries = spec.requests.isEmpty ? [spec.retry] : spec.requests.map(\.retry)
        let waits = retries.compactMap(\.longestWait)
        longestWait = asksAPI && leavesLongWaits && waits.count == retries.count ? waits.max() : nil
        normalization = URLNormalization(spec.normalize)
        tokenHosts = spec.tokenHosts
        self.ownHosts = spec.discoversPages && !composer.access.isEmpty ? spec.ownHosts : nil
    }

    /// The limits and rules that a host's loop is given.
    func configuration(of host: CrawledHost) -> (limits: HostLimits, rules: HostRules) {
        if isFolder(host) { return (FrontierPolicy.folderLimits, HostRules()) }
        let perHost = host.overrides.perHost ?? spec.concurrency.perHost
        let crawlDelay: Duration = .milliseconds(host.robots?.rules.crawlDelayMilliseconds ?? 0)
        let limits =
            host.overrides.delay.map { HostLimits(perHost: perHost, delay: $0) }
            ?? spec.startLimits(perHost: perHost, least: max(spec.startInterval, crawlDelay))
        let rules = HostRules(
            robots: host.robots?.rules, mayBePrivate: host.mayBePrivate,
            isBlocked: host.overrides.isBlocked, credentials: host.credentials,
            isOwn: ownHosts?.contains(host.key) ?? true)
        return (limits, rules)
    }

    /// The user names and passwords for a host; nil for none. What its URLs say goes before the user's `.netrc`.
    func credentials(of host: OpenedHost) -> URLCredentials.Origin? {
        if !credentials.isEmpty, let own = credentials.origin(host.key) { return own }
        guard let netrc, host.isNamed, let name = (try? WebURL(parsing: host.key + "/"))?.host else {
            return nil
        }
        return netrc.credentials(for: name).map { URLCredentials.Origin(first: $0) }
    }

    /// Whether a host may be at a private address: the job names it, or allows it, or the user has said which address it has.
    func mayBePrivate(_ host: OpenedHost) -> Bool {
        if host.isNamed || tokenHosts.contains(host.key) { return true }
        guard let url = try? WebURL(parsing: host.key + "/"), let name = url.host else { return false }
        // Such a host is not looked up, so it has no other addresses.
        return spec.allowPrivate.contains(name) || network.resolves(url)
    }

    /// Whether a folder stands for a host. What is known of the server then counts for nothing.
    func isFolder(_ host: CrawledHost) -> Bool { folder?.stands(forHost: host.key) == true }

    /// A disk needs no politeness. Its files are read by one loop, a part of each in turn, so that many at once gain nothing.
    private static let folderLimits = HostLimits(perHost: 4, delay: .zero)

    /// How long a host rests from now on before its first request: its delay counts from when another runner let go of it.
    func rest(of host: OpenedHost, _ limits: HostLimits, now: Int64, clock: MonotonicInstant) -> Duration {
        guard let lastStartedAt = host.record.lastStartedAt else { return .zero }
        let pace = host.record.condition.rate.flatMap { HostPace(restoring: $0, now: clock)?.interval }
        let burst = limits.burst.map { $0.interval * $0.size }
        let interval = max(limits.delay, pace ?? .zero, burst ?? .zero)
        // A clock that was set back must not hold the host for longer than its delay.
        return max(min(.milliseconds(lastStartedAt - now) + interval, interval), .zero)
    }

    /// The sitemaps that a host's robots.txt names, where the job wants them; nil for none. They may lie on other hosts
    /// (sitemaps.org, "Sitemaps & Cross Submits"). They should be absolute; one that is not is relative to the URL that the
    /// file was found at, after redirects (RFC 3986, section 5.1.3).
    func sitemaps(_ record: RobotsRecord, of host: CrawledHost) -> PageDiscovery? {
        guard spec.follow?.sitemaps == true, let rules = host.robots?.rules, !rules.sitemaps.isEmpty else {
            return nil
        }
        let base = try? WebURL(parsing: record.url ?? host.key + "/robots.txt")
        let urls = rules.sitemaps.compactMap { text -> DiscoveredURL? in
            guard let url = try? WebURL(parsing: text, base: base), url.isHTTP,
                url.isHostAgreed
            else { return nil }
            return DiscoveredURL(
                url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength, kind: .sitemap,
                depth: 0)
        }
        return urls.isEmpty ? nil : PageDiscovery(urls: urls)
    }
}
