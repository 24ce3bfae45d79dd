internal import CrawlCore
internal import TrawlStore

/// What a run remembers of what it has found, from turn to turn. All of it is bounded.
struct DiscoveryMemory {
    /// The URLs that were met lately, as a site's pages lead to the same ones again and again.
    var recent = RecentPages()
    /// Kinds of URLs that may be traps.
    var traps: TrapCounts
    private var hosts: [String: HostID] = [:]
    private static let hostsKept = 10_000

    init(_ limits: JobSpec.Limits) {
        traps = TrapCounts(limits.trap)
    }

    /// The row of a host that was met lately.
    func host(_ key: String) -> HostID? { hosts[key] }

    mutating func remember(_ key: String, _ host: HostID) {
        if hosts.count >= DiscoveryMemory.hostsKept { hosts.removeAll(keepingCapacity: true) }
        hosts[key] = host
    }
}

/// What a page led to; nil for the page where nothing did.
struct Found {
    let discovery: PageDiscovery
    let page: PageID?
}

/// What a turn has found.
struct Growth {
    /// Pages that wait, and those that are kept as skipped.
    var progress = RunProgress()
    /// The hosts of those that wait.
    var hosts: Set<HostID> = []
    /// Links that were not followed, by reason.
    var skipped: [SkipReason: Int] = [:]
    /// What it has counted of traps.
    var traps = TrapTally()
}

/// A row that the run has of a URL, or is to have.
struct FoundRow {
    /// What is to become of it.
    enum Change {
        case none
        /// It is new.
        case insert(key: Int64)
        /// It is new, and not asked for, because an earlier run has found its URL to be fine.
        case copy(key: Int64, of: Int64)
        /// Only a shorter way to it was found.
        case lift
        /// It is in another state now, if it is still in the one that it was read in.
        case rewrite(before: Before)
    }

    /// What it was as it was read.
    struct Before {
        let state: String
        let kind: String?
        let skipReason: String?
    }

    let id: Int64
    let url: String
    var host: Int64?
    var depth: Int
    var rank: Int
    var state: String
    var kind: String?
    var method: String
    var skipReason: String?
    var referrer: Int64?
    var lastModified: Int64?
    var priority: Double?
    var error: String?
    /// Whether its attempts and what went wrong are forgotten.
    var isReset = false
    var change = Change.none
    /// Whether it was asked for.
    let wasAsked: Bool
    /// Whether it is a page of HTML that came without a fault.
    let isWholeHTML: Bool

    /// The columns that it is read from.
    static let columns = """
        url_key, id, url, host_id, depth, rank, state, kind, method, skip_reason, referrer_id, fetched_at IS NOT NULL,
        error_kind IS NULL AND lower(content_type) LIKE '%html%', error, final_url
        """

    init(_ row: PostgresRow) {
        id = row.int(1)
        url = row.text(2)
        host = row.optionalInt(3)
        depth = Int(row.int(4))
        rank = Int(row.int(5))
        state = row.text(6)
        kind = row.optionalText(7)
        method = row.text(8)
        skipReason = row.optionalText(9)
        referrer = row.optionalInt(10)
        wasAsked = row.bool(11)
        isWholeHTML = !row.isNull(12) && row.bool(12)
    }

    init(id: Int64, _ url: DiscoveredURL, host: HostID?, from page: PageID?, _ change: Change) {
        self.id = id
        self.url = url.url
        self.host = host?.rawValue
        depth = url.depth
        rank = url.rank
        state = host == nil ? "skipped" : "pending"
        kind = url.kind == .page ? nil : url.kind.rawValue
        method = url.method
        skipReason = url.skipReason?.rawValue
        referrer = page?.rawValue
        lastModified = url.lastModified
        priority = url.priority
        wasAsked = false
        isWholeHTML = false
        self.change = change
    }

    var isCheck: Bool { kind == PageKind.check.rawValue }

    /// Whether links were not to lead there, and nobody has asked for it.
    var wasLeftAlone: Bool {
        ["depth", "scope", "trap", "robots", "not_newer"].contains(skipReason) && !wasAsked
    }

    /// Prepares it for being changed otherwise than by a shorter way.
    mutating func rewrite() {
        switch change {
        case .none, .lift:
            change = .rewrite(before: Before(state: state, kind: kind, skipReason: skipReason))
        case .copy(let key, _): change = .insert(key: key)
        case .insert, .rewrite: break
        }
    }
}
