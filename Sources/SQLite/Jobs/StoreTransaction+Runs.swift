package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// A job's unfinished run, else nil.
    package func unfinishedRun(of job: JobID) throws -> RunRecord? {
        try run(where: "runs.job_id = ? AND runs.state <> 'finished'", [job.rawValue])
    }

    /// A job's run by its number.
    package func run(_ number: Int, of job: JobID) throws -> RunRecord? {
        try run(
            where: "runs.job_id = ? AND runs.number = ? AND runs.pruned_at IS NULL", [job.rawValue, number])
    }

    /// A job's latest run.
    package func latestRun(of job: JobID) throws -> RunRecord? {
        try run(where: "runs.job_id = ? ORDER BY runs.number DESC LIMIT 1", [job.rawValue])
    }

    /// A run by its id.
    package func run(_ id: RunID) throws -> RunRecord? {
        try run(where: "runs.id = ?", [id.rawValue])
    }

    /// All runs of a job, the latest first.
    package func runs(of job: JobID) throws -> [RunRecord] {
        try Row.fetchAll(
            database, sql: runSQL + "runs.job_id = ? AND runs.pruned_at IS NULL ORDER BY runs.number DESC",
            arguments: [job.rawValue]
        ).map(RunRecord.init)
    }

    /// Begins a job's next run, without pages yet, and gives it to a runner; with nil the next runner takes it.
    package func beginRun(of job: JobRecord, runner: RunnerID?, now: Int64) throws -> RunID {
        try database.execute(
            sql: """
                INSERT INTO runs (job_id, number, state, spec, runner_id, started_at)
                SELECT ?1, coalesce(max(number), 0) + 1, 'importing', ?2, ?3, ?4 FROM runs WHERE job_id = ?1
                """,
            arguments: [job.id.rawValue, job.spec, runner?.rawValue, now])
        return RunID(rawValue: database.lastInsertedRowID)
    }

    /// Gives an unfinished run to a runner.
    ///
    /// - Throws: `StoreError` of kind `alreadyRunning` where another has it. Runners that are gone must have been
    ///   reaped in the same transaction.
    package func takeRun(_ run: RunRecord, runner: RunnerID) throws {
        try database.execute(
            sql: "UPDATE runs SET runner_id = ?1 WHERE id = ?2 AND (runner_id IS NULL OR runner_id = ?1)",
            arguments: [runner.rawValue, run.id.rawValue])
        guard database.changesCount == 1 else {
            let owner = run.runnerPID.map { " by process \($0)" } ?? ""
            throw StoreError(.alreadyRunning, "is already being run\(owner)")
        }
    }

    /// Leaves an unfinished run to the next runner.
    package func releaseRun(_ run: RunID) throws {
        try database.execute(sql: "UPDATE runs SET runner_id = NULL WHERE id = ?", arguments: [run.rawValue])
    }

    /// Closes the import: the run has all its pages.
    ///
    /// - Parameters:
    ///   - hasCredentials: whether URLs of it carried user names and passwords, which were not stored.
    ///   - hasRequests: whether pages of it are more than a GET of their URL.
    ///   - hasInputs: whether pages of it have an input.
    ///   - secrets: what their requests refer to.
    package func finishImport(
        _ run: RunID, hasCredentials: Bool = false, hasRequests: Bool = false, hasInputs: Bool = false,
        secrets: Set<TextReference> = []
    ) throws {
        let lines = secrets.map(\.description).sorted().joined(separator: "\n")
        try database.execute(
            sql: """
                UPDATE runs SET state = 'active', has_credentials = ?, has_requests = ?, has_inputs = ?, secrets = ?,
                    last_seed_id = last_page_id
                WHERE id = ? AND state = 'importing'
                """,
            arguments: [hasCredentials, hasRequests, hasInputs, lines.isEmpty ? nil : lines, run.rawValue])
    }

    /// Hands over the URLs that say what is in a run's scope: those of its own list, and those that they were redirected to; of a
    /// list without pages its sitemaps.
    package func forEachSeed(of run: RunID, _ body: (String) throws -> Void) throws {
        var hasPages = false
        try forEachSeed(of: run, "kind IS NULL AND pages.id <= last_seed_id") { url in
            hasPages = true
            try body(url)
        }
        guard !hasPages else { return }
        try forEachSeed(of: run, "kind = 'sitemap' AND pages.id <= last_seed_id", body)
    }

    private func forEachSeed(of run: RunID, _ condition: String, _ body: (String) throws -> Void) throws {
        let statement = try RawStatement(
            database,
            """
            SELECT url, final_url FROM runs
            JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
            WHERE runs.id = ? AND depth = 0 AND url_key IS NOT NULL AND \(condition)
            """)
        statement.bind(1, run.rawValue)
        try statement.forEachRow { row in
            if let url = row.text(0) { try body(url) }
            if let url = row.text(1) { try body(url) }
            return true
        }
    }

    /// Closes a run that has no pending page left.
    package func finishRun(_ run: RunID, now: Int64) throws {
        try database.execute(
            sql: "UPDATE runs SET state = 'finished', finished_at = ?, runner_id = NULL WHERE id = ?",
            arguments: [now, run.rawValue])
    }

    /// Deletes some of the pages of an import that was cut short.
    ///
    /// - Returns: whether there may be more; once there are none the run itself is gone too.
    package func discardImport(_ run: RunID, limit: Int) throws -> Bool {
        guard try !deletePages(of: run, limit: limit) else { return true }
        try database.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.rawValue])
        return false
    }

    /// Deletes some of the pages of an import that was cut short, so that it begins anew.
    ///
    /// - Parameter job: the job as it is now.
    /// - Returns: whether there may be more; once there are none the run is as good as new.
    package func restartImport(_ run: RunID, of job: JobRecord, limit: Int) throws -> Bool {
        guard try !deletePages(of: run, limit: limit) else { return true }
        for table in ["host_pages", "trap_counts"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE run_id = ?", arguments: [run.rawValue])
        }
        try database.execute(
            sql: """
                UPDATE runs SET spec = ?, first_page_id = NULL, last_page_id = NULL, pages_pending = 0, pages_done = 0,
                    pages_failed = 0, pages_skipped = 0, pages_invalid = 0
                WHERE id = ? AND state = 'importing'
                """,
            arguments: [job.spec, run.rawValue])
        return false
    }

    private func deletePages(of run: RunID, limit: Int) throws -> Bool {
        try database.execute(sql: "DELETE FROM page_orders WHERE run_id = ?", arguments: [run.rawValue])
        try database.execute(sql: "DELETE FROM waiting_ranges WHERE run_id = ?", arguments: [run.rawValue])
        // Keys in their own order: those of pages that lie together do not.
        try database.execute(
            sql: """
                DELETE FROM page_keys WHERE run_id = ?1 AND url_key <= ifnull(
                    (SELECT url_key FROM page_keys WHERE run_id = ?1 ORDER BY url_key LIMIT 1 OFFSET ?2), 9223372036854775807)
                """,
            arguments: [run.rawValue, limit])
        try database.execute(
            sql: "DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE run_id = ? LIMIT ?)",
            arguments: [run.rawValue, limit])
        return database.changesCount > 0
    }

    /// Puts the failed pages of a run back to pending, with all their tries before them, and opens the run again.
    ///
    /// The last try of each is kept as a row of `attempts`. A page without a host, such as one of another scheme,
    /// stays failed: it could never be claimed, and its run never end.
    ///
    /// - Precondition: the run has all its pages: it is not `importing`.
    /// - Returns: how many pages.
    package func retryFailed(_ run: RunID) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO attempts (page_id, number, started_at, status_code, error_kind, error, time_total_ms, wait_ms)
                SELECT id, attempts, coalesce(fetched_at, 0), status_code, error_kind, error, coalesce(time_total_ms, 0), 0
                FROM pages WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL
                """,
            arguments: [run.rawValue])
        try database.execute(
            sql: """
                DELETE FROM redirects
                WHERE page_id IN (SELECT id FROM pages WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL)
                """,
            arguments: [run.rawValue])
        try database.execute(
            sql: """
                DELETE FROM replies
                WHERE page_id IN (SELECT id FROM pages WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL)
                """,
            arguments: [run.rawValue])
        try database.execute(
            sql: """
                DELETE FROM sitemaps
                WHERE page_id IN (SELECT id FROM pages WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL)
                """,
            arguments: [run.rawValue])
        try database.execute(
            sql: """
                DELETE FROM item_rows
                WHERE page_id IN (SELECT id FROM pages WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL)
                """,
            arguments: [run.rawValue])
        let bodies = try Int64.fetchSet(
            database,
            sql: """
                SELECT body_id FROM pages
                WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL AND body_id IS NOT NULL
                """,
            arguments: [run.rawValue])
        try database.execute(
            sql: """
                UPDATE pages SET state = 'pending', not_before = 0, in_range = NULL, \(OutcomeColumn.clearances)
                WHERE run_id = ? AND state = 'failed' AND host_id IS NOT NULL
                """,
            arguments: [run.rawValue])
        let count = database.changesCount
        guard count > 0 else { return 0 }
        try deleteUnused(bodies)
        try database.execute(
            sql: """
                UPDATE runs SET state = 'active', finished_at = NULL,
                    pages_pending = pages_pending + ?1, pages_failed = pages_failed - ?1
                WHERE id = ?2
                """,
            arguments: [count, run.rawValue])
        return count
    }

    private var runSQL: String {
        "SELECT runs.*, runners.pid AS runner_pid FROM runs LEFT JOIN runners ON runners.id = runs.runner_id WHERE "
    }

    func run(where condition: String, _ arguments: StatementArguments) throws -> RunRecord? {
        try Row.fetchOne(database, sql: runSQL + condition, arguments: arguments).map(RunRecord.init)
    }
}

extension RunRecord {
    init(_ row: Row) {
        self.init(
            id: RunID(rawValue: row["id"]), job: JobID(rawValue: row["job_id"]), number: row["number"],
            spec: row["spec"], state: State(rawValue: row["state"]) ?? .active, startedAt: row["started_at"])
        finishedAt = row["finished_at"]
        runner = (row["runner_id"] as Int64?).map(RunnerID.init(rawValue:))
        runnerPID = row["runner_pid"]
        hasCredentials = row["has_credentials"]
        hasRequests = row["has_requests"]
        lastNamed = (row["last_seed_id"] as Int64?).map(PageID.init(rawValue:))
        hasInputs = row["has_inputs"]
        marks = row["marks"]
        secrets = (row["secrets"] as String? ?? "").split(separator: "\n").flatMap {
            (try? TextTemplate(String($0)))?.references ?? []
        }
        progress = RunProgress(row)
    }
}
