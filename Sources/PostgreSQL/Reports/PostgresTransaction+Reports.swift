internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func report(_ run: RunID, slowestHosts limit: Int) throws -> RunReport {
        var statuses: [Int: Int64] = [:]
        var errors: [String: Int64] = [:]
        var skips: [String: Int64] = [:]
        let id = PostgresValue.int(run.rawValue)
        try connection.send(
            """
            SELECT status_code, error_kind, skip_reason, count(*) FROM {schema}.pages WHERE run_id = $1 GROUP BY 1, 2, 3
            """, [id])
        try connection.send(
            """
            SELECT reason, sum(links)::bigint FROM {schema}.skipped_links WHERE run_id = $1 GROUP BY reason ORDER BY 2 DESC, reason
            """,
            [id])
        try connection.send(Self.slowestHostsSQL, [id, .int(Int64(limit))])
        let results = try connection.flush()
        for group in results[0].rows {
            let pages = group.int(3)
            if let status = group.optionalInt(0) { statuses[Int(status), default: 0] += pages }
            if let kind = group.optionalText(1) { errors[kind, default: 0] += pages }
            if let reason = group.optionalText(2) { skips[reason, default: 0] += pages }
        }
        return RunReport(
            statuses: statuses.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            errors: errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
            skips: skips.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
            skippedLinks: results[1].rows.map { ($0.text(0), $0.int(1)) },
            sitemaps: try sitemapReport(of: run),
            slowestHosts: results[2].rows.map {
                HostReport(
                    host: $0.text(0), pages: $0.int(1), meanMilliseconds: $0.int(2),
                    maxMilliseconds: $0.int(3))
            })
    }

    private static let slowestHostsSQL = """
        SELECT hosts.host, pages, mean, max
        FROM (
            SELECT host_id, count(*) AS pages, avg(time_total_ms) AS exact, round(avg(time_total_ms))::bigint AS mean,
                max(time_total_ms) AS max
            FROM {schema}.pages WHERE run_id = $1 AND time_total_ms IS NOT NULL GROUP BY host_id
        ) AS times
        JOIN {schema}.hosts ON hosts.id = host_id
        ORDER BY exact DESC, hosts.host LIMIT $2
        """

    private func sitemapReport(of run: RunID) throws -> SitemapReport? {
        let ofRun = """
            FROM {schema}.sitemaps JOIN {schema}.pages ON pages.id = sitemaps.page_id WHERE pages.run_id = $1
            """
        try connection.send(
            "SELECT count(*), sum(entries)::bigint, sum(entries_left_out)::bigint \(ofRun)",
            [.int(run.rawValue)])
        try connection.send(
            "SELECT url || ': ' || error \(ofRun) AND error IS NOT NULL ORDER BY page_id LIMIT 1",
            [.int(run.rawValue)])
        let results = try connection.flush()
        guard let sum = results[0].first, sum.int(0) > 0 else { return nil }
        var report = SitemapReport()
        report.sitemaps = sum.int(0)
        report.entries = sum.int(1)
        report.leftOut = sum.int(2)
        report.firstMistake = results[1].first?.text(0)
        return report
    }

    func failures(of run: RunID) throws -> [FailureCount] {
        try connection.run(
            """
            SELECT error_kind, CASE WHEN error_kind = 'http_status' THEN status_code END, host_id IS NOT NULL, count(*)
            FROM {schema}.pages WHERE run_id = $1 AND state = 'failed' GROUP BY 1, 2, 3
            ORDER BY 4 DESC, 1, 2 NULLS FIRST
            """, [.int(run.rawValue)]
        ).rows.map {
            FailureCount(
                kind: $0.text(0), status: $0.optionalInt(1).map(Int.init), pages: $0.int(3),
                isRetryable: $0.bool(2))
        }
    }

    func hasSuccess(_ run: RunID) throws -> Bool? {
        func exists(_ condition: String) throws -> Bool {
            try connection.run(
                """
                SELECT EXISTS (SELECT 1 FROM {schema}.pages WHERE run_id = $1 AND kind IS NULL AND \(condition))
                """, [.int(run.rawValue)]
            ).first?.bool(0) ?? false
        }
        if try exists("state = 'done'") { return true }
        // Of pages that have not changed there is nothing to succeed with.
        return try exists("skip_reason IS DISTINCT FROM 'not_newer'") ? false : nil
    }

    func forEachReply(of run: RunID, _ body: (ReplyRow) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT pages.name, url, state, status_code, coalesce(error_kind, skip_reason), error, content_type, content_length,
                extracted, reply, page_inputs.input
            FROM {schema}.pages LEFT JOIN {schema}.replies ON replies.page_id = pages.id
            LEFT JOIN {schema}.page_chains ON page_chains.page_id = pages.id
            LEFT JOIN {schema}.page_inputs ON page_inputs.page_id = coalesce(page_chains.first_page_id, pages.id)
            WHERE run_id = $1 AND kind IS NULL ORDER BY pages.id
            """, [.int(run.rawValue)]
        ) { row in
            var reply = ReplyRow(
                name: row.optionalText(0), url: row.text(1),
                state: PageState(rawValue: row.text(2)) ?? .pending,
                statusCode: row.optionalInt(3).map(Int.init), errorKind: row.optionalText(4),
                error: row.optionalText(5), contentType: row.optionalText(6),
                contentLength: row.optionalInt(7),
                extracted: row.optionalText(8), reply: row.optionalText(9))
            reply.input = row.optionalText(10)
            try body(reply)
            return true
        }
    }

    func times(of run: RunID) throws -> [Int64] {
        var times: [Int64] = []
        try connection.forEachRow(
            """
            SELECT time_total_ms FROM {schema}.pages
            WHERE run_id = $1 AND time_total_ms IS NOT NULL ORDER BY 1
            """, [.int(run.rawValue)]
        ) { row in
            times.append(row.int(0))
            return true
        }
        return times
    }

    func forEachChange(from: RunID, to: RunID, _ body: (PageChange) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT change, name, url, page_id_before, status_code_before, error_kind_before, title_before,
                content_length_before, content_digest_before, page_id_after, status_code_after, error_kind_after, title_after,
                content_length_after, content_digest_after
            FROM {schema}.run_changes WHERE from_run_id = $1 AND to_run_id = $2
            ORDER BY page_id_after NULLS LAST, page_id_before
            """, [.int(from.rawValue), .int(to.rawValue)]
        ) { row in
            func side(_ first: Int) -> PageChange.Side? {
                guard !row.isNull(first) else { return nil }
                return PageChange.Side(
                    statusCode: row.optionalInt(first + 1).map(Int.init),
                    errorKind: row.optionalText(first + 2),
                    title: row.optionalText(first + 3), contentLength: row.optionalInt(first + 4),
                    contentDigest: row.optionalText(first + 5))
            }
            try body(
                PageChange(
                    kind: PageChange.Kind(rawValue: row.text(0)) ?? .content, name: row.optionalText(1),
                    url: row.text(2), before: side(3), after: side(9)))
            return true
        }
    }
}
