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
        return try exists("TRUE") ? false : nil
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

extension StoreTransaction {
    /// Hands over a run's pages one by one, in the order they were found; none is kept.
    ///
    /// - Parameters:
    ///   - page: only pages that were found after it. The default is all.
    ///   - limit: how many at most. The default is all.
    ///   - withBodies: whether they bring the bodies that are kept.
    package func forEachResult(
        of run: RunID, _ filter: ResultFilter, after page: PageID? = nil, limit: Int? = nil,
        withBodies: Bool = false, _ body: (ResultRow) throws -> Void
    ) throws {
        let condition =
            switch filter {
            case .all: ""
            case .failed: "AND pages.state = 'failed'"
            case .settled: "AND pages.state IN ('done', 'failed', 'skipped')"
            }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT pages.*, input, CASE WHEN content_digest IS NOT NULL THEN lower(hex(content_digest)) END AS digest,
                    CASE WHEN status_code IS NOT NULL THEN coalesce(final_url, url) END AS last_url
                FROM runs
                JOIN pages ON pages.id BETWEEN max(first_page_id, ?2) AND last_page_id AND +pages.run_id = runs.id
                LEFT JOIN page_inputs ON page_id = pages.id
                WHERE runs.id = ?1 \(condition) ORDER BY pages.id LIMIT ?3
                """,
            arguments: [run.rawValue, (page?.rawValue ?? -1) + 1, limit ?? -1])
        while let row = try rows.next() {
            var result = ResultRow(row)
            if withBodies, let id = row["body_id"] as Int64? { result.body = try self.body(id) }
            try body(result)
        }
    }
}

extension ResultRow {
    init(_ row: Row) {
        self.init(url: row["url"], state: PageState(rawValue: row["state"]) ?? .pending)
        page = PageID(rawValue: row["id"])
        name = row["name"]
        finalURL = row["last_url"]
        statusCode = row["status_code"]
        contentLength = row["content_length"]
        sizeDownload = row["size_download"]
        title = row["title"]
        contentType = row["content_type"]
        charset = row["charset"]
        canonicalURL = row["canonical_url"]
        language = row["lang"]
        pageDescription = row["description"]
        robots = row["robots"]
        linkCount = row["link_count"]
        extracted = row["extracted"]
        numRedirects = row["num_redirects"]
        attempts = row["attempts"]
        errorKind = row["error_kind"]
        error = row["error"]
        skipReason = row["skip_reason"]
        line = row["line"]
        remoteIP = row["remote_ip"]
        httpVersion = row["http_version"]
        timeTotalMilliseconds = row["time_total_ms"]
        fetchedAt = row["fetched_at"]
        depth = row["depth"]
        kind = (row["kind"] as String?).flatMap(PageKind.init(rawValue:)) ?? .page
        isNotModified = row["not_modified"]
        contentDigest = row["digest"]
        batchID = row["batch_id"]
        input = row["input"]
    }
}
