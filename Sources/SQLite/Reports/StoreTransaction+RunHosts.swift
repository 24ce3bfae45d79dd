package import CrawlCore
internal import GRDB
package import TrawlStore

/// What a report says beside a run's pages.
extension StoreTransaction {
    /// Hands over the hosts of a run's pages, those with the most pages first; none is kept.
    package func forEachHost(of run: RunID, _ body: (RunHost) throws -> Void) throws {
        let rows = try Row.fetchCursor(database, sql: Self.runHosts, arguments: [run.rawValue])
        while let row = try rows.next() { try body(RunHost(row)) }
    }

    private static let runHosts = """
        WITH run AS (SELECT id, first_page_id, last_page_id FROM runs WHERE id = ?1),
        tallies AS (
            SELECT host_id, count(*) AS pages, count(*) FILTER (WHERE state = 'done') AS done,
                count(*) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE state = 'skipped') AS skipped,
                CAST(round(avg(time_total_ms)) AS INTEGER) AS mean, max(time_total_ms) AS max,
                coalesce(sum(size_download), 0) AS size_download
            FROM run JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = run.id
            WHERE host_id IS NOT NULL GROUP BY host_id),
        tries AS (
            SELECT pages.host_id, count(*) AS retries, max(attempts.wait_ms) AS wait
            FROM run JOIN attempts ON attempts.page_id BETWEEN first_page_id AND last_page_id
            JOIN pages ON pages.id = attempts.page_id AND +pages.run_id = run.id GROUP BY pages.host_id)
        SELECT hosts.id, hosts.host, tallies.*, coalesce(retries, 0) AS retries, wait,
            per_host, delay_ms, blocked, rate, snoozed_until,
            robots.fetched_at AS robots_fetched_at, robots.status_code AS robots_status_code
        FROM tallies JOIN hosts ON hosts.id = tallies.host_id
        LEFT JOIN tries ON tries.host_id = hosts.id LEFT JOIN robots ON robots.host_id = hosts.id
        ORDER BY tallies.pages DESC, hosts.host
        """

    /// Hands over the redirects on the way of a run's pages: those of one page one after the other, as they were followed.
    package func forEachRedirect(of run: RunID, _ body: (RedirectRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT page_id, pages.url AS page_url, redirects.url AS url, redirects.status_code AS status_code,
                    pages.status_code AS final_status_code,
                    CASE WHEN pages.status_code IS NOT NULL THEN coalesce(final_url, pages.url) END AS final_url
                FROM runs CROSS JOIN redirects ON page_id BETWEEN first_page_id AND last_page_id
                CROSS JOIN pages ON pages.id = page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? ORDER BY page_id, redirects.number
                """, arguments: [run.rawValue])
        while let row = try rows.next() {
            try body(
                RedirectRow(
                    page: PageID(rawValue: row["page_id"]), pageURL: row["page_url"],
                    finalURL: row["final_url"], finalStatusCode: row["final_status_code"],
                    url: row["url"], statusCode: row["status_code"]))
        }
    }
}

extension RunHost {
    fileprivate init(_ row: Row) {
        self.init(id: HostID(rawValue: row["id"]), key: row["host"])
        pages = row["pages"]
        done = row["done"]
        failed = row["failed"]
        skipped = row["skipped"]
        meanMilliseconds = row["mean"]
        maxMilliseconds = row["max"]
        sizeDownload = row["size_download"]
        retries = row["retries"]
        longestWaitMilliseconds = row["wait"]
        overrides.perHost = row["per_host"]
        overrides.delay = (row["delay_ms"] as Int64?).map { .milliseconds($0) }
        overrides.isBlocked = row["blocked"]
        rate = row["rate"]
        snoozedUntil = row["snoozed_until"]
        robotsFetchedAt = row["robots_fetched_at"]
        robotsStatusCode = row["robots_status_code"]
    }
}
