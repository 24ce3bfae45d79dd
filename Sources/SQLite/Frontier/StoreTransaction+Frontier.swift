package import CrawlCore
internal import GRDB
package import TrawlStore

/// A host with pages that wait.
package struct WaitingHost: Sendable, Equatable {
    /// The host's row.
    package let host: HostID
    /// When its first page may be requested, in unix milliseconds; 0 for at once.
    package let notBefore: Int64
}

extension FrontierPosition {
    /// Before all of a host's pages.
    static let start = FrontierPosition(notBefore: .min, rank: .min, id: .min)

    /// Whether the position is in the host's ranges, whose pages come before those of `pages_pending`.
    var isInRange: Bool { notBefore < 0 }
}

/// What else a claim is to read of a page, beyond what each request needs.
package struct ClaimOptions: Sendable {
    /// Where the page stands among those that led to it, and what kind it is.
    package var hasLineage = false
    /// Whether pages of one depth only are claimed at a time, the least first. Needs the lineage.
    package var isByLevel = false
    /// The last page of the run's own list; nil where all are of it.
    package var lastNamed: PageID?
    /// The runs whose pages tell by what to ask whether they have changed; nil for none.
    package var formerRuns: FormerRuns?
    /// Whether pages have an input.
    package var hasInputs = false
    /// The run and the one before it, where pages may be checks; nil where none are. Needs the lineage.
    package var checks: (run: RunID, former: RunID?)?

    /// Neither.
    package init() {}
}

extension StoreTransaction {
    /// The next hosts of a run that have pending pages, by id.
    ///
    /// Each costs one seek of the index of pending pages, however many pages it has.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - after: the host to go on behind; nil begins with the first.
    ///   - limit: how many at most.
    package func waitingHosts(of run: RunID, after: HostID?, limit: Int) throws -> [WaitingHost] {
        let statement = try RawStatement(
            database,
            """
            SELECT host_id, not_before FROM pages INDEXED BY pages_pending
            WHERE run_id = ? AND host_id > ? AND state = 'pending' AND in_range IS NULL
            ORDER BY host_id, not_before LIMIT 1
            """)
        var hosts: [WaitingHost] = []
        var last = after?.rawValue ?? Int64.min
        var inRange = try hostInRange(of: run, after: last)
        while hosts.count < limit {
            statement.bind(1, run.rawValue)
            statement.bind(2, last)
            var found: WaitingHost?
            try statement.forEachRow { row in
                found = WaitingHost(host: HostID(rawValue: row.integer(0)), notBefore: row.integer(1))
                return false
            }
            if let host = inRange, host <= found?.host.rawValue ?? .max {
                found = WaitingHost(host: HostID(rawValue: host), notBefore: 0)
                inRange = try hostInRange(of: run, after: host)
            }
            guard let found else { break }
            hosts.append(found)
            last = found.host.rawValue
        }
        return hosts
    }

    /// The next pages of a leased host that may be requested now. The lease is the claim; nothing is written but that ranges of
    /// waiting pages are done with.
    ///
    /// - Parameters:
    ///   - host: a host that the caller holds the lease of.
    ///   - run: the run.
    ///   - now: unix milliseconds.
    ///   - limit: how many at most.
    ///   - claimed: pages of the host that are claimed already; the cost grows with them, and with nothing else.
    ///   - level: the depth of those pages, where pages are claimed level by level; nil for none.
    ///   - position: where the last claim of the host ended, so that what it gave is passed over in the index; nil
    ///     begins with the host's first page. Moved on to the end of this claim, and to nil where that found fewer
    ///     pages than asked for: a page put back to pending behind the position is found by the next one.
    package func claim(
        _ host: HostID, of run: RunID, now: Int64, limit: Int, claimed: Set<PageID>, batch: BatchID,
        from position: inout FrontierPosition?, level: Int? = nil, _ options: ClaimOptions = ClaimOptions()
    ) throws -> [ClaimedPage] {
        var pages: [ClaimedPage] = []
        var level = level
        pages.reserveCapacity(limit)
        func take(_ row: RawRow) throws -> Bool {
            let id = PageID(rawValue: row.integer(0))
            guard !claimed.contains(id) else { return true }
            let kind =
                options.hasLineage ? row.text(7).flatMap(PageKind.init(rawValue:)) ?? .page : PageKind.page
            let depth = options.hasLineage ? Int(row.integer(8)) : 0
            if options.isByLevel {
                if let level, depth > level { return false }
                level = depth
            }
            let url = row.text(3) ?? ""
            // Sitemaps are read anew: what they list is not kept.
            let previous =
                kind != .sitemap
                ? try options.formerRuns.flatMap { try previousPage(url, key: row.integer(6), of: $0) } : nil
            pages.append(
                ClaimedPage(
                    id: id, host: host, batch: batch, url: url, attempts: Int(row.integer(4)),
                    name: row.text(5),
                    kind: kind, depth: depth,
                    isNamed: options.lastNamed.map { id.rawValue <= $0.rawValue } ?? true,
                    previous: previous, input: options.hasInputs ? try input(of: id) : nil,
                    check: kind == .check ? try check(options, host, row) : nil))
            position = FrontierPosition(notBefore: row.integer(1), rank: row.integer(2), id: id.rawValue)
            return pages.count < limit
        }
        var start = position ?? .start
        if start.isInRange {
            guard try forEachInRange(of: host, run, behind: start.id, claimed: claimed, take) else {
                return pages
            }
            start = .start
        }
        let statement = try RawStatement(
            database, options.hasLineage ? Self.claimSQL : Self.plainClaimSQL)
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        statement.bind(3, start.notBefore)
        statement.bind(4, now)
        statement.bind(5, start.rank)
        statement.bind(6, start.id)
        statement.bind(7, Int64(limit + claimed.count))
        try statement.forEachRow(take)
        if pages.count < limit { position = nil }
        return pages
    }

    /// What is known of a page that is only checked, by its row in the columns of `claimSQL`.
    private func check(_ options: ClaimOptions, _ host: HostID, _ row: RawRow) throws -> CheckContext? {
        guard let checks = options.checks else { return nil }
        return CheckContext(
            isOwn: try isNamed(host, by: checks.run), asksWithHEAD: row.text(9) == "HEAD",
            former: try checks.former.flatMap { try verdict(onKey: row.integer(6), in: $0) })
    }

    /// What a page's line of a list says of it; nil for nothing.
    private func input(of page: PageID) throws -> String? {
        let statement = try RawStatement(database, "SELECT input FROM page_inputs WHERE page_id = ?")
        statement.bind(1, page.rawValue)
        return try statement.firstRow { $0.text(0) } ?? nil
    }

    private static let claimSQL = """
        SELECT id, not_before, rank, url, attempts, name, url_key, kind, depth, method FROM pages INDEXED BY pages_pending
        WHERE run_id = ?1 AND host_id = ?2 AND state = 'pending' AND in_range IS NULL
            AND (not_before, rank, id) > (?3, ?5, ?6) AND not_before <= ?4
        ORDER BY not_before, rank, id LIMIT ?7
        """

    /// The same for runs in which all pages have one rank: it takes a third fewer steps for each page that is claimed already.
    private static let plainClaimSQL = """
        SELECT id, not_before, rank, url, attempts, name, url_key FROM pages INDEXED BY pages_pending
        WHERE run_id = ?1 AND host_id = ?2 AND state = 'pending' AND in_range IS NULL
            AND not_before BETWEEN ?3 AND ?4 AND (not_before > ?3 OR id > ?6)
        ORDER BY not_before, rank, id LIMIT ?7
        """

    /// When the next page of a host becomes due, of those that are not due yet, in unix milliseconds; nil where there is none.
    package func nextRetry(of host: HostID, run: RunID, after now: Int64) throws -> Int64? {
        if now < 0, try hasRange(host, of: run) { return 0 }
        let statement = try RawStatement(
            database,
            """
            SELECT min(not_before) FROM pages INDEXED BY pages_pending
            WHERE run_id = ? AND host_id = ? AND state = 'pending' AND in_range IS NULL AND not_before > ?
            """)
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        statement.bind(3, now)
        return try statement.firstRow { $0.optionalInteger(0) } ?? nil
    }

    /// Whether a run has pending pages.
    package func hasPending(_ run: RunID) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT 1 FROM pages INDEXED BY pages_pending
                WHERE run_id = ? AND state = 'pending' AND in_range IS NULL LIMIT 1
                """)
        return try Bool.fetchOne(statement, arguments: [run.rawValue]) != nil
            || hostInRange(of: run, after: .min) != nil
    }

    /// The number that the next batch of a run has.
    package func nextBatchNumber(of run: RunID) throws -> Int64 {
        try Int64.fetchOne(
            database, sql: "SELECT coalesce(max(number), 0) + 1 FROM batches WHERE run_id = ?",
            arguments: [run.rawValue]) ?? 1
    }

    /// The row id that the next batch gets; the caller has the write lock.
    package func nextBatchID() throws -> BatchID {
        let statement = try database.cachedStatement(sql: "SELECT coalesce(max(id), 0) + 1 FROM batches")
        return BatchID(rawValue: try Int64.fetchOne(statement) ?? 1)
    }

    /// Enters a batch of claimed pages.
    package func addBatch(_ batch: BatchID, run: RunID, number: Int64, pages: Int, now: Int64) throws {
        try database.cachedStatement(
            sql: "INSERT INTO batches (id, run_id, number, pages, claimed_at) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [batch.rawValue, run.rawValue, number, pages, now])
    }
}
