package import CrawlCore
internal import GRDB
package import TrawlStore

/// Puts what pages led to into the frontier of a run, in the transactions that record those pages.
///
/// One importer serves one run, transaction after transaction. It remembers the URLs it has met lately, as a site's pages
/// lead to the same ones again and again; what it remembers is bounded.
package struct DiscoveryImporter {
    /// What a transaction has added.
    package struct Growth: Sendable {
        /// Pages that wait, and those that are kept as skipped.
        package var progress = RunProgress()
        /// The hosts of those that wait, each once.
        package var hosts: Set<HostID> = []
        /// The ids of its rows; nil while there are none.
        fileprivate var ids: ClosedRange<Int64>?
        fileprivate var skipped: [SkipReason: Int] = [:]

        /// Nothing yet.
        package init() {}

        mutating func note(_ id: Int64) {
            ids = ids.map { min($0.lowerBound, id)...max($0.upperBound, id) } ?? id...id
        }
    }

    let run: RunID
    /// The runs before it; nil for none.
    let former: FormerRuns?
    /// How many pages a host may have in the run; 0 for any number.
    private let pagesPerHost: Int
    /// What is checked; nil for nothing.
    let check: JobSpec.Check?
    /// Unix milliseconds of the transaction.
    var now: Int64 = 0
    /// Whether links beyond the limits are kept as skipped rows.
    private let keepsSkipped: Bool
    private var hosts: [Substring: HostID] = [:]
    var recent = RecentPages()
    private var traps: TrapCounts
    /// What this page has counted of traps.
    private var tally = TrapTally()
    private var links = PageIDList()
    private static let hostsKept = 10_000

    /// An importer for a run.
    ///
    /// - Parameters:
    ///   - former: the runs before it, whose pages are kept as rows even beyond the limits; nil for none.
    ///   - limits: of the job: how many pages of a host, or of one that look alike, may be found.
    ///   - keepsSkipped: whether links beyond that are kept as rows.
    package init(
        run: RunID, former: FormerRuns? = nil, limits: JobSpec.Limits, keepsSkipped: Bool,
        check: JobSpec.Check? = nil
    ) {
        self.run = run
        self.former = former
        pagesPerHost = limits.pagesPerHost
        traps = TrapCounts(limits.trap)
        self.keepsSkipped = keepsSkipped
        self.check = check
    }

    /// Adds what a page led to; URLs that the run has already are known by their keys.
    package mutating func add(
        _ discovery: PageDiscovery, from page: PageID?, _ growth: inout Growth,
        in transaction: StoreTransaction
    ) throws {
        links.removeAll()
        if let page, let counts = discovery.sitemap { try transaction.keep(counts, of: page) }
        for (reason, count) in discovery.skipped { growth.skipped[reason, default: 0] += count }
        for url in discovery.urls {
            let id = try add(url, from: page, &growth, transaction)
            if let id, url.skipReason == nil { links.append(id) }
        }
        try writeTraps(transaction)
        guard let page, !links.bytes.isEmpty else { return }
        try keep(links, of: page, transaction)
    }

    /// Keeps the pages that a page's links, or its redirect, lead to.
    func keep(_ links: PageIDList, of page: PageID, _ transaction: StoreTransaction) throws {
        let statement = try RawStatement(
            transaction.database, "INSERT OR REPLACE INTO page_links (page_id, targets) VALUES (?, ?)")
        statement.bind(1, page.rawValue)
        statement.bind(2, bytes: links.bytes)
        try statement.run()
    }

    /// Adds the pages that a page led to in the run before, since it has not changed.
    package mutating func addLinks(
        of previous: PageID, from page: ClaimedPage, _ growth: inout Growth, in transaction: StoreTransaction
    ) throws {
        let statement = try RawStatement(
            transaction.database,
            """
            SELECT pages.url, length(hosts.host), kind, method FROM pages JOIN hosts ON hosts.id = host_id
            WHERE pages.id = ?
            """
        )
        var urls: [DiscoveredURL] = []
        for id in try transaction.keptLinks(of: previous) {
            statement.bind(1, id)
            try statement.forEachRow { row in
                let isCheck = row.text(2) == PageKind.check.rawValue
                var url = DiscoveredURL(
                    url: row.text(0) ?? "", hostKeyLength: Int(row.integer(1)),
                    kind: isCheck ? .check : .page,
                    depth: page.depth + 1)
                url.readsPlaces = isCheck && row.text(3) == "GET"
                urls.append(url)
                return false
            }
        }
        try add(PageDiscovery(urls: urls), from: page.id, &growth, in: transaction)
    }

    /// Brings the run's own row up to date with what a transaction has added.
    package func close(_ growth: Growth, in transaction: StoreTransaction) throws {
        if let ids = growth.ids {
            try transaction.database.cachedStatement(
                sql: """
                    UPDATE runs SET pages_pending = pages_pending + ?1, pages_skipped = pages_skipped + ?2,
                        first_page_id = coalesce(first_page_id, ?3), last_page_id = max(coalesce(last_page_id, ?4), ?4),
                        pages_done = pages_done + ?6, pages_failed = pages_failed + ?7
                    WHERE id = ?5
                    """
            ).execute(
                arguments: [
                    growth.progress.pending, growth.progress.skipped, ids.lowerBound, ids.upperBound,
                    run.rawValue, growth.progress.done, growth.progress.failed,
                ])
        }
        for (reason, count) in growth.skipped {
            try transaction.database.cachedStatement(
                sql: """
                    INSERT INTO skipped_links (run_id, reason, links) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET links = links + ?3
                    """
            ).execute(arguments: [run.rawValue, reason.rawValue, count])
        }
    }

    // MARK: One URL

    /// The row of a URL, made where there is none; nil where there is to be none.
    private mutating func add(
        _ url: DiscoveredURL, from page: PageID?, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws -> Int64? {
        if let id = recent.page(of: url) { return id }
        let find = try RawStatement(
            transaction.database,
            """
            SELECT id, url, depth, state, kind FROM page_keys CROSS JOIN pages ON id = page_id
            WHERE page_keys.run_id = ? AND page_keys.url_key = ?
            """)
        var salt: UInt64 = 0
        while true {
            let key = URLKey(method: "GET", url: url.url, salt: salt)
            find.bind(1, run.rawValue)
            find.bind(2, key.rawValue)
            let row = try find.firstRow { FoundRow($0, isSame: $0.text(1) == url.url) }
            guard let found = row else {
                return try insert(url, key, from: page, &growth, transaction)
            }
            guard found.isSame else {
                // Another request that happens to share the key.
                salt += 1
                continue
            }
            if url.skipReason == nil { try meet(found, url, from: page, &growth, transaction) }
            return found.id
        }
    }

    /// A page or a sitemap is to be requested that the run has a row of.
    private mutating func meet(
        _ found: FoundRow, _ url: DiscoveredURL, from page: PageID?, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws {
        var depth = found.depth
        if found.isSkipped {
            try revive(found.id, url, from: page, &growth, transaction)
            depth = url.depth  // Not the depth of the link that was skipped.
        } else if url.kind == .check {
            if url.readsPlaces, found.isCheck { try askForPlaces(found, url, &growth, transaction) }
        } else if found.isCheck {
            try promote(found, to: url, from: page, &growth, transaction)
            depth = url.depth
        } else if found.depth > url.depth, url.kind == .page {
            try lift(found.id, to: url, from: page, isPending: found.state == "pending", transaction)
            depth = url.depth
        }
        recent.remember(url, page: found.id, depth: depth)
    }

    mutating func insert(
        _ url: DiscoveredURL, _ key: URLKey, from page: PageID?, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws -> Int64? {
        var url = url
        var host: HostID?
        if url.skipReason == nil {
            let found = try self.host(url.hostKey, in: transaction)
            if let reason = try reasonToRefuse(url, of: found, transaction) {
                growth.skipped[reason, default: 0] += 1
                // A page that was there before is still linked, and so not gone.
                guard try keepsSkipped || former.map({ try transaction.isKnown(key, $0) }) == true else {
                    return nil
                }
                url.skipReason = reason
            } else {
                host = found
            }
        }
        if let host, let id = try trusted(url, key, host, from: page, transaction) {
            growth.note(id)
            growth.progress.done += 1
            recent.remember(url, page: id, depth: url.depth)
            return id
        }
        let insert = try RawStatement(transaction.database, insertSQL)
        insert.bind(1, run.rawValue)
        insert.bind(2, host?.rawValue)
        insert.bind(3, key.rawValue)
        insert.bind(4, url.url)
        insert.bind(5, Int64(url.depth))
        insert.bind(6, Int64(url.rank))
        insert.bind(7, page?.rawValue)
        insert.bind(8, url.kind == .page ? nil : url.kind.rawValue)
        insert.bind(9, url.lastModified)
        insert.bind(10, url.priority)
        insert.bind(11, url.skipReason == nil ? "pending" : "skipped")
        insert.bind(12, url.skipReason?.rawValue)
        insert.bind(13, url.method)
        let id = try insert.insert()
        _ = try PageKeys(run, in: transaction).enter(key.rawValue, of: id)
        growth.note(id)
        if let host {
            growth.progress.pending += 1
            growth.hosts.insert(host)
            recent.remember(url, page: id, depth: url.depth)
        } else {
            growth.progress.skipped += 1
        }
        return id
    }

    /// Why a page is beyond the limits: its host has too many, or too many look like it; nil where it is within them.
    mutating func reasonToRefuse(
        _ url: DiscoveredURL, of host: HostID, _ transaction: StoreTransaction
    ) throws -> SkipReason? {
        guard url.kind == .page else { return nil }
        if let url = try? WebURL(parsing: url.url), try !admits(url, transaction) { return .trap }
        guard pagesPerHost > 0, try !transaction.takePlace(of: host, in: run, limit: pagesPerHost) else {
            return nil
        }
        return .limit
    }

    /// Counts a URL, unless it is a trap.
    private mutating func admits(_ url: WebURL, _ transaction: StoreTransaction) throws -> Bool {
        let kinds = traps.kinds(of: url)
        for kind in kinds where !tally.has(kind.key) {
            tally.enter(kind.key, stored: try transaction.trapCount(of: kind.key, in: run), traps)
        }
        return tally.admit(kinds)
    }

    /// Writes what was counted of traps.
    mutating func writeTraps(_ transaction: StoreTransaction) throws {
        guard !tally.isEmpty else { return }
        for (key, added) in tally.takeChanges() { try transaction.countTrap(key, added, in: run) }
        traps.keep(tally)
        tally = TrapTally()
    }

    private let insertSQL = """
        INSERT INTO pages (run_id, host_id, url_key, url, depth, rank, referrer_id, kind, lastmod_at, priority,
            state, skip_reason, method)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Makes a skipped row pending: the link was not to be followed where it was found first, and is to be followed from here.
    private mutating func revive(
        _ id: Int64, _ url: DiscoveredURL, from page: PageID?, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws {
        let host = try self.host(url.hostKey, in: transaction)
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET state = 'pending', in_range = NULL, skip_reason = NULL, host_id = ?1, depth = ?2, rank = ?3,
                    referrer_id = ?4,
                    kind = CASE WHEN ?7 = 'check' THEN 'check' WHEN kind = 'check' THEN NULL ELSE kind END, method = ?6
                WHERE id = ?5 AND skip_reason IN ('depth', 'scope', 'trap', 'robots', 'not_newer') AND fetched_at IS NULL
                """
        ).execute(
            arguments: [
                host.rawValue, url.depth, url.rank, page?.rawValue, id, url.method, url.kind.rawValue,
            ])
        guard transaction.database.changesCount == 1 else { return }
        growth.note(id)
        if url.kind != .check, pagesPerHost > 0,
            try !transaction.takePlace(of: host, in: run, limit: pagesPerHost)
        {
            try transaction.skipBeyondLimit(id)
            return
        }
        growth.progress.pending += 1
        growth.progress.skipped -= 1
        growth.hosts.insert(host)
    }

    /// Corrects the depth of a page: a shorter way to it was found.
    func lift(
        _ id: Int64, to url: DiscoveredURL, from page: PageID?, isPending: Bool,
        _ transaction: StoreTransaction
    ) throws {
        try transaction.database.cachedStatement(
            sql:
                "UPDATE pages SET depth = ?, referrer_id = ?, rank = CASE WHEN ? THEN ? ELSE rank END WHERE id = ?"
        ).execute(arguments: [url.depth, page?.rawValue, isPending, url.rank, id])
    }

    mutating func host(_ key: Substring, in transaction: StoreTransaction) throws -> HostID {
        if let host = hosts[key] { return host }
        let host = try transaction.host(String(key))
        if hosts.count >= DiscoveryImporter.hostsKept { hosts.removeAll(keepingCapacity: true) }
        // Not the substring itself, which keeps the whole URL.
        hosts[Substring(String(key))] = host
        return host
    }
}
