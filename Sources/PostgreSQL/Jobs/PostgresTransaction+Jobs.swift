internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func jobs() throws -> [JobRecord] {
        try connection.run("SELECT * FROM {schema}.jobs ORDER BY name").rows.map(JobRecord.init)
    }

    func job(named name: String) throws -> JobRecord? {
        try connection.run("SELECT * FROM {schema}.jobs WHERE name = $1", [.text(name)]).first.map(
            JobRecord.init)
    }

    func saveJob(name: String, spec: String, now: Int64) throws -> JobID {
        let row = try connection.run(
            """
            INSERT INTO {schema}.jobs (name, spec, created_at, updated_at) VALUES ($1, $2, $3, $3)
            ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, updated_at = excluded.updated_at
            RETURNING id
            """, [.text(name), .text(spec), .int(now)]
        ).first
        guard let row else { throw StoreError(.other, "the job \(name) could not be stored") }
        return JobID(rawValue: row.int(0))
    }

    /// Deletes a job that has never been run.
    func forgetJob(_ name: String) throws {
        _ = try connection.run(
            """
            DELETE FROM {schema}.jobs WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM {schema}.runs WHERE job_id = jobs.id)
            """, [.text(name)])
    }

    func pause(_ name: String) throws {
        _ = try connection.run("UPDATE {schema}.jobs SET state = 'paused' WHERE name = $1", [.text(name)])
    }

    /// The transactions that are done with, as one number.
    func dataVersion() throws -> Int64 {
        try connection.run("SELECT hashtextextended(pg_current_snapshot()::text, 0)").first?.int(0) ?? 0
    }
}

extension JobRecord {
    init(_ row: PostgresRow) {
        self.init(
            id: JobID(rawValue: row["id"]), name: row["name"], spec: row["spec"],
            isPaused: row["state"] == "paused", createdAt: row["created_at"])
    }
}
