internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func hasUntakenDeliveries() throws -> Bool {
        try connection.run(
            """
            SELECT EXISTS (SELECT 1 FROM {schema}.deliveries WHERE state = 'pending' AND runner_id IS NULL)
            """
        ).first?.bool(0) ?? false
    }

    func takeDeliveries(_ runner: RunnerID) throws -> [DeliveryRecord] {
        try connection.run(
            """
            WITH taken AS (
                UPDATE {schema}.deliveries SET runner_id = $1 WHERE state = 'pending' AND runner_id IS NULL
                RETURNING id, run_id, action, attempts, created_at)
            SELECT * FROM taken ORDER BY created_at, action
            """, [.int(runner.rawValue)]
        ).rows.compactMap(DeliveryRecord.init)
    }

    func deliveries(of run: RunID, by runner: RunnerID) throws -> [DeliveryRecord] {
        // What is left of an earlier end of a run that was opened again is for `takeDeliveries`.
        try connection.run(
            """
            SELECT deliveries.* FROM {schema}.deliveries
            JOIN {schema}.runs ON runs.id = deliveries.run_id AND runs.finished_at = deliveries.created_at
            WHERE run_id = $1 AND deliveries.runner_id = $2 AND deliveries.state = 'pending' ORDER BY action
            """, [.int(run.rawValue), .int(runner.rawValue)]
        ).rows.compactMap(DeliveryRecord.init)
    }

    func note(_ outcome: DeliveryOutcome, of delivery: DeliveryID, now: Int64) throws {
        let (state, error): (String, String?) =
            switch outcome {
            case .delivered: ("delivered", nil)
            case .retried(let error): ("pending", error)
            case .failed(let error): ("failed", error)
            case .skipped: ("skipped", nil)
            }
        let isTry = outcome != .skipped
        _ = try connection.run(
            """
            UPDATE {schema}.deliveries SET state = $2, attempts = attempts + $3, error = $4,
                settled_at = CASE WHEN $2 <> 'pending' THEN $5 END,
                runner_id = CASE WHEN $2 = 'pending' THEN runner_id END
            WHERE id = $1 AND state = 'pending'
            """, [.text(delivery.rawValue), .text(state), .int(isTry ? 1 : 0), .text(error), .int(now)])
    }
}

extension DeliveryRecord {
    fileprivate init?(_ row: PostgresRow) {
        guard let action = JobSpec.OnFinish.Action(rawValue: row["action"]) else { return nil }
        self.init(
            id: DeliveryID(rawValue: row["id"]), run: RunID(rawValue: row["run_id"]), action: action,
            attempts: row["attempts"])
    }
}
