internal import CrawlCore
internal import TrawlStore

/// Lists of jobs and runs, as somebody looks at them again and again.
extension PostgresTransaction {
    func listedRuns(limit: Int) throws -> [ListedRun] {
        try ["<>", "="].flatMap { sign in
            try connection.run(
                """
                SELECT runs.id, jobs.name AS job, runs.number, runs.state, runs.started_at, runs.finished_at, runs.runner_id,
                    counters.pages_pending, counters.pages_done, counters.pages_failed, counters.pages_skipped, counters.pages_invalid,
                    counters.requests, counters.request_time_us, counters.size_download, counters.elapsed_ms
                FROM (
                    SELECT * FROM {schema}.runs WHERE state \(sign) 'finished' AND pruned_at IS NULL ORDER BY id DESC LIMIT $1
                ) AS runs
                JOIN {schema}.jobs ON jobs.id = runs.job_id
                JOIN LATERAL (SELECT * FROM {schema}.run_counters WHERE run_id = runs.id) AS counters ON true
                ORDER BY runs.id DESC
                """, [.int(Int64(limit))]
            ).rows.map { row in
                var run = ListedRun(
                    id: RunID(rawValue: row["id"]), job: row["job"], number: row["number"],
                    state: RunRecord.State(rawValue: row["state"]) ?? .active, startedAt: row["started_at"],
                    finishedAt: row["finished_at"],
                    runner: (row["runner_id"] as Int64?).map(RunnerID.init(rawValue:)))
                run.progress = RunProgress(row)
                return run
            }
        }
    }

    func listedJobs(limit: Int) throws -> (jobs: [ListedJob], total: Int) {
        let jobs = try connection.run(
            "SELECT name, state = 'paused' FROM {schema}.jobs ORDER BY name LIMIT $1", [.int(Int64(limit))]
        ).rows.map { ListedJob(name: $0.text(0), isPaused: $0.bool(1)) }
        let total = try connection.run("SELECT count(*) FROM {schema}.jobs").first?.int(0) ?? 0
        return (jobs, Int(total))
    }
}

extension RunProgress {
    /// The counters of a row.
    init(_ row: PostgresRow) {
        self.init()
        pending = row["pages_pending"]
        done = row["pages_done"]
        failed = row["pages_failed"]
        skipped = row["pages_skipped"]
        invalid = row["pages_invalid"]
        requests = row["requests"]
        requestMicroseconds = row["request_time_us"]
        sizeDownload = row["size_download"]
        elapsedMilliseconds = row["elapsed_ms"]
    }
}
