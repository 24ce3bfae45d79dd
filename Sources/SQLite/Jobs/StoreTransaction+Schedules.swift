package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Every job, by name, with what decides whether it is to be run.
    package func jobStandings() throws -> [JobStanding] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT jobs.*, unfinished.id AS unfinished_id, unfinished.runner_id AS unfinished_runner,
                    EXISTS (SELECT 1 FROM runs WHERE runs.job_id = jobs.id) AS has_run,
                    schedules.schedule, schedules.considered_at, schedules.next_start_at
                FROM jobs
                LEFT JOIN runs AS unfinished ON unfinished.job_id = jobs.id AND unfinished.state <> 'finished'
                LEFT JOIN schedules ON schedules.job_id = jobs.id
                ORDER BY jobs.name
                """)
        return try Row.fetchAll(statement).map { row in
            JobStanding(
                job: JobRecord(row), hasRun: row["has_run"],
                unfinished: (row["unfinished_id"] as Int64?).map(RunID.init(rawValue:)),
                isTaken: (row["unfinished_runner"] as Int64?) != nil,
                schedule: (row["schedule"] as String?).map {
                    ScheduleRecord(
                        schedule: $0, consideredAt: row["considered_at"], nextStartAt: row["next_start_at"])
                })
        }
    }

    /// Keeps how far a job's due times are settled.
    ///
    /// - Parameter previous: what it was when it was read; nil for none.
    /// - Returns: whether it was still so. False: another process was here in between, and has seen to it.
    package func save(_ schedule: ScheduleRecord, of job: JobID, previous: ScheduleRecord?) throws -> Bool {
        let found = try Row.fetchOne(
            database, sql: "SELECT schedule, considered_at FROM schedules WHERE job_id = ?",
            arguments: [job.rawValue])
        guard found?["schedule"] == previous?.schedule, found?["considered_at"] == previous?.consideredAt
        else {
            return false
        }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO schedules (job_id, schedule, considered_at, next_start_at)
                SELECT id, ?, ?, ? FROM jobs WHERE id = ?
                """,
            arguments: [schedule.schedule, schedule.consideredAt, schedule.nextStartAt, job.rawValue])
        return true
    }

    /// Forgets the schedule of a job that has none any more.
    package func dropSchedule(of job: JobID) throws {
        try database.execute(sql: "DELETE FROM schedules WHERE job_id = ?", arguments: [job.rawValue])
    }

    /// How many rows of `starts` are kept of a job.
    private static let keptStarts = 10_000

    /// Notes what became of a due time, and forgets the oldest of very many.
    ///
    /// - Parameters:
    ///   - missed: due times before it that were passed over.
    ///   - run: the run that began.
    package func noteStart(
        of job: JobID, due: Int64, _ outcome: StartOutcome, missed: Int, run: RunID?, now: Int64
    ) throws {
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO starts (job_id, due_at, noted_at, outcome, missed, run_id) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [job.rawValue, due, now, outcome.rawValue, missed, run?.rawValue])
        try database.execute(
            sql: """
                DELETE FROM starts WHERE job_id = ?1 AND due_at <
                    (SELECT due_at FROM starts WHERE job_id = ?1 ORDER BY due_at DESC LIMIT 1 OFFSET ?2)
                """,
            arguments: [job.rawValue, StoreTransaction.keptStarts])
    }

    /// Notes that the run of a start could not begin.
    package func failStart(of job: JobID, run: RunID, error: String) throws {
        try database.execute(
            sql: "UPDATE starts SET outcome = 'failed', error = ? WHERE job_id = ? AND run_id = ?",
            arguments: [error, job.rawValue, run.rawValue])
    }
}
