internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func jobStandings() throws -> [JobStanding] {
        try connection.run(
            """
            SELECT jobs.*, unfinished.id AS unfinished_id, unfinished.runner_id AS unfinished_runner,
                EXISTS (SELECT 1 FROM {schema}.runs WHERE runs.job_id = jobs.id) AS has_run,
                schedules.schedule, schedules.considered_at, schedules.next_start_at
            FROM {schema}.jobs
            LEFT JOIN {schema}.runs AS unfinished ON unfinished.job_id = jobs.id AND unfinished.state <> 'finished'
            LEFT JOIN {schema}.schedules ON schedules.job_id = jobs.id
            ORDER BY jobs.name
            """
        ).rows.map { row in
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

    func save(_ schedule: ScheduleRecord, of job: JobID, previous: ScheduleRecord?) throws -> Bool {
        let values: [PostgresValue] = [
            .int(job.rawValue), .text(schedule.schedule), .int(schedule.consideredAt),
            .int(schedule.nextStartAt),
        ]
        guard let previous else {
            // Another process may do the same at this moment.
            return try connection.run(
                """
                INSERT INTO {schema}.schedules (job_id, schedule, considered_at, next_start_at)
                SELECT id, $2, $3, $4 FROM {schema}.jobs WHERE id = $1 ON CONFLICT (job_id) DO NOTHING
                """, values
            ).affected == 1
        }
        return try connection.run(
            """
            UPDATE {schema}.schedules SET schedule = $2, considered_at = $3, next_start_at = $4
            WHERE job_id = $1 AND schedule = $5 AND considered_at = $6
            """, values + [.text(previous.schedule), .int(previous.consideredAt)]
        ).affected == 1
    }

    func dropSchedule(of job: JobID) throws {
        _ = try connection.run("DELETE FROM {schema}.schedules WHERE job_id = $1", [.int(job.rawValue)])
    }

    /// How many rows of `starts` are kept of a job.
    private static let keptStarts: Int64 = 10_000

    func noteStart(
        of job: JobID, due: Int64, _ outcome: StartOutcome, missed: Int, run: RunID?, now: Int64
    ) throws {
        try connection.send(
            """
            INSERT INTO {schema}.starts (job_id, due_at, noted_at, outcome, missed, run_id)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (job_id, due_at) DO NOTHING
            """,
            [
                .int(job.rawValue), .int(due), .int(now), .text(outcome.rawValue), .int(Int64(missed)),
                .int(run?.rawValue),
            ])
        _ = try connection.run(
            """
            DELETE FROM {schema}.starts WHERE job_id = $1 AND due_at <
                (SELECT due_at FROM {schema}.starts WHERE job_id = $1 ORDER BY due_at DESC LIMIT 1 OFFSET $2)
            """, [.int(job.rawValue), .int(PostgresTransaction.keptStarts)])
    }

    func failStart(of job: JobID, run: RunID, error: String) throws {
        _ = try connection.run(
            "UPDATE {schema}.starts SET outcome = 'failed', error = $3 WHERE job_id = $1 AND run_id = $2",
            [.int(job.rawValue), .int(run.rawValue), .text(error)])
    }
}
