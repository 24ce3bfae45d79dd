internal import CrawlCore
internal import GRDB
internal import TrawlStore

extension StoreTransaction {
    /// Keeps how much of a sitemap was read.
    func keep(_ counts: SitemapCounts, of page: PageID) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO sitemaps (page_id, entries, entries_left_out) VALUES (?, ?, ?)"
        ).execute(arguments: [page.rawValue, counts.entries, counts.leftOut])
    }

    /// Sums up what was read of a run's sitemaps; nil where it has none.
    func sitemapReport(of run: RunID) throws -> SitemapReport? {
        let ofRun = """
            FROM runs
            JOIN sitemaps ON page_id BETWEEN first_page_id AND last_page_id
            JOIN pages ON pages.id = page_id AND pages.run_id = runs.id
            WHERE runs.id = ?
            """
        guard
            let sum = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*) AS count, sum(entries) AS entries, sum(entries_left_out) AS left_out \(ofRun)
                    """,
                arguments: [run.rawValue]), sum["count"] > 0
        else { return nil }
        var report = SitemapReport()
        report.sitemaps = sum["count"]
        report.entries = sum["entries"]
        report.leftOut = sum["left_out"]
        report.firstMistake = try String.fetchOne(
            database,
            sql: "SELECT url || ': ' || error \(ofRun) AND error IS NOT NULL ORDER BY page_id LIMIT 1",
            arguments: [run.rawValue])
        return report
    }
}
