internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore
internal import Extract

/// Explains what becomes of a URL in a job, and by which rules. Each line is a subject and a sentence.
struct Explanation {
    private(set) var lines: [(topic: String, text: String)] = []
    /// The first rule that keeps the URL from being requested; nil where none does.
    private var refusal: String?
    /// What the URL waits for before it is requested; nil for nothing.
    private var wait: String?
    /// The delay that the host's robots.txt asks for, if the job obeys robots.txt.
    private var crawlDelayMilliseconds: Int?
    private let now: Int64
    private let own: OwnURLs

    /// - Throws: `CommandFailure`, and what the store throws.
    init(
        of text: String, job: JobSpec, run: RunRecord?, in transaction: any StoreReader, now: Int64
    ) throws {
        self.now = now
        own = OwnURLs(job)
        let url: WebURL
        do {
            url = URLNormalization(job.normalize).apply(to: try WebURL(parsing: text))
        } catch {
            throw CommandFailure(.usage, "not a URL: \(error.description)")
        }
        let normalized = url.withoutCredentialsAndFragment
        add("url", normalized)
        let page = try run.flatMap { try transaction.page(normalized, of: $0.id) }
        try explainScope(url, normalized, page, job, run, transaction)
        try explainHost(url, job, run, transaction)
        explainRow(page, run)
        try explainWay(to: page, in: transaction)
        try explainLinks(to: normalized, of: job, run, in: transaction)
        add("now", conclusion(page, job, run))
    }

    func text(_ palette: Palette) -> String {
        let width = lines.map(\.topic.count).max() ?? 0
        return lines.map { topic, text in
            let space = String(repeating: " ", count: width - topic.count + 2)
            return palette.bold(topic) + space + Terminal.sanitized(text) + "\n"
        }.joined()
    }

    mutating func add(_ topic: String, _ text: String) { lines.append((topic, text)) }

    private mutating func refuse(_ reason: String) { if refusal == nil { refusal = reason } }

    // MARK: - Scope

    private mutating func explainScope(
        _ url: WebURL, _ normalized: String, _ page: PageRecord?, _ job: JobSpec, _ run: RunRecord?,
        _ transaction: any StoreReader
    ) throws {
        guard url.isHTTP else {
            add("scope", "\(url.scheme) URLs are not requested, only http and https")
            return refuse("unsupported_scheme")
        }
        if let page, page.row.depth == 0, page.row.referrer == nil {
            return add("scope", "one of the job's own URLs: scope, depth and traps do not concern it")
        }
        if page == nil, own.contains(url) {
            return add("scope", "one of the job's own URLs: scope, depth and traps do not concern it")
        }
        guard let follow = job.follow, var rules = FollowRules(job) else {
            guard run != nil || job.urlsFrom == nil else {
                return add(
                    "scope", "the job follows no links; its list (urls_from) is read when the job runs")
            }
            add("scope", "the job follows no links, and this is not one of its URLs")
            return refuse("not one of the job's URLs")
        }
        if let run {
            try transaction.forEachSeed(of: run.id) { seed in
                if let seed = try? WebURL(parsing: seed) { rules.scope.insert(seed: seed) }
            }
        } else {
            for seed in job.urls {
                if let seed = try? WebURL(parsing: seed) { rules.scope.insert(seed: seed) }
            }
        }
        let depth = page?.row.depth ?? 1
        if let reason = rules.reasonToSkip(url, depth: depth) {
            add("scope", "\(Self.words(for: reason, follow)): skipped as \(reason.rawValue)")
            return refuse("skipped: \(reason.rawValue)")
        }
        do throws(URLFilterError) {
            guard try URLFilter(include: follow.include, exclude: follow.exclude).admits(normalized) else {
                add("scope", "include or exclude keeps it out: skipped as scope")
                return refuse("skipped: scope")
            }
        } catch {
            throw CommandFailure(.usage, "follow: \(error.pattern): \(error.description)")
        }
        add("scope", "within the job's scope (\(follow.scope.rawValue)); a link to it is followed")
    }

    private static func words(for reason: SkipReason, _ follow: JobSpec.Follow) -> String {
        switch reason {
        case .scope: "outside the job's scope (\(follow.scope.rawValue))"
        case .depth: "deeper than follow.depth"
        case .limit: "longer than limits.url_length"
        case .trap: "it looks like one of endlessly many URLs (limits.trap)"
        default: "not followed"
        }
    }

    // MARK: - Host

    private mutating func explainHost(
        _ url: WebURL, _ job: JobSpec, _ run: RunRecord?, _ transaction: any StoreReader
    ) throws {
        guard url.isHTTP else { return }
        if url.hostAddress.map({ !$0.isGlobal }) ?? url.isLocalhost {
            let isNamed = try run.flatMap { run in
                try transaction.knownHost(url.hostKey).map { try transaction.isNamed($0, by: run.id) }
            }
            let mayBeListed = run == nil && job.urlsFrom != nil
            if isNamed != true, !own.names(url), !mayBeListed, !job.allowPrivate.contains(url.host ?? "") {
                add("address", "private, and the job neither names this host nor has it in allow_private")
                refuse("blocked_address")
            }
        }
        let standing = try transaction.standing(of: url.hostKey, in: run?.id)
        try explainRobots(url, job, standing, transaction)
        guard let standing else { return add("host", "\(url.hostKey): nothing is known of it yet") }
        add("host", "\(url.hostKey): \(words(for: standing, job))")
    }

    private mutating func explainRobots(
        _ url: WebURL, _ job: JobSpec, _ standing: HostStanding?, _ transaction: any StoreReader
    ) throws {
        guard job.robots == .obey else { return add("robots", "the job ignores robots.txt") }
        guard let standing, let robots = try transaction.robots(of: standing.id, now: now) else {
            return add("robots", "robots.txt is not known, or older than a day: it is fetched first")
        }
        guard let body = robots.body else {
            let status = robots.statusCode.map { "status \($0)" } ?? "too many redirects"
            return add("robots", "there is no robots.txt (\(status)), which allows everything")
        }
        let token = RobotsTxt.productToken(ofUserAgent: job.request.userAgent ?? Product.userAgent)
        let rules = RobotsTxt(parsing: body.span, productToken: token)
        crawlDelayMilliseconds = rules.crawlDelayMilliseconds
        let delay =
            rules.crawlDelayMilliseconds.map { "; Crawl-delay \(Wording.time(milliseconds: Int64($0)))" }
            ?? ""
        switch rules.verdict(for: url) {
        case .allowed(nil):
            add("robots", "allowed: no rule for \(token) matches\(delay)")
        case .allowed(let line?):
            add("robots", "allowed by line \(line): \(RobotsTxt.line(line, of: body.span) ?? "")\(delay)")
        case .disallowed(let line):
            add("robots", "disallowed by line \(line): \(RobotsTxt.line(line, of: body.span) ?? "")\(delay)")
            refuse("skipped: robots (line \(line))")
        case .undecided:
            add("robots", "its rules take too long to match against this URL, so it is not requested\(delay)")
            refuse("skipped: robots")
        }
    }

    private mutating func words(for standing: HostStanding, _ job: JobSpec) -> String {
        let overrides = standing.overrides
        let perHost = overrides.perHost ?? job.concurrency.perHost
        let crawlDelay: Duration = .milliseconds(crawlDelayMilliseconds ?? 0)
        let limits =
            overrides.delay.map { HostLimits(perHost: perHost, delay: $0) }
            ?? job.startLimits(perHost: perHost, least: max(job.startInterval, crawlDelay))
        var words = ["\(perHost) at once", "\(Wording.delay(limits) ?? "0 ms") between starts"]
        if let rate = standing.rate {
            words.append("slowed down to \((rate * 100).rounded() / 100) starts a second")
        }
        if standing.failures > 0 {
            words.append(Wording.count(Int64(standing.failures), "failure") + " to connect in a row")
        }
        if let until = standing.probeAt, until > now {
            words.append("set aside until \(Wording.instant(milliseconds: until))")
            wait = "until the host is probed again, \(Wording.instant(milliseconds: until))"
        }
        if let until = standing.snoozedUntil, until > now {
            words.append("asked for a pause (Retry-After) until \(Wording.instant(milliseconds: until))")
            wait = "until the host may be asked again, \(Wording.instant(milliseconds: until))"
        }
        if overrides.perHost == 0 { wait = "while hosts.per_host is 0" }
        if overrides.isBlocked {
            words.append("blocked by hosts.blocked")
            refuse("failed: cancelled (hosts.blocked)")
        }
        let pending = standing.pendingPages
        words.append(
            pending >= 1000
                ? "1,000 pages or more pending" : "\(Wording.count(Int64(pending), "page")) pending")
        if let pid = standing.runnerPID { words.append("being crawled by process \(pid)") }
        return words.joined(separator: ", ")
    }

    // MARK: - Row

    private mutating func explainRow(_ page: PageRecord?, _ run: RunRecord?) {
        guard let run else { return add("row", "the job has not been run yet") }
        guard let page else { return add("row", "not in run \(run.number)") }
        let row = page.row
        var words = ["run \(run.number): \(row.state.rawValue)"]
        if let status = row.statusCode { words.append("status \(status)") }
        if let title = row.title { words.append("\"\(title)\"") }
        if let reason = row.errorKind ?? row.skipReason {
            words.append([reason, row.error].compactMap { $0 }.joined(separator: ": "))
        }
        if let final = row.finalURL, final != row.url { words.append("redirects to \(final)") }
        if row.attempts > 0 { words.append(Wording.count(Int64(row.attempts), "attempt")) }
        words.append("depth \(row.depth)")
        if let fetched = row.fetchedAt { words.append(Wording.instant(milliseconds: fetched)) }
        if let referrer = page.row.referrer { words.append("found on \(referrer)") }
        add("row", words.joined(separator: ", "))
    }

    /// What would happen to the URL now.
    private func conclusion(_ page: PageRecord?, _ job: JobSpec, _ run: RunRecord?) -> String {
        guard let page, let run else {
            if let refusal { return refusal }
            let start =
                run == nil ? "it is requested once the job is run" : "it is requested once a page links to it"
            return wait.map { "\(start), \($0)" } ?? start
        }
        switch page.row.state {
        case .pending, .sending:
            if let refusal { return refusal }
            if page.notBefore > now {
                return "tried again from \(Wording.instant(milliseconds: page.notBefore)) on"
            }
            return wait.map { "waits \($0)" }
                ?? "requested when its host's turn comes: trawl run \(ShellWord.quoted(job.name))"
        case .failed:
            return "settled; trawl retry \(ShellWord.quoted(job.name)) puts it back to pending"
        case .done, .skipped:
            let next = run.finishedAt == nil ? "" : "; the next run asks again"
            return "settled in run \(run.number)\(next)"
        }
    }
}

/// The URLs in a job file, without those of its list.
private struct OwnURLs {
    private var urls: Set<String> = []
    private var hosts: Set<String> = []
    /// Hosts as `name:port`, each at the default ports of both schemes.
    private var names: Set<String> = []
    /// How many URLs of a pattern are looked at.
    private static let limit = 100_000

    init(_ job: JobSpec) {
        for text in job.urls + job.requests.map(\.fullURL) + job.sitemaps {
            guard let pattern = try? URLPattern(text) else { continue }
            for text in pattern.prefix(OwnURLs.limit) {
                guard let url = try? WebURL(parsing: text) else { continue }
                urls.insert(url.withoutCredentialsAndFragment)
                hosts.insert(url.hostKey)
                if url.port == nil, let name = url.host { names.insert(name) }
            }
        }
    }

    func contains(_ url: WebURL) -> Bool { urls.contains(url.withoutCredentialsAndFragment) }

    /// Whether the URL's host is among them. The default port of the other scheme counts as the same host.
    func names(_ url: WebURL) -> Bool {
        hosts.contains(url.hostKey) || url.port == nil && names.contains(url.host ?? "")
    }
}
