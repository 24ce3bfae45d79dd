internal import GRDB
package import TrawlStore

extension SQLiteStore {
    /// Looks for damage: SQLite's own checks, and counters that do not match the rows they count.
    ///
    /// - Returns: a sentence for each thing that is wrong; none where all is well.
    package func check() throws(StoreError) -> [String] {
        do {
            return try queue.read { database in
                var findings: [String] = []
                for line in try String.fetchAll(database, sql: "PRAGMA integrity_check") where line != "ok" {
                    findings.append("integrity: \(line)")
                }
                for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
                    let table: String = row["table"]
                    let parent: String = row["parent"]
                    let id = (row["rowid"] as Int64?).map(String.init) ?? "?"
                    findings.append(
                        "a row of \(table) (\(id)) refers to a row of \(parent) that does not exist")
                }
                for row in try Row.fetchAll(database, sql: SQLiteStore.counterSQL) {
                    let run: Int64 = row["id"]
                    let counter: String = row["counter"]
                    let kept: Int64 = row["kept"]
                    let counted: Int64 = row["counted"]
                    findings.append("run \(run): \(counter) is \(kept), but \(counted) pages are there")
                }
                for row in try Row.fetchAll(database, sql: SQLiteStore.rangeSQL) {
                    let run: Int64 = row["run_id"]
                    let pages: Int64 = row["pages"]
                    findings.append("run \(run): \(pages) pages lie outside of its range")
                }
                for row in try Row.fetchAll(database, sql: SQLiteStore.unmatchedSQL) {
                    let run: Int64 = row["run_id"]
                    let pages: Int64 = row["pages"]
                    findings.append("run \(run): \(pages) pages and keys of pages do not match")
                }
                for row in try Row.fetchAll(database, sql: SQLiteStore.lostSQL) {
                    let run: Int64 = row["run_id"]
                    let pages: Int64 = row["pages"]
                    findings.append("run \(run): \(pages) pages wait where nobody looks for them")
                }
                for row in try Row.fetchAll(database, sql: SQLiteStore.leaseSQL) {
                    let host: String = row["host"]
                    findings.append("\(host) is held by a runner that is at work on no run")
                }
                return findings
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Reports read a run's pages by their range.
    private static let rangeSQL = """
        SELECT run_id, count(*) AS pages FROM pages JOIN runs ON runs.id = run_id
        WHERE pages.id NOT BETWEEN first_page_id AND last_page_id AND runs.state <> 'importing' GROUP BY run_id
        """

    /// A request that is not known by its key would be made again; a key without its page would never be requested.
    private static let unmatchedSQL = """
        SELECT run_id, sum(pages) AS pages
        FROM (
            SELECT pages.run_id, count(*) AS pages
            FROM pages LEFT JOIN page_keys ON page_keys.run_id = pages.run_id AND page_keys.url_key = pages.url_key
            WHERE pages.url_key IS NOT NULL AND page_keys.page_id IS NOT pages.id GROUP BY 1
            UNION ALL
            SELECT page_keys.run_id, count(*)
            FROM page_keys LEFT JOIN pages ON pages.id = page_id
            WHERE pages.url_key IS NOT page_keys.url_key OR pages.run_id IS NOT page_keys.run_id GROUP BY 1)
        WHERE run_id NOT IN (SELECT id FROM runs WHERE state = 'importing')
        GROUP BY run_id
        """

    private static let lostSQL = """
        SELECT run_id, count(*) AS pages FROM pages WHERE \(isLost) GROUP BY run_id
        """

    /// Whether a page says that it waits in a range, and there is none.
    static let isLost = """
        pages.state = 'pending' AND pages.in_range = 1 AND NOT EXISTS (
            SELECT 1 FROM waiting_ranges AS waiting
            WHERE waiting.run_id = pages.run_id AND waiting.host_id = pages.host_id
                AND pages.id BETWEEN first_page_id AND last_page_id)
        """

    /// A host is given back before its runner's run is finished.
    private static let leaseSQL = """
        SELECT host FROM hosts WHERE runner_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.runner_id = hosts.runner_id)
        """

    private static let counterSQL = """
        WITH counts AS (
            SELECT runs.id, runs.pages_pending, runs.pages_done, runs.pages_failed, runs.pages_skipped,
                count(*) FILTER (WHERE pages.state IN ('pending', 'sending')) AS pending,
                count(*) FILTER (WHERE pages.state = 'done') AS done,
                count(*) FILTER (WHERE pages.state = 'failed') AS failed,
                count(*) FILTER (WHERE pages.state = 'skipped') AS skipped
            FROM runs
            LEFT JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
            WHERE runs.state <> 'importing' AND runs.pruned_at IS NULL
            GROUP BY runs.id
        )
        SELECT id, 'pages_pending' AS counter, pages_pending AS kept, pending AS counted FROM counts
        WHERE pages_pending <> pending
        UNION ALL SELECT id, 'pages_done', pages_done, done FROM counts WHERE pages_done <> done
        UNION ALL SELECT id, 'pages_failed', pages_failed, failed FROM counts WHERE pages_failed <> failed
        UNION ALL SELECT id, 'pages_skipped', pages_skipped, skipped FROM counts WHERE pages_skipped <> skipped
        ORDER BY 1, 2
        """
}
