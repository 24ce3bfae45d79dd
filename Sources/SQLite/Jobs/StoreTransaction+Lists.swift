internal import CrawlCore
internal import GRDB
package import TrawlStore

/// Lists of jobs and runs, as somebody looks at them again and again.
extension StoreTransaction {
    /// All runs that are not finished, and those that are, the latest first of each.
    package func listedRuns(limit: Int) throws -> [ListedRun] {
        try [("INDEXED BY runs_unfinished", "<>"), ("", "=")].flatMap { index, sign in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT runs.id, jobs.name AS job, number, runs.state, started_at, finished_at, runner_id, pages_pending, pages_done,
                            pages_failed, pages_skipped, pages_invalid, requests, request_time_us, size_download, elapsed_ms
                        FROM runs \(index) JOIN jobs ON jobs.id = job_id
                        WHERE runs.state \(sign) 'finished' AND pruned_at IS NULL ORDER BY runs.id DESC LIMIT ?
                        """), arguments: [limit]
            ).map { row in
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

    /// Jobs by name, and how many there are in all.
    package func listedJobs(limit: Int) throws -> (jobs: [ListedJob], total: Int) {
        let jobs = try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT name, state = 'paused' AS paused FROM jobs ORDER BY name LIMIT ?"),
            arguments: [limit]
        ).map { ListedJob(name: $0["name"], isPaused: $0["paused"]) }
        return (jobs, try Int.fetchOne(database, sql: "SELECT count(*) FROM jobs") ?? 0)
    }
}

extension RunProgress {
    /// The counters of a row of `runs`.
    init(_ row: Row) {
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
