internal import CrawlCore
internal import TrawlStore

/// What a report says beside a run's pages.
extension PostgresTransaction {
    func forEachHost(of run: RunID, _ body: (RunHost) throws -> Void) throws {
        try connection.forEachRow(Self.runHosts, [.int(run.rawValue)]) { row in
            try body(RunHost(row))
            return true
        }
    }

    private static let runHosts = """
        WITH tallies AS (
            SELECT host_id, count(*) AS pages, count(*) FILTER (WHERE state = 'done') AS done,
                count(*) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE state = 'skipped') AS skipped,
                round(avg(time_total_ms))::bigint AS mean, max(time_total_ms)::bigint AS max,
                coalesce(sum(size_download), 0)::bigint AS size_download
            FROM {schema}.pages WHERE run_id = $1 AND host_id IS NOT NULL GROUP BY host_id),
        tries AS (
            SELECT pages.host_id, count(*) AS retries, max(attempts.wait_ms)::bigint AS wait
            FROM {schema}.attempts JOIN {schema}.pages ON pages.id = attempts.page_id
            WHERE pages.run_id = $1 GROUP BY pages.host_id)
        SELECT hosts.id, hosts.host, tallies.pages, done, tallies.failed, skipped, mean, max, size_download,
            coalesce(retries, 0), wait, per_host::bigint, delay_ms::bigint, blocked::bigint, rate, snoozed_until,
            robots.fetched_at, robots.status_code::bigint
        FROM tallies JOIN {schema}.hosts ON hosts.id = tallies.host_id
        LEFT JOIN tries ON tries.host_id = hosts.id LEFT JOIN {schema}.robots ON robots.host_id = hosts.id
        ORDER BY tallies.pages DESC, hosts.host
        """

    func forEachRedirect(of run: RunID, _ body: (RedirectRow) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT page_id, pages.url, CASE WHEN pages.status_code IS NOT NULL THEN coalesce(final_url, pages.url) END,
                pages.status_code::bigint, redirects.url, redirects.status_code::bigint
            FROM {schema}.redirects JOIN {schema}.pages ON pages.id = page_id
            WHERE pages.run_id = $1 ORDER BY page_id, redirects.number
            """, [.int(run.rawValue)]
        ) { row in
            try body(
                RedirectRow(
                    page: PageID(rawValue: row.int(0)), pageURL: row.text(1), finalURL: row.optionalText(2),
                    finalStatusCode: row.optionalInt(3).map(Int.init), url: row.text(4),
                    statusCode: Int(row.int(5))))
            return true
        }
    }
}

extension RunHost {
    fileprivate init(_ row: PostgresRow) {
        self.init(id: HostID(rawValue: row.int(0)), key: row.text(1))
        pages = row.int(2)
        done = row.int(3)
        failed = row.int(4)
        skipped = row.int(5)
        meanMilliseconds = row.optionalInt(6)
        maxMilliseconds = row.optionalInt(7)
        sizeDownload = row.int(8)
        retries = row.int(9)
        longestWaitMilliseconds = row.optionalInt(10)
        overrides.perHost = row.optionalInt(11).map(Int.init)
        overrides.delay = row.optionalInt(12).map { .milliseconds($0) }
        overrides.isBlocked = row.int(13) != 0
        rate = row.optionalReal(14)
        snoozedUntil = row.optionalInt(15)
        robotsFetchedAt = row.optionalInt(16)
        robotsStatusCode = row.optionalInt(17).map(Int.init)
    }
}
