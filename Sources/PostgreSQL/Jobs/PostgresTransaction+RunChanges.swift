internal import CrawlCore
internal import TrawlStore

/// Beginning runs, and handing them from runner to runner.
extension PostgresTransaction {
    func beginRun(of job: JobRecord, runner: RunnerID?, now: Int64) throws -> RunID {
        let row = try connection.run(
            """
            INSERT INTO {schema}.runs (job_id, number, state, spec, runner_id, started_at)
            SELECT $1, coalesce(max(number), 0) + 1, 'importing', $2, $3, $4 FROM {schema}.runs WHERE job_id = $1
            RETURNING id
            """, [.int(job.id.rawValue), .text(job.spec), .int(runner?.rawValue), .int(now)]
        ).first
        guard let row else { throw StoreError(.other, "\(name): the run could not be stored") }
        return RunID(rawValue: row.int(0))
    }

    /// A run whose pages are still being read in is one runner's. Any number of runners may work on it after that.
    func takeRun(_ run: RunRecord, runner: RunnerID) throws {
        let taken = try connection.run(
            """
            UPDATE {schema}.runs SET runner_id = coalesce(runner_id, $1)
            WHERE id = $2 AND state = $3 AND (runner_id IS NULL OR runner_id = $1 OR state = 'active')
            """, [.int(runner.rawValue), .int(run.id.rawValue), .text(run.state.rawValue)])
        guard taken.affected == 1 else {
            let owner = run.runnerPID.map { " by process \($0)" } ?? ""
            throw StoreError(.alreadyRunning, "is already being run\(owner)")
        }
    }

    func releaseRun(_ run: RunID) throws {
        try connection.send(
            """
            DELETE FROM {schema}.run_activity AS activity USING {schema}.runs
            WHERE runs.id = $1 AND activity.run_id = runs.id AND activity.runner_id = runs.runner_id
            """, [.int(run.rawValue)])
        _ = try connection.run(
            "UPDATE {schema}.runs SET runner_id = NULL WHERE id = $1", [.int(run.rawValue)])
    }

    func finishImport(
        _ run: RunID, hasCredentials: Bool, hasRequests: Bool, hasInputs: Bool, secrets: Set<TextReference>
    ) throws {
        let lines = secrets.map(\.description).sorted().joined(separator: "\n")
        _ = try connection.run(
            """
            UPDATE {schema}.runs SET state = 'active', has_credentials = $2, has_requests = $3, has_inputs = $4, secrets = $5,
                last_seed_id = (SELECT max(id) FROM {schema}.pages WHERE run_id = $1)
            WHERE id = $1 AND state = 'importing'
            """,
            [
                .int(run.rawValue), .int(hasCredentials ? 1 : 0), .int(hasRequests ? 1 : 0),
                .int(hasInputs ? 1 : 0),
                .text(lines.isEmpty ? nil : lines),
            ])
    }

    func discardImport(_ run: RunID, limit: Int) throws -> Bool {
        guard try !deletePages(of: run, limit: limit) else { return true }
        try forgetHosts(of: run)
        _ = try connection.run("DELETE FROM {schema}.runs WHERE id = $1", [.int(run.rawValue)])
        return false
    }

    func restartImport(_ run: RunID, of job: JobRecord, limit: Int) throws -> Bool {
        guard try !deletePages(of: run, limit: limit) else { return true }
        try forgetHosts(of: run)
        _ = try connection.run(
            """
            UPDATE {schema}.runs SET spec = $2, last_seed_id = NULL, pages_pending = 0, pages_done = 0, pages_failed = 0,
                pages_skipped = 0, pages_invalid = 0
            WHERE id = $1 AND state = 'importing'
            """, [.int(run.rawValue), .text(job.spec)])
        return false
    }

    private func forgetHosts(of run: RunID) throws {
        try connection.send("DELETE FROM {schema}.frontier WHERE run_id = $1", [.int(run.rawValue)])
        try connection.send("DELETE FROM {schema}.host_pages WHERE run_id = $1", [.int(run.rawValue)])
        try connection.send("DELETE FROM {schema}.trap_counts WHERE run_id = $1", [.int(run.rawValue)])
        try connection.flush()
    }

    private func deletePages(of run: RunID, limit: Int) throws -> Bool {
        try connection.run(
            """
            DELETE FROM {schema}.pages WHERE id IN (
                SELECT id FROM {schema}.pages WHERE run_id = $1 ORDER BY id LIMIT $2)
            """, [.int(run.rawValue), .int(Int64(limit))]
        ).affected > 0
    }

    /// The last try of each is kept as a row of `attempts`. A page without a host, such as one of another scheme, stays failed: it
    /// could never be claimed, and its run never end.
    func retryFailed(_ run: RunID) throws -> Int {
        let id = PostgresValue.int(run.rawValue)
        let failed = "run_id = $1 AND state = 'failed' AND host_id IS NOT NULL"
        try connection.send(
            """
            INSERT INTO {schema}.attempts (page_id, number, started_at, status_code, error_kind, error, time_total_ms, wait_ms)
            SELECT id, attempts, coalesce(fetched_at, 0), status_code, error_kind, error, coalesce(time_total_ms, 0), 0
            FROM {schema}.pages WHERE \(failed)
            """, [id])
        for table in ["redirects", "replies", "sitemaps", "item_rows"] {
            try connection.send(
                """
                DELETE FROM {schema}.\(table) WHERE page_id IN (SELECT id FROM {schema}.pages WHERE \(failed))
                """, [id])
        }
        try connection.send(
            """
            INSERT INTO {schema}.frontier (run_id, host_id, due_at)
            SELECT run_id, host_id, 0 FROM {schema}.pages WHERE \(failed) GROUP BY run_id, host_id ORDER BY host_id
            ON CONFLICT (run_id, host_id) DO UPDATE SET due_at = 0
            """, [id])
        let bodies = try connection.run(
            "SELECT DISTINCT body_id FROM {schema}.pages WHERE \(failed) AND body_id IS NOT NULL", [id]
        ).rows.map { $0.int(0) }
        let count = try connection.run(
            """
            UPDATE {schema}.pages SET state = 'pending', not_before = 0, \(Self.clearances) WHERE \(failed)
            """, [id]
        ).affected
        guard count > 0 else { return 0 }
        try deleteUnused(bodies)
        try connection.send("DELETE FROM {schema}.deeds WHERE run_id = $1", [id])
        _ = try connection.run(
            """
            UPDATE {schema}.runs SET state = 'active', finished_at = NULL,
                pages_pending = pages_pending + $2, pages_failed = pages_failed - $2
            WHERE id = $1
            """, [id, .int(Int64(count))])
        return count
    }

    /// Deletes those bodies that no page has any more.
    func deleteUnused(_ bodies: [Int64]) throws {
        guard !bodies.isEmpty else { return }
        _ = try connection.run(
            """
            DELETE FROM {schema}.bodies WHERE id = ANY ($1)
                AND NOT EXISTS (SELECT 1 FROM {schema}.pages WHERE body_id = bodies.id)
            """, [.ints(bodies)])
    }

    /// The assignments that remove every trace of an outcome.
    private static let clearances =
        [
            "batch_id", "status_code", "content_length", "size_download", "num_redirects",
            "time_namelookup_ms", "time_connect_ms",
            "time_starttransfer_ms", "time_total_ms", "fetched_at", "title", "content_type", "charset",
            "final_url", "etag",
            "last_modified", "content_status_code", "content_digest", "body_id", "remote_ip", "http_version",
            "robots",
            "canonical_url", "lang", "description", "link_count", "extracted", "error_kind", "error",
            "skip_reason",
        ].map { "\($0) = NULL" }.joined(separator: ", ") + ", attempts = 0, not_modified = 0"
}
