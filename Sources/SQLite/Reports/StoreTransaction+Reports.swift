package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Sums a run up. Reads every page of the run once.
    package func report(_ run: RunID, slowestHosts limit: Int) throws -> RunReport {
        var statuses: [Int: Int64] = [:]
        var errors: [String: Int64] = [:]
        var skips: [String: Int64] = [:]
        let groups = try Row.fetchCursor(
            database,
            sql: """
                SELECT status_code, error_kind, skip_reason, count(*) AS pages FROM runs
                JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? GROUP BY 1, 2, 3
                """,
            arguments: [run.rawValue])
        while let group = try groups.next() {
            let pages: Int64 = group["pages"]
            if let status = group["status_code"] as Int? { statuses[status, default: 0] += pages }
            if let kind = group["error_kind"] as String? { errors[kind, default: 0] += pages }
            if let reason = group["skip_reason"] as String? { skips[reason, default: 0] += pages }
        }
        return RunReport(
            statuses: statuses.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            errors: errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
            skips: skips.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
            skippedLinks: try Row.fetchAll(
                database,
                sql: "SELECT reason, links FROM skipped_links WHERE run_id = ? ORDER BY links DESC, reason",
                arguments: [run.rawValue]
            ).map { ($0["reason"], $0["links"]) },
            sitemaps: try sitemapReport(of: run),
            slowestHosts: try slowestHosts(of: run, limit: limit))
    }

    /// How many pages of a run failed in each way, the most first.
    package func failures(of run: RunID) throws -> [FailureCount] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT error_kind, CASE WHEN error_kind = 'http_status' THEN status_code END AS status,
                    host_id IS NOT NULL AS is_retryable, count(*) AS pages
                FROM runs
                JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? AND pages.state = 'failed' GROUP BY 1, 2, 3 ORDER BY pages DESC, 1, 2
                """,
            arguments: [run.rawValue]
        ).map {
            FailureCount(
                kind: $0["error_kind"], status: $0["status"], pages: $0["pages"],
                isRetryable: $0["is_retryable"])
        }
    }

    /// Whether any page of a run succeeded; nil where it has no page. A sitemap is none.
    package func hasSuccess(_ run: RunID) throws -> Bool? {
        func exists(_ condition: String) throws -> Bool {
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM runs
                        JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                        WHERE runs.id = ? AND kind IS NULL AND \(condition))
                    """, arguments: [run.rawValue]) ?? false
        }
        if try exists("pages.state = 'done'") { return true }
        // Of pages that have not changed there is nothing to succeed with.
        return try exists("pages.skip_reason IS NOT 'not_newer'") ? false : nil
    }

    private func slowestHosts(of run: RunID, limit: Int) throws -> [HostReport] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT hosts.host, pages, mean, max
                FROM (
                    SELECT host_id, count(*) AS pages, avg(time_total_ms) AS exact,
                        CAST(round(avg(time_total_ms)) AS INTEGER) AS mean, max(time_total_ms) AS max
                    FROM runs
                    JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                    WHERE runs.id = ? AND time_total_ms IS NOT NULL
                    GROUP BY host_id
                )
                JOIN hosts ON hosts.id = host_id
                ORDER BY exact DESC, hosts.host LIMIT ?
                """,
            arguments: [run.rawValue, limit]
        ).map {
            HostReport(
                host: $0["host"], pages: $0["pages"], meanMilliseconds: $0["mean"], maxMilliseconds: $0["max"]
            )
        }
    }
}
