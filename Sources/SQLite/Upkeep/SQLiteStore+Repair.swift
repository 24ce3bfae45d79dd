internal import GRDB
package import TrawlStore

extension SQLiteStore {
    /// Mends what follows from other rows: counters and page ranges of runs, keys of pages, indexes, and what runners that are
    /// gone have held. What is lost stays lost. Nobody else can write meanwhile.
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
            try transaction.database.execute(sql: SQLiteStore.keySQL)
            try transaction.database.execute(
                sql: "UPDATE pages SET in_range = NULL WHERE \(SQLiteStore.isLost)")
        }
    }

    /// A run whose list is being read has its keys at the end.
    private static let keySQL = """
        DELETE FROM page_keys WHERE NOT EXISTS (
            SELECT 1 FROM pages
            WHERE id = page_id AND pages.run_id = page_keys.run_id AND pages.url_key = page_keys.url_key);
        INSERT OR IGNORE INTO page_keys (run_id, url_key, page_id)
        SELECT run_id, url_key, id FROM pages
        WHERE url_key IS NOT NULL AND run_id NOT IN (SELECT id FROM runs WHERE state = 'importing')
        ORDER BY run_id, url_key;
        """

    private static let recountSQL = """
        UPDATE runs SET (pages_pending, pages_done, pages_failed, pages_skipped, first_page_id, last_page_id) = (
            SELECT count(*) FILTER (WHERE pages.state IN ('pending', 'sending')),
                count(*) FILTER (WHERE pages.state = 'done'), count(*) FILTER (WHERE pages.state = 'failed'),
                count(*) FILTER (WHERE pages.state = 'skipped'), min(pages.id), max(pages.id)
            FROM pages WHERE pages.run_id = runs.id)
        WHERE state <> 'importing' AND pruned_at IS NULL
        """
}
