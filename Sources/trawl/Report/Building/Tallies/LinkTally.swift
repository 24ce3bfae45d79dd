internal import TrawlStore

/// The links of a run that are broken or unsure. They come in the order of the URLs that they lead to.
struct LinkTally {
    struct Count {
        var links: Int64 = 0
        var targets: Int64 = 0
        /// The URL that the most links lead to.
        var example = ""
    }

    private let texts: ReportTexts
    private let limit: Int
    private let told: Set<String>
    private var reasons: [String: Count] = [:]
    private var mostLinks: [String: Int64] = [:]
    private var target: (url: String, reason: String, links: Int64) = ("", "", 0)
    private var lastBroken: String?
    private(set) var brokenLinks: Int64 = 0
    /// The URLs that the broken links lead to.
    private(set) var brokenTargets: Int64 = 0
    private(set) var unsureLinks: Int64 = 0
    private(set) var table = ReportTable.brokenLinks

    /// - Parameter told: URLs that are told of as pages that failed; ``broken`` leaves out links to them.
    init(_ texts: ReportTexts, limit: Int, told: Set<String> = []) {
        self.texts = texts
        self.limit = limit
        self.told = told
    }

    /// Broken links by reason, the most first.
    var broken: [(reason: String, count: Count)] {
        reasons.sorted { ($1.value.links, $0.key) < ($0.value.links, $1.key) }.map { ($0.key, $0.value) }
    }

    mutating func add(_ link: LinkRow) {
        let isBroken = link.verdict == "broken"
        let count = Int64(link.count)
        if isBroken { brokenLinks += count } else { unsureLinks += count }
        if isBroken {
            let url = link.to + (link.fragment.map { "#" + $0 } ?? "")
            if lastBroken != url { brokenTargets += 1 }
            lastBroken = url
            if !told.contains(link.to) { tally(link, url, count) }
        }
        table.total += 1
        guard table.rows < limit else { return }
        table.add(
            .text(texts.url(link.to)), .text(link.verdict), .text(link.reason), .number(link.statusCode),
            .text(texts.url(link.from.isEmpty ? nil : link.from)),
            .number(link.line > 0 ? link.line : nil), .text(texts.text(link.element)),
            .text(texts.text(link.text)), .text(texts.isAnonymous ? nil : texts.text(link.fragment)),
            .number(link.brokenSince))
    }

    private mutating func tally(_ link: LinkRow, _ url: String, _ count: Int64) {
        let reason = link.reason ?? "broken"
        let isNew = target.url != url || target.reason != reason
        target = isNew ? (url, reason, count) : (url, reason, target.links + count)
        reasons[reason, default: Count()].links += count
        if isNew { reasons[reason, default: Count()].targets += 1 }
        if target.links > mostLinks[reason, default: 0] {
            mostLinks[reason] = target.links
            reasons[reason]?.example = texts.url(url) ?? ""
        }
    }
}

/// The redirects of a run, page by page.
struct RedirectTally {
    private let texts: ReportTexts
    private let limit: Int
    private var chain: [RedirectRow] = []
    /// Pages whose first redirect is meant to last.
    private(set) var permanent: Int64 = 0
    private(set) var table = ReportTable.redirects

    init(_ texts: ReportTexts, limit: Int) {
        self.texts = texts
        self.limit = limit
    }

    mutating func add(_ redirect: RedirectRow) {
        if let last = chain.last, last.page != redirect.page { end() }
        chain.append(redirect)
    }

    /// Ends the last page.
    mutating func end() {
        defer { chain = [] }
        guard let first = chain.first else { return }
        let lasting = chain.prefix { $0.statusCode == 301 || $0.statusCode == 308 }
        if !lasting.isEmpty { permanent += 1 }
        table.total += 1
        guard table.rows < limit else { return }
        // Where the first redirect that passes stands, or the end.
        let goal = lasting.count < chain.count ? chain[lasting.count].url : first.finalURL
        let way = chain.dropFirst().map { texts.url($0.url) ?? "" }.joined(separator: " → ")
        table.add(
            .text(texts.url(first.pageURL)), .text(chain.map { "\($0.statusCode)" }.joined(separator: " → ")),
            .number(chain.count), .text(texts.url(first.finalURL)), .number(first.finalStatusCode),
            .text(lasting.isEmpty ? nil : texts.url(goal)),
            .text(way.isEmpty ? nil : ForeignText.cut(way, to: ReportTexts.urlLimit)))
    }
}
