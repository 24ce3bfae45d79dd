internal import GRDB
package import TrawlStore

extension SQLiteStore {
    /// Mends what follows from other rows: counters and page ranges of runs, indexes, and what runners that are gone have
    /// held. What is lost stays lost. Nobody else can write meanwhile.
    ///
    /// - Parameters:
    ///   - processes: who is alive.
    ///   - now: unix milliseconds.
    package func repair(_ processes: any ProcessTable, now: Int64) throws(StoreError) {
        do {
            try queue.inDatabase { try $0.execute(sql: "REINDEX") }
        } catch {
            throw StoreError(error, path: path)
        }
        try writing { transaction in
            try transaction.reapRunners(processes, now: now)
            try transaction.database.execute(sql: SQLiteStore.recountSQL)
        }
    }

    private static let recountSQL = """
        UPDATE runs SET (pages_pending, pages_done, pages_failed, pages_skipped, first_page_id, last_page_id) = (
            SELECT count(*) FILTER (WHERE pages.state IN ('pending', 'sending')),
                count(*) FILTER (WHERE pages.state = 'done'), count(*) FILTER (WHERE pages.state = 'failed'),
                count(*) FILTER (WHERE pages.state = 'skipped'), min(pages.id), max(pages.id)
            FROM pages WHERE pages.run_id = runs.id)
        WHERE state <> 'importing' AND pruned_at IS NULL
        """
}
