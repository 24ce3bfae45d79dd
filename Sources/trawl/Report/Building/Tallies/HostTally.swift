internal import CrawlCore
internal import JobFile
internal import TrawlStore

/// The hosts of a run, and how they are treated.
struct HostTally {
    private let limit: Int
    private let instant: Int64
    private let productToken: String
    private(set) var table = ReportTable.hosts
    /// Tries that did not settle their page.
    private(set) var retries: Int64 = 0

    /// How many robots.txt are read for what they ask.
    private static let robotsLimit = 500

    /// - Parameter instant: unix milliseconds when the run ended, or was last seen: a wait until later is one that still holds.
    init(limit: Int, instant: Int64, productToken: String) {
        self.limit = limit
        self.instant = instant
        self.productToken = productToken
    }

    mutating func add(_ host: RunHost, in reader: any StoreReader) throws {
        table.total += 1
        retries += host.retries
        guard table.rows < limit else { return }
        let robots = try robots(of: host, in: reader)
        let delay = host.overrides.delay?.wholeMilliseconds ?? robots.delay
        table.add(
            .text(host.key), .number(host.pages), .number(host.done), .number(host.failed),
            .number(host.skipped),
            .number(host.meanMilliseconds), .number(host.maxMilliseconds), .number(host.sizeDownload),
            .number(host.retries), .number(host.longestWaitMilliseconds), .number(delay), .text(robots.word),
            .text(condition(of: host)))
    }

    private func robots(of host: RunHost, in reader: any StoreReader) throws -> (word: String, delay: Int64?)
    {
        guard let fetchedAt = host.robotsFetchedAt else { return ("not asked for", nil) }
        guard let status = host.robotsStatusCode else { return ("no answer", nil) }
        guard (200..<300).contains(status) else { return ("status \(status)", nil) }
        guard table.rows < Self.robotsLimit, let body = try reader.robots(of: host.id, now: fetchedAt)?.body
        else {
            return ("read", nil)
        }
        let rules = RobotsTxt(parsing: body.span, productToken: productToken)
        return ("read", rules.crawlDelayMilliseconds.map(Int64.init))
    }

    private func condition(of host: RunHost) -> String {
        if host.overrides.isBlocked { return "blocked" }
        if host.overrides.perHost == 0 { return "stopped" }
        if let until = host.snoozedUntil, until > instant { return "waits (Retry-After)" }
        if host.rate != nil { return "slowed down" }
        return "free"
    }
}

/// What is not as it was in an earlier run.
struct ChangeTally {
    private let texts: ReportTexts
    private let limit: Int
    private var counts: [PageChange.Kind: Int64] = [:]
    private(set) var table = ReportTable.changes

    init(_ texts: ReportTexts, limit: Int) {
        self.texts = texts
        self.limit = limit
    }

    var words: [RunReportDocument.Count] {
        PageChange.Kind.allCases.compactMap { kind in
            counts[kind].map { RunReportDocument.Count(word: kind.rawValue, count: $0) }
        }
    }

    mutating func add(_ change: PageChange) {
        counts[change.kind, default: 0] += 1
        guard change.kind != .unknown else { return }
        table.total += 1
        guard table.rows < limit else { return }
        table.add(
            .text(change.kind.rawValue), .text(texts.url(change.url)), .number(change.before?.statusCode),
            .number(change.after?.statusCode), .text(texts.text(change.before?.title)),
            .text(texts.text(change.after?.title)), .number(change.before?.contentLength),
            .number(change.after?.contentLength))
    }
}
