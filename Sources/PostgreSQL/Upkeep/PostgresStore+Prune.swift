package import CrawlCore
package import TrawlStore

/// Deleting old runs.
extension PostgresStore {
    /// Pages deleted in one transaction.
    private static let pruneStep: Int64 = 2_000

    package func prune(_ job: JobID, keeping count: Int) throws(StoreError) -> PruneReport {
        let runs = try transaction(.read) { try $0.runsToPrune(of: job, keeping: max(1, count)) }
        var report = PruneReport()
        // All runs are marked first: then pages that one of them knows from another do not stay, and no run is compared with one
        // that is half deleted.
        for run in runs {
            if try transaction(.write, { try $0.markPruned(run) }) { report.runs += 1 }
        }
        for run in runs {
            report.pages += try prunePages(of: run)
            try transaction(.write) { try $0.closePruned(run) }
        }
        if report.pages > 0 { try forgetLinks() }
        return report
    }

    private func prunePages(of run: RunID) throws(StoreError) -> Int {
        let kept = try transaction(.read) { try $0.keptTargets(of: run) }
        var (pages, last) = (0, Int64.min)
        while true {
            let start = last
            let step = try transaction(.write) {
                try $0.prunePages(of: run, after: start, limit: PostgresStore.pruneStep, kept)
            }
            guard let step else { return pages }
            pages += step.pages
            last = step.last
        }
    }

    package func pruneBodies() throws(StoreError) {
        var last = Int64.min
        while true {
            let start = last
            let end = try transaction(.write) {
                try $0.pruneUnused(
                    "bodies", "SELECT 1 FROM {schema}.pages WHERE body_id = rest.id", after: start,
                    limit: PostgresStore.pruneStep)
            }
            guard let end else { return }
            last = end
        }
    }

    /// Deletes what is known of links that no page has any more. Runners remember rows from one transaction to the next, so that
    /// nothing is deleted while a run is under way.
    private func forgetLinks() throws(StoreError) {
        for (table, use) in [
            ("link_elements", "SELECT 1 FROM {schema}.link_rows WHERE element_id = rest.id"),
            ("link_targets", "SELECT 1 FROM {schema}.link_elements WHERE target_id = rest.id"),
        ] {
            var last = Int64.min
            while true {
                let start = last
                let end = try transaction(.write) { transaction -> Int64? in
                    guard try !transaction.isAnyRunUnderWay() else { return nil }
                    return try transaction.pruneUnused(
                        table, use, after: start, limit: PostgresStore.pruneStep)
                }
                guard let end else { break }
                last = end
            }
        }
    }
}

extension PostgresTransaction {
    /// The finished runs of a job that are not among the latest ones, the oldest first.
    fileprivate func runsToPrune(of job: JobID, keeping count: Int) throws -> [RunID] {
        try connection.run(
            """
            SELECT id FROM {schema}.runs
            WHERE job_id = $1 AND state = 'finished' AND id NOT IN (
                SELECT id FROM {schema}.runs WHERE job_id = $1 AND state = 'finished' AND pruned_at IS NULL
                ORDER BY number DESC LIMIT $2)
            ORDER BY number
            """, [.int(job.rawValue), .int(Int64(count))]
        ).rows.map { RunID(rawValue: $0.int(0)) }
    }

    /// Whether the run was none of those yet.
    fileprivate func markPruned(_ run: RunID) throws -> Bool {
        try connection.send(
            """
            UPDATE {schema}.runs SET pruned_at = (extract(epoch FROM now()) * 1000)::bigint WHERE id = $1 AND pruned_at IS NULL
            """, [.int(run.rawValue)])
        try connection.send("DELETE FROM {schema}.unread_pages WHERE run_id = $1", [.int(run.rawValue)])
        return try connection.flush()[0].affected > 0
    }

    /// Whether a run that stays knows a page of a pruned run from before.
    private static let isNeeded = """
        EXISTS (
            SELECT 1 FROM {schema}.unread_pages JOIN {schema}.runs ON runs.id = pages.run_id
            WHERE unread_pages.job_id = runs.job_id AND unread_pages.url_key = pages.url_key
                AND unread_pages.verdict = 'unknown' AND pages.id IN (unread_pages.page_id, unread_pages.read_id))
        """

    /// The pages that stay for the links of others that lead to them.
    fileprivate func keptTargets(of run: RunID) throws -> Set<Int64> {
        var kept: Set<Int64> = []
        try connection.forEachRow(
            """
            SELECT targets FROM {schema}.pages JOIN {schema}.page_links ON page_links.page_id = pages.id
            WHERE run_id = $1 AND url_key IS NOT NULL AND \(Self.isNeeded)
            """, [.int(run.rawValue)]
        ) { row in
            kept.formUnion(PageIDList.ids(in: row.bytes(0)))
            return true
        }
        return kept
    }

    /// Deletes some pages of a run, with the bodies that no page has any more.
    ///
    /// - Returns: how many, and the last page looked at; nil at the end.
    fileprivate func prunePages(
        of run: RunID, after start: Int64, limit: Int64, _ kept: Set<Int64>
    ) throws -> (pages: Int, last: Int64)? {
        let end = try connection.run(
            """
            SELECT max(id) FROM (
                SELECT id FROM {schema}.pages WHERE run_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS next
            """, [.int(run.rawValue), .int(start), .int(limit)]
        ).first?.optionalInt(0)
        guard let end else { return nil }
        let gone = try connection.run(
            """
            WITH gone AS (
                DELETE FROM {schema}.pages
                WHERE run_id = $1 AND id > $2 AND id <= $3 AND id <> ALL ($4) AND (url_key IS NULL OR NOT \(Self.isNeeded))
                RETURNING id, body_id),
            links AS (DELETE FROM {schema}.link_rows USING gone WHERE page_id = gone.id)
            SELECT body_id FROM gone
            """,
            [
                .int(run.rawValue), .int(start), .int(end),
                .ints(kept.filter { start < $0 && $0 <= end }),
            ])
        try deleteUnused(gone.rows.compactMap { $0.optionalInt(0) })
        return (gone.count, end)
    }

    /// Deletes a pruned run unless pages of it stay.
    fileprivate func closePruned(_ run: RunID) throws {
        try connection.send("DELETE FROM {schema}.batches WHERE run_id = $1", [.int(run.rawValue)])
        try connection.send("DELETE FROM {schema}.frontier WHERE run_id = $1", [.int(run.rawValue)])
        try connection.send(
            """
            DELETE FROM {schema}.runs WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM {schema}.pages WHERE run_id = $1)
            """, [.int(run.rawValue)])
        try connection.flush()
    }

    fileprivate func isAnyRunUnderWay() throws -> Bool {
        try connection.run("SELECT EXISTS (SELECT 1 FROM {schema}.runs WHERE state <> 'finished')").first?
            .bool(0)
            ?? true
    }

    /// Deletes some rows of a table that nothing refers to.
    ///
    /// - Parameter use: a query for what refers to the row `rest`.
    /// - Returns: the last row that was looked at; nil at the end.
    fileprivate func pruneUnused(_ table: String, _ use: String, after start: Int64, limit: Int64) throws
        -> Int64?
    {
        let end = try connection.run(
            """
            SELECT max(id) FROM (SELECT id FROM {schema}.\(table) WHERE id > $1 ORDER BY id LIMIT $2) AS next
            """, [.int(start), .int(limit)]
        ).first?.optionalInt(0)
        guard let end else { return nil }
        _ = try connection.run(
            "DELETE FROM {schema}.\(table) AS rest WHERE id > $1 AND id <= $2 AND NOT EXISTS (\(use))",
            [.int(start), .int(end)])
        return end
    }
}
