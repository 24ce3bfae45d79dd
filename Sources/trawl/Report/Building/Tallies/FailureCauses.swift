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
    /// What is the trouble of a host, and not of a page.
    private static let ofHosts: Set<String> = [
        "dns", "connect", "tls", "timeout_connect", "timeout_read", "timeout_total", "reset",
        "host_unavailable",
        "blocked_address",
    ]

    private(set) var pages: [Key: Int64] = [:]

    mutating func add(_ row: ResultRow) {
        let kind = row.errorKind ?? row.skipReason ?? "internal"
        let host = Self.ofHosts.contains(kind) ? (try? WebURL(parsing: row.url))?.hostKey : nil
        let key = Key(kind: kind, status: kind == "http_status" ? row.statusCode : nil, host: host)
        guard pages[key] == nil, pages.count >= Self.limit else {
            pages[key, default: 0] += 1
            return
        }
        pages[Key(kind: kind, status: nil, host: nil), default: 0] += 1
    }

    /// By kind and status, the most frequent first.
    var counts: [RunReportDocument.Count] {
        var counts: [String: Int64] = [:]
        for (key, pages) in pages {
            counts[key.status.map { "status \($0)" } ?? key.kind, default: 0] += pages
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { RunReportDocument.Count(word: $0.key, count: $0.value) }
    }
}
