package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Notes that somebody is to be told that a run has finished.
    ///
    /// - Parameter runner: the runner that is to tell it, if it was not taken for gone.
    func addDelivery(
        _ action: JobSpec.OnFinish.Action, of run: RunID, runner: RunnerID, now: Int64
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO deliveries (id, run_id, action, runner_id, created_at)
                VALUES (lower(hex(randomblob(16))), ?, ?, (SELECT id FROM runners WHERE id = ?), ?)
                """,
            arguments: [run.rawValue, action.rawValue, runner.rawValue, now])
    }

    package func hasUntakenDeliveries() throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending' AND runner_id IS NULL)")
        return try Bool.fetchOne(statement) ?? false
    }

    package func takeDeliveries(_ runner: RunnerID) throws -> [DeliveryRecord] {
        try Row.fetchAll(
            database,
            sql: """
                UPDATE deliveries SET runner_id = ? WHERE state = 'pending' AND runner_id IS NULL
                RETURNING id, run_id, action, attempts, created_at
                """,
            arguments: [runner.rawValue]
        ).sorted { ($0["created_at"] as Int64) < ($1["created_at"] as Int64) }.compactMap(DeliveryRecord.init)
    }

    package func deliveries(of run: RunID, by runner: RunnerID) throws -> [DeliveryRecord] {
        // What is left of an earlier end of a run that was opened again is for `takeDeliveries`.
        try Row.fetchAll(
            database,
            sql: """
                SELECT deliveries.* FROM deliveries JOIN runs ON runs.id = run_id AND finished_at = deliveries.created_at
                WHERE run_id = ? AND deliveries.runner_id = ? AND deliveries.state = 'pending' ORDER BY action
                """,
            arguments: [run.rawValue, runner.rawValue]
        ).compactMap(DeliveryRecord.init)
    }

    package func note(_ outcome: DeliveryOutcome, of delivery: DeliveryID, now: Int64) throws {
        let (state, error): (String, String?) =
            switch outcome {
            case .delivered: ("delivered", nil)
            case .retried(let error): ("pending", error)
            case .failed(let error): ("failed", error)
            case .skipped: ("skipped", nil)
            }
        let isTry = outcome != .skipped
        try database.execute(
            sql: """
                UPDATE deliveries SET state = ?2, attempts = attempts + ?3, error = ?4,
                    settled_at = CASE WHEN ?2 <> 'pending' THEN ?5 END,
                    runner_id = CASE WHEN ?2 = 'pending' THEN runner_id END
                WHERE id = ?1 AND state = 'pending'
                """,
            arguments: [delivery.rawValue, state, isTry ? 1 : 0, error, now])
    }
}

extension DeliveryRecord {
    fileprivate init?(_ row: Row) {
        guard let action = JobSpec.OnFinish.Action(rawValue: row["action"]) else { return nil }
        self.init(
            id: DeliveryID(rawValue: row["id"]), run: RunID(rawValue: row["run_id"]), action: action,
            attempts: row["attempts"])
    }
}
