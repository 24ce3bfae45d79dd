internal import CrawlCore

/// Why pages failed, put together by what has to be mended: a host that is down is one cause, however many pages it has.
struct FailureCauses {
    struct Key: Hashable {
        /// An ``ErrorKind``'s raw value, or `invalid_url`.
        let kind: String
        /// The status that was not accepted.
        let status: Int?
        /// The host, where the cause is its.
        let host: String?
    }

    /// How many causes are told apart.
    private static let limit = 10_000
    private static let urlLimit = 100_000
    /// What is the trouble of a host, and not of a page.
    private static let ofHosts: Set<String> = [
        "dns", "connect", "tls", "timeout_connect", "timeout_read", "timeout_total", "reset",
        "host_unavailable",
        "blocked_address",
    ]

    /// Pages that were to be read, by cause.
    private(set) var pages: [Key: Int64] = [:]
    /// The same of URLs that were only checked, for the sake of the links to them.
    private(set) var checked: [Key: Int64] = [:]
    /// The pages whose failure says more than a broken link to them does.
    private(set) var tellingURLs: Set<String> = []

    mutating func add(_ row: ResultRow) {
        let kind = row.errorKind ?? row.skipReason ?? "internal"
        let host = Self.ofHosts.contains(kind) ? (try? WebURL(parsing: row.url))?.hostKey : nil
        let key = Key(kind: kind, status: kind == "http_status" ? row.statusCode : nil, host: host)
        guard row.kind != .check else { return Self.count(key, in: &checked) }
        Self.count(key, in: &pages)
        if key.linkReason == nil, tellingURLs.count < Self.urlLimit { tellingURLs.insert(row.url) }
    }

    private static func count(_ key: Key, in causes: inout [Key: Int64]) {
        let isKnown = causes[key] != nil || causes.count < limit
        causes[isKnown ? key : Key(kind: key.kind, status: nil, host: nil), default: 0] += 1
    }

    /// By kind and status, the most frequent first.
    var counts: [RunReportDocument.Count] {
        var counts: [String: Int64] = [:]
        for (key, pages) in pages.merging(checked, uniquingKeysWith: +) {
            counts[key.status.map { "status \($0)" } ?? key.kind, default: 0] += pages
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { RunReportDocument.Count(word: $0.key, count: $0.value) }
    }
}

extension FailureCauses.Key {
    /// What a link to a page that failed so is broken as; nil where the page's failure says more, as of a host that is down.
    var linkReason: LinkReason? {
        if let status { return status == 404 || status == 410 ? .gone : nil }
        return switch kind {
        case "redirect_loop", "too_many_redirects": .loop
        case "bad_redirect": .badRedirect
        case "bad_response", "truncated", "decode": .badResponse
        default: nil
        }
    }
}
