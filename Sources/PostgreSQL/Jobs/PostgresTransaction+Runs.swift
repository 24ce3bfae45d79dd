internal import CrawlCore
internal import TrawlStore

/// Reading runs.
extension PostgresTransaction {
    func unfinishedRun(of job: JobID) throws -> RunRecord? {
        try run(where: "runs.job_id = $1 AND runs.state <> 'finished'", [.int(job.rawValue)])
    }

    func run(_ number: Int, of job: JobID) throws -> RunRecord? {
        try run(
            where: "runs.job_id = $1 AND runs.number = $2 AND runs.pruned_at IS NULL",
            [.int(job.rawValue), .int(Int64(number))])
    }

    func latestRun(of job: JobID) throws -> RunRecord? {
        try run(where: "runs.job_id = $1 ORDER BY runs.number DESC LIMIT 1", [.int(job.rawValue)])
    }

    func run(_ id: RunID) throws -> RunRecord? { try run(where: "runs.id = $1", [.int(id.rawValue)]) }

    func finishedRun(of job: JobID, before number: Int) throws -> RunRecord? {
        try run(
            where: """
                runs.job_id = $1 AND runs.state = 'finished' AND runs.pruned_at IS NULL AND runs.number < $2
                ORDER BY runs.number DESC LIMIT 1
                """, [.int(job.rawValue), .int(Int64(number))])
    }

    func runs(of job: JobID) throws -> [RunRecord] {
        try connection.run(
            Self.runSQL + "runs.job_id = $1 AND runs.pruned_at IS NULL ORDER BY runs.number DESC",
            [.int(job.rawValue)]
        ).rows.map(RunRecord.init)
    }

    func forEachSeed(of run: RunID, _ body: (String) throws -> Void) throws {
        var hasPages = false
        try forEachSeed(of: run, "kind IS NULL") { url in
            hasPages = true
            try body(url)
        }
        guard !hasPages else { return }
        try forEachSeed(of: run, "kind = 'sitemap'", body)
    }

    private func forEachSeed(of run: RunID, _ condition: String, _ body: (String) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT url, final_url FROM {schema}.pages
            WHERE run_id = $1 AND id <= (SELECT last_seed_id FROM {schema}.runs WHERE id = $1)
                AND depth = 0 AND url_key IS NOT NULL AND \(condition)
            ORDER BY id
            """, [.int(run.rawValue)]
        ) { row in
            try body(row.text(0))
            if let url = row.optionalText(1) { try body(url) }
            return true
        }
    }

    /// A run with all that is counted of it, wherever that is.
    private static let runSQL = """
        SELECT runs.id, runs.job_id, runs.number, runs.spec, runs.state, runs.started_at, runs.finished_at, runs.runner_id,
            runners.pid AS runner_pid, runs.has_credentials, runs.has_requests, runs.has_inputs, runs.secrets, runs.marks, runs.last_seed_id,
            counters.pages_pending, counters.pages_done, counters.pages_failed, counters.pages_skipped, counters.pages_invalid,
            counters.requests, counters.request_time_us, counters.size_download, counters.elapsed_ms
        FROM {schema}.runs
        JOIN {schema}.run_counters AS counters ON counters.run_id = runs.id
        LEFT JOIN {schema}.runners ON runners.id = runs.runner_id
        WHERE
        """ + " "

    private func run(where condition: String, _ values: [PostgresValue]) throws -> RunRecord? {
        try connection.run(Self.runSQL + condition, values).first.map(RunRecord.init)
    }
}

extension RunRecord {
    init(_ row: PostgresRow) {
        self.init(
            id: RunID(rawValue: row["id"]), job: JobID(rawValue: row["job_id"]), number: row["number"],
            spec: row["spec"], state: State(rawValue: row["state"]) ?? .active, startedAt: row["started_at"])
        finishedAt = row["finished_at"]
        runner = (row["runner_id"] as Int64?).map(RunnerID.init(rawValue:))
        runnerPID = (row["runner_pid"] as Int64?).map(Int32.init(truncatingIfNeeded:))
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
