internal import CrawlCore
internal import GRDB

/// The pages of long lists that wait in ranges. The pages of a host that lie together are one row of `waiting_ranges`, instead of an
/// entry of `pages_pending` each. A page that settles changes its own row alone, and the range goes once it has been claimed.
extension StoreTransaction {
    /// Pages of one host whose ids follow one another. Those of them that are pending, and marked as of a range, wait.
    struct WaitingRange {
        let first: Int64
        let last: Int64
    }

    /// Enters a range; its pages are marked.
    func add(_ range: WaitingRange, of host: HostID, run: RunID) throws {
        let insert = try RawStatement(
            database,
            "INSERT INTO waiting_ranges (run_id, host_id, first_page_id, last_page_id) VALUES (?, ?, ?, ?)")
        insert.bind(1, run.rawValue)
        insert.bind(2, host.rawValue)
        insert.bind(3, range.first)
        insert.bind(4, range.last)
        try insert.run()
    }

    /// The next host of a run that has a range.
    func hostInRange(of run: RunID, after host: Int64) throws -> Int64? {
        let statement = try RawStatement(
            database,
            "SELECT host_id FROM waiting_ranges WHERE run_id = ? AND host_id > ? ORDER BY host_id LIMIT 1")
        statement.bind(1, run.rawValue)
        statement.bind(2, host)
        return try statement.firstRow { $0.integer(0) }
    }

    /// Whether a host has a range.
    func hasRange(_ host: HostID, of run: RunID) throws -> Bool {
        try range(of: host, run, behind: .min) != nil
    }

    /// Hands over the pages of a host that wait in ranges, in the columns of the claims' statements.
    ///
    /// A range is deleted once it was claimed and none of its pages is under way, or none of them waits, or the host is given back.
    /// The pages that are left of it go to `pages_pending`.
    ///
    /// - Parameters:
    ///   - page: the page to go on behind.
    ///   - claimed: pages of the host that are claimed already.
    ///   - body: false ends it.
    /// - Returns: whether it came to the end.
    func forEachInRange(
        of host: HostID, _ run: RunID, behind page: Int64, claimed: Set<PageID>,
        _ body: (RawRow) throws -> Bool
    ) throws -> Bool {
        let read = try RawStatement(
            database,
            """
            SELECT id, -1, 0, url, attempts, name, url_key, kind, depth FROM pages
            WHERE id BETWEEN ? AND ? AND state = 'pending' AND in_range = 1 ORDER BY id
            """)
        var first = Int64.min
        while let range = try range(of: host, run, behind: first) {
            first = range.first
            guard range.last > page else {
                let isUnderWay = claimed.contains { range.first <= $0.rawValue && $0.rawValue <= range.last }
                if !isUnderWay { try dissolve(range, of: host, run) }
                continue
            }
            read.bind(1, max(range.first - 1, page) + 1)
            read.bind(2, range.last)
            var isWanted = true
            var isEmpty = page < range.first
            try read.forEachRow { row in
                isEmpty = false
                isWanted = try body(row)
                return isWanted
            }
            guard isWanted else { return false }
            if isEmpty { try dissolve(range, of: host, run) }
        }
        if first > .min { try markClaimed(host, of: run) }
        return true
    }

    /// Notes that there is nothing more to claim in the ranges of a host.
    private func markClaimed(_ host: HostID, of run: RunID) throws {
        let statement = try RawStatement(
            database,
            "UPDATE waiting_ranges SET is_claimed = 1 WHERE run_id = ? AND host_id = ? AND is_claimed = 0")
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        try statement.run()
    }

    /// Deletes those ranges of a host that is given back whose pages have all been claimed.
    func dissolveClaimed(_ host: HostID) throws {
        let find = try RawStatement(
            database,
            """
            SELECT run_id, first_page_id, last_page_id FROM waiting_ranges
            WHERE host_id = ? AND is_claimed = 1 LIMIT 1
            """)
        find.bind(1, host.rawValue)
        while let (run, range) = try find.firstRow({ row in
            (RunID(rawValue: row.integer(0)), WaitingRange(first: row.integer(1), last: row.integer(2)))
        }) {
            try dissolve(range, of: host, run)
        }
    }

    private func range(of host: HostID, _ run: RunID, behind first: Int64) throws -> WaitingRange? {
        let statement = try RawStatement(
            database,
            """
            SELECT first_page_id, last_page_id FROM waiting_ranges
            WHERE run_id = ? AND host_id = ? AND first_page_id > ? ORDER BY first_page_id LIMIT 1
            """)
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        statement.bind(3, first)
        return try statement.firstRow { WaitingRange(first: $0.integer(0), last: $0.integer(1)) }
    }

    private func dissolve(_ range: WaitingRange, of host: HostID, _ run: RunID) throws {
        try database.cachedStatement(
            sql: """
                UPDATE pages SET in_range = NULL
                WHERE id BETWEEN ? AND ? AND in_range = 1 AND (state = 'pending' OR state = 'sending')
                """
        ).execute(arguments: [range.first, range.last])
        try database.cachedStatement(
            sql: "DELETE FROM waiting_ranges WHERE run_id = ? AND host_id = ? AND first_page_id = ?"
        ).execute(arguments: [run.rawValue, host.rawValue, range.first])
    }
}
