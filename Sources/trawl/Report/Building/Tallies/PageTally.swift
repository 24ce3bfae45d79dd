internal import CrawlCore

/// What a report knows of a run's pages, page by page.
struct PageTally {
    /// How many rows the tables have at most.
    struct Limits {
        var pages = 100_000
        var failures = 20_000
        var others = 10_000
    }

    private let texts: ReportTexts
    private let limits: Limits

    private(set) var phases: [RequestPhase: TimeCounts] = [:]
    /// Settled pages by the second in which their last attempt ended.
    private(set) var seconds: [Int64: (done: Int64, failed: Int64)] = [:]
    private(set) var depths: [Int: (done: Int64, failed: Int64, skipped: Int64)] = [:]
    private(set) var types: [String: (pages: Int64, bytes: Int64)] = [:]
    private(set) var causes = FailureCauses()
    private(set) var titles = TitleTally()
    private(set) var slowest = LargestRows<ResultRow>(100)
    private(set) var largest = LargestRows<ResultRow>(100)
    private(set) var pages = ReportTable.pages
    private(set) var failures = ReportTable.failures
    private(set) var missingTitles = ReportTable.missingTitles
    /// Pages that took a second or more.
    private(set) var slow: Int64 = 0

    init(_ texts: ReportTexts, limits: Limits = Limits()) {
        self.texts = texts
        self.limits = limits
    }

    /// How many types are told apart.
    private static let typeLimit = 1_000

    mutating func add(_ row: ResultRow) {
        addTimes(row)
        addToTables(row)
        switch row.state {
        case .done: depths[row.depth, default: (0, 0, 0)].done += 1
        case .failed: depths[row.depth, default: (0, 0, 0)].failed += 1
        case .skipped: depths[row.depth, default: (0, 0, 0)].skipped += 1
        case .pending, .sending: break
        }
        if row.statusCode != nil, row.state == .done || row.state == .failed {
            let type = texts.text(row.contentType.map(Self.essence)) ?? ""
            let key = types[type] != nil || types.count < Self.typeLimit ? type : "others"
            types[key, default: (0, 0)].pages += 1
            types[key, default: (0, 0)].bytes += row.contentLength ?? 0
        }
    }

    private mutating func addTimes(_ row: ResultRow) {
        if let at = row.fetchedAt, row.state == .done || row.state == .failed {
            if row.state == .done {
                seconds[at / 1000, default: (0, 0)].done += 1
            } else {
                seconds[at / 1000, default: (0, 0)].failed += 1
            }
        }
        guard let total = row.timeTotalMilliseconds else { return }
        phases[.total, default: TimeCounts()].add(total)
        if total >= 1000 { slow += 1 }
        slowest.add(total, row)
        guard row.statusCode != nil, let first = row.timeStartTransferMilliseconds else { return }
        let named = row.timeNameLookupMilliseconds ?? 0
        let connected = max(named, row.timeConnectMilliseconds ?? 0)
        phases[.name, default: TimeCounts()].add(named)
        phases[.connect, default: TimeCounts()].add(connected - named)
        phases[.wait, default: TimeCounts()].add(first - connected)
        phases[.download, default: TimeCounts()].add(total - first)
    }

    private mutating func addToTables(_ row: ResultRow) {
        let url = texts.url(row.url) ?? ""
        pages.total += 1
        if pages.rows < limits.pages {
            pages.add(
                .text(url), .text(row.state.rawValue), .number(row.statusCode),
                .text(row.errorKind ?? row.skipReason), .text(texts.text(row.title)),
                .text(texts.text(row.contentType)), .number(row.contentLength),
                .number(row.timeStartTransferMilliseconds), .number(row.timeTotalMilliseconds),
                .number(row.depth), .text(texts.url(row.referrer)))
        }
        if let length = row.contentLength { largest.add(length, row) }
        if row.state == .failed || row.skipReason == "invalid_url" {
            causes.add(row)
            failures.total += 1
            if failures.rows < limits.failures {
                failures.add(
                    .text(url), .text(row.errorKind ?? row.skipReason), .number(row.statusCode),
                    .text(texts.text(row.error)), .number(row.attempts), .text(texts.url(row.referrer)))
            }
        }
        guard row.state == .done, row.kind == .page, Self.isHTML(row.contentType) else { return }
        guard let title = texts.text(row.title), !title.isEmpty else {
            missingTitles.total += 1
            if missingTitles.rows < limits.others {
                missingTitles.add(
                    .text(url), .number(row.statusCode), .number(row.contentLength),
                    .text(texts.url(row.referrer)))
            }
            return
        }
        titles.add(title, of: url)
    }

    /// The type without its parameters, in lower case.
    private static func essence(_ type: String) -> String {
        let essence = type.prefix { $0 != ";" }
        return String(essence.drop { $0 == " " }).lowercased().split(separator: " ").first.map(String.init)
            ?? ""
    }

    private static func isHTML(_ type: String?) -> Bool {
        guard let type else { return false }
        let essence = essence(type)
        return essence == "text/html" || essence == "application/xhtml+xml"
    }
}
