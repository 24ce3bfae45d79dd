internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// A row that the run has of a URL.
struct FoundRow {
    let id: Int64
    /// Whether it is the same URL, and not another one with the same key.
    let isSame: Bool
    let depth: Int
    let state: String
    let isCheck: Bool

    /// - Parameter row: its columns are id, url, depth, state, kind.
    init(_ row: RawRow, isSame: Bool) {
        self.isSame = isSame
        id = row.integer(0)
        depth = Int(row.integer(2))
        state = row.text(3) ?? ""
        isCheck = row.text(4) == PageKind.check.rawValue
    }

    var isSkipped: Bool { state == "skipped" }
}

/// What is only checked, and turns out to be wanted for more.
extension DiscoveryImporter {
    /// Has a check asked for with GET: a link names a place in it.
    mutating func askForPlaces(
        _ found: FoundRow, _ url: DiscoveredURL, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws {
        // One that has failed is not there. One that is done may be any kind of file, of which only HTML has places.
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET method = 'GET', state = 'pending', in_range = NULL, attempts = 0, not_before = 0,
                    error_kind = NULL, error = NULL
                WHERE id = ? AND method = 'HEAD' AND (state = 'pending'
                    OR state = 'done' AND error_kind IS NULL AND lower(content_type) LIKE '%html%')
                """
        ).execute(arguments: [found.id])
        guard transaction.database.changesCount == 1, found.state == "done" else { return }
        try reopen(found, url, &growth, transaction)
        growth.progress.done -= 1
    }

    /// Makes a page of a check: a link that is followed leads there.
    mutating func promote(
        _ found: FoundRow, to url: DiscoveredURL, from page: PageID?, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws {
        let host = try self.host(url.hostKey, in: transaction)
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET kind = ?, method = 'GET', state = 'pending', in_range = NULL, attempts = 0, not_before = 0,
                    skip_reason = NULL, error_kind = NULL, error = NULL, host_id = ?, depth = ?, rank = ?, referrer_id = ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                url.kind == .page ? nil : url.kind.rawValue, host.rawValue, url.depth, url.rank,
                page?.rawValue,
                found.id,
            ])
        switch found.state {
        case "done": growth.progress.done -= 1
        case "failed": growth.progress.failed -= 1
        default: return
        }
        try reopen(found, url, &growth, transaction)
    }

    /// The row of a check that is not asked for, because an earlier run has found its URL to be fine, and not long ago. Nil where it is
    /// to be asked for. Those on the run's own hosts always are.
    func trusted(
        _ url: DiscoveredURL, _ key: URLKey, _ host: HostID, from page: PageID?,
        _ transaction: StoreTransaction
    ) throws -> Int64? {
        guard url.kind == .check, let check, check.recheck > .zero, let former else { return nil }
        let copy = try RawStatement(
            transaction.database,
            """
            INSERT INTO pages (run_id, host_id, url_key, url, depth, rank, referrer_id, kind, state, method, status_code,
                content_type, final_url, num_redirects, etag, last_modified, fetched_at)
            SELECT ?1, ?2, ?3, known.url, ?4, ?5, ?6, 'check', 'done', known.method, known.status_code,
                known.content_type, known.final_url, known.num_redirects, known.etag, known.last_modified, known.fetched_at
            FROM page_keys JOIN pages AS known ON known.id = page_keys.page_id
            JOIN verdicts ON verdicts.page_id = known.id
            WHERE page_keys.run_id = ?7 AND page_keys.url_key = ?3 AND known.url = ?8 AND known.kind = 'check'
                AND verdicts.verdict IN ('ok', 'redirected') AND verdicts.checked_at >= ?9
                AND NOT EXISTS (SELECT 1 FROM run_hosts WHERE run_hosts.run_id = ?1 AND run_hosts.host_id = ?2)
                AND (NOT ?10 OR EXISTS (SELECT 1 FROM page_places WHERE page_places.page_id = known.id))
            """)
        copy.bind(1, run.rawValue)
        copy.bind(2, host.rawValue)
        copy.bind(3, key.rawValue)
        copy.bind(4, Int64(url.depth))
        copy.bind(5, Int64(url.rank))
        copy.bind(6, page?.rawValue)
        copy.bind(7, former.latest.rawValue)
        copy.bind(8, url.url)
        copy.bind(9, now - check.recheck.wholeMilliseconds)
        copy.bind(10, url.readsPlaces ? 1 : 0)
        try copy.run()
        guard transaction.database.changesCount == 1 else { return nil }
        let id = transaction.database.lastInsertedRowID
        _ = try PageKeys(run, in: transaction).enter(key.rawValue, of: id)
        try transaction.copyFindings(onKey: key.rawValue, of: former.latest, to: PageID(rawValue: id))
        return id
    }

    /// A page that was settled waits again.
    private mutating func reopen(
        _ found: FoundRow, _ url: DiscoveredURL, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws {
        growth.note(found.id)
        growth.progress.pending += 1
        growth.hosts.insert(try host(url.hostKey, in: transaction))
    }
}

extension StoreTransaction {
    /// Whether a check that is under way is no longer what is wanted of its page.
    ///
    /// - Parameter asksWithHEAD: how it was asked for.
    func isOvertaken(_ page: PageID, asksWithHEAD: Bool) throws -> Bool {
        let find = try RawStatement(database, "SELECT kind, method FROM pages WHERE id = ?")
        find.bind(1, page.rawValue)
        return try find.firstRow { row in
            row.text(0) != PageKind.check.rawValue || asksWithHEAD && row.text(1) == "GET"
        } ?? false
    }
}
