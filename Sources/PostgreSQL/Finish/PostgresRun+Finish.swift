internal import CrawlCore
internal import TrawlStore

/// The end of a run, and what a run before has left behind.
extension PostgresRun {
    package func finish(now: Int64, pulse: () throws -> Void) throws -> Bool {
        switch try standing() {
        case .finished: return true
        case .waiting: return false
        case .drained: break
        }
        guard try takeDeed(now: now) else { return false }
        let notes = UnreadNotes(run.id, link)
        try notes.write(progressed: pulse)
        if spec.check?.fragments == true {
            try FragmentJudge(run.id, link).judge(progressed: pulse)
        }
        return try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            try pipeline.begin(.write)
            var isFinished = false
            // Pages may have been put back to pending, by another program, since the last search.
            try pipeline.send(
                """
                UPDATE {schema}.runs SET state = 'finished', finished_at = $2, runner_id = NULL
                WHERE id = $1 AND state = 'active' AND NOT (\(FinishSQL.waits))
                """, [.int(run.id.rawValue), .int(now), .int(runner.rawValue)]
            ) { isFinished = $0.affected == 1 }
            try pipeline.flush()
            if isFinished {
                for action in spec.onFinish?.actions ?? [] {
                    try pipeline.send(
                        """
                        INSERT INTO {schema}.deliveries (id, run_id, action, runner_id, created_at)
                        VALUES (replace(gen_random_uuid()::text, '-', ''), $1, $2,
                            (SELECT id FROM {schema}.runners WHERE id = $3), $4)
                        """,
                        [
                            .int(run.id.rawValue), .text(action.rawValue), .int(runner.rawValue), .int(now),
                        ])
                }
                try pipeline.send(
                    "DELETE FROM {schema}.run_activity WHERE run_id = $1", [.int(run.id.rawValue)])
            }
            try pipeline.commit()
            try pipeline.flush()
            return isFinished
        }
    }

    private enum Standing {
        case waiting
        case drained
        case finished
    }

    private func standing() throws -> Standing {
        try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            var standing = Standing.waiting
            try pipeline.send(
                "SELECT state = 'finished', \(FinishSQL.waits) FROM {schema}.runs WHERE id = $1 AND $2::bigint > 0 AND $3::bigint > 0",
                [.int(run.id.rawValue), .int(1), .int(runner.rawValue)]
            ) { result in
                // Deleted by another program.
                guard let row = result.first else { return standing = .finished }
                standing = row.bool(0) ? .finished : row.bool(1) ? .waiting : .drained
            }
            try pipeline.flush()
            return standing
        }
    }

    /// Undertakes to end the run, which one runner does at a time.
    ///
    /// - Returns: false where another is at it.
    private func takeDeed(now: Int64) throws -> Bool {
        try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            var isOurs = false
            try pipeline.send(
                """
                INSERT INTO {schema}.deeds (run_id, deed, runner_id, at) VALUES ($1, 'finish', $2, $3)
                ON CONFLICT (run_id, deed) DO UPDATE SET runner_id = excluded.runner_id, at = excluded.at
                WHERE deeds.runner_id = $2
                    OR NOT EXISTS (SELECT 1 FROM {schema}.runners WHERE runners.id = deeds.runner_id)
                """, [.int(run.id.rawValue), .int(runner.rawValue), .int(now)]
            ) { isOurs = $0.affected == 1 }
            try pipeline.flush()
            return isOurs
        }
    }
}

private enum FinishSQL {
    /// Whether anything of the run ($1) waits: a page, or a request that another runner than $3 is sending.
    static let waits = """
        EXISTS (SELECT 1 FROM {schema}.pages WHERE pages.run_id = $1 AND pages.state = 'pending')
            OR EXISTS (
                SELECT 1 FROM {schema}.pages JOIN {schema}.frontier USING (run_id, host_id)
                WHERE pages.run_id = $1 AND pages.state = 'sending' AND frontier.runner_id <> $3)
        """
}

extension PostgresPipeline {
    /// The requests of a run that were going out as their runners ended.
    func interruptedRequests(of run: RunID, runner: RunnerID) throws -> [InterruptedRequest] {
        var requests: [InterruptedRequest] = []
        try send(
            """
            SELECT pages.id, host_id, batch_id, url, attempts, name, request FROM {schema}.pages
            LEFT JOIN {schema}.page_requests ON page_id = pages.id
            WHERE run_id = $1 AND state = 'sending' AND NOT EXISTS (
                SELECT 1 FROM {schema}.frontier
                WHERE frontier.run_id = $1 AND frontier.host_id = pages.host_id AND frontier.runner_id <> $2)
            ORDER BY pages.id
            """, [.int(run.rawValue), .int(runner.rawValue)]
        ) { result in
            requests = result.rows.map { row in
                InterruptedRequest(
                    page: ClaimedPage(
                        id: PageID(rawValue: row.int(0)), host: HostID(rawValue: row.int(1)),
                        batch: BatchID(rawValue: row.int(2)), url: row.text(3), attempts: Int(row.int(4)),
                        name: row.optionalText(5)),
                    details: row.optionalText(6))
            }
        }
        try flush()
        return requests
    }
}
