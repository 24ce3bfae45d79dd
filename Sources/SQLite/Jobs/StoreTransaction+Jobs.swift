package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Stores a job under its name, in the place of the one that had it.
    ///
    /// - Parameters:
    ///   - name: the job's name.
    ///   - spec: the job file as JSON.
    ///   - now: unix milliseconds.
    /// - Returns: the job's id, which stays the same for a name.
    @discardableResult
    package func saveJob(name: String, spec: String, now: Int64) throws -> JobID {
        let id = try Int64.fetchOne(
            database,
            sql: """
                INSERT INTO jobs (name, spec, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT (name) DO UPDATE SET spec = ?2, updated_at = ?3
                RETURNING id
                """,
            arguments: [name, spec, now])
        guard let id else { throw StoreError(.other, "the job \(name) could not be stored") }
        return JobID(rawValue: id)
    }

    /// The job of a name.
    package func job(named name: String) throws -> JobRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM jobs WHERE name = ?", arguments: [name]).map(
            JobRecord.init)
    }

    /// Every job, by name.
    package func jobs() throws -> [JobRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM jobs ORDER BY name").map(JobRecord.init)
    }

    /// Deletes a job that has never been run.
    package func forgetJob(_ name: String) throws {
        try database.execute(
            sql: """
                DELETE FROM jobs WHERE name = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.job_id = jobs.id)
                """, arguments: [name])
    }

    /// Pauses a job: its runner stops, and a bare `trawl run` passes it by.
    package func pause(_ name: String) throws {
        try database.execute(sql: "UPDATE jobs SET state = 'paused' WHERE name = ?", arguments: [name])
    }

    /// Whether a job is still to be worked on: false once it is paused or deleted.
    package func isActive(_ job: JobID) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT state = 'active' FROM jobs WHERE id = ?")
        return try Bool.fetchOne(statement, arguments: [job.rawValue]) ?? false
    }
}

extension JobRecord {
    init(_ row: Row) {
        self.init(
            id: JobID(rawValue: row["id"]), name: row["name"], spec: row["spec"],
            isPaused: row["state"] == "paused", createdAt: row["created_at"])
    }
}
