package import CrawlCore
internal import GRDB
package import TrawlStore

extension SQLiteStore {
    /// Ids that one transaction goes over: a few milliseconds' worth.
    private static let abandonStep: Int64 = 5_000

    package func abandon(_ run: RunID, runner: RunnerID, now: Int64) throws(StoreError) -> Int64 {
        var skipped: Int64 = 0
        var rest = try reading { try $0.pageRange(of: run) }
        while let ids = rest {
            let end = min(ids.lowerBound + SQLiteStore.abandonStep - 1, ids.upperBound)
            skipped += try writing { transaction in
                try transaction.renewRunner(runner, now: now)
                return try transaction.abandonPages(of: run, ids: ids.lowerBound...end)
            }
            rest = end < ids.upperBound ? end + 1...ids.upperBound : nil
        }
        do {
            try noteUnread(of: run)
        } catch {
            throw StoreError(error, path: path)
        }
        try writing { transaction in
            try transaction.checkRunner(runner)
            try transaction.database.execute(
                sql: "DELETE FROM waiting_ranges WHERE run_id = ?", arguments: [run.rawValue])
            try transaction.finishRun(run, now: now)
        }
        return skipped
    }
}

extension StoreTransaction {
    /// The ids between which a run's pages lie; nil where it has none.
    fileprivate func pageRange(of run: RunID) throws -> ClosedRange<Int64>? {
        let row = try Row.fetchOne(
            database, sql: "SELECT first_page_id, last_page_id FROM runs WHERE id = ?",
            arguments: [run.rawValue])
        guard let first: Int64 = row?["first_page_id"], let last: Int64 = row?["last_page_id"], first <= last
        else { return nil }
        return first...last
    }

    /// Settles the pages of a run that wait, without requesting them.
    ///
    /// - Returns: how many were skipped.
    fileprivate func abandonPages(of run: RunID, ids: ClosedRange<Int64>) throws -> Int64 {
        func settle(_ state: String, _ change: String) throws -> Int64 {
            try database.cachedStatement(
                sql: """
                    UPDATE pages SET \(change) WHERE id BETWEEN ?2 AND ?3 AND +run_id = ?1 AND state = '\(state)'
                    """
            ).execute(arguments: [run.rawValue, ids.lowerBound, ids.upperBound])
            return Int64(database.changesCount)
        }
        let skipped = try settle(
            "pending", "state = 'skipped', skip_reason = 'limit', error = 'the run was abandoned'")
        let failed = try settle(
            "sending",
            """
            state = 'failed', error_kind = 'cancelled',
            error = 'not known to have been delivered: trawl ended while the request was going out, and the run was abandoned'
            """)
        try database.execute(
            sql: """
                UPDATE runs SET pages_pending = pages_pending - ?2 - ?3, pages_skipped = pages_skipped + ?2,
                    pages_failed = pages_failed + ?3
                WHERE id = ?1
                """,
            arguments: [run.rawValue, skipped, failed])
        return skipped
    }
}
