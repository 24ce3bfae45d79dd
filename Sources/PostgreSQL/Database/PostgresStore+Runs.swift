package import CrawlCore
package import TrawlStore

extension PostgresStore {
    package var sharesRuns: Bool { true }

    package func intake(of run: RunID, limits: JobSpec.Limits) -> any RunIntake {
        PostgresIntake(store: self, run: run, limits: limits)
    }

    package func runStore(
        _ run: RunRecord, spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws(StoreError) -> any RunStore {
        try PostgresRun(store: self, runner: runner, run: run, spec: spec, processes: processes)
    }

    /// Pages that one transaction goes over: a few milliseconds' worth.
    private static let abandonStep: Int64 = 5_000

    package func abandon(_ run: RunID, runner: RunnerID, now: Int64) throws(StoreError) -> Int64 {
        let link = RunnerConnection(self, life(of: runner).lease, runner)
        try stopOthers(run, runner, link, now: now)
        var skipped: Int64 = 0
        var last: Int64? = 0
        while let start = last {
            last = try link.renewing { pipeline in
                let (end, count) = try pipeline.abandonPages(
                    of: run, after: start, limit: PostgresStore.abandonStep)
                skipped += count
                return end
            }
        }
        do {
            try UnreadNotes(run, link).write(progressed: {})
        } catch {
            throw storeError(error)
        }
        try link.transaction { pipeline in
            try pipeline.send(
                "UPDATE {schema}.frontier SET due_at = NULL WHERE run_id = $1", [.int(run.rawValue)])
            try pipeline.send("DELETE FROM {schema}.run_activity WHERE run_id = $1", [.int(run.rawValue)])
            try pipeline.send(
                "UPDATE {schema}.runs SET state = 'finished', finished_at = $2, runner_id = NULL WHERE id = $1",
                [.int(run.rawValue), .int(now)])
        }
        return skipped
    }
}

extension PostgresStore {
    /// Has the run's other runners stop: their next turns fail. Those that are under way have ended when this returns.
    private func stopOthers(
        _ run: RunID, _ runner: RunnerID, _ link: RunnerConnection, now: Int64
    ) throws(StoreError) {
        try link.transaction { pipeline in
            try pipeline.send(
                """
                INSERT INTO {schema}.deeds (run_id, deed, runner_id, at) VALUES ($1, 'abandon', $2, $3)
                ON CONFLICT (run_id, deed) DO UPDATE SET runner_id = excluded.runner_id, at = excluded.at
                """, [.int(run.rawValue), .int(runner.rawValue), .int(now)])
        }
        try link.transaction { pipeline in
            // Each turn holds its runner's row from its beginning to its end.
            try pipeline.send(
                """
                SELECT 1 FROM {schema}.runners WHERE id <> $2 AND id IN (
                    SELECT runner_id FROM {schema}.run_runners WHERE run_id = $1)
                ORDER BY id FOR UPDATE
                """, [.int(run.rawValue), .int(runner.rawValue)])
            try pipeline.flush()
        }
    }
}

extension PostgresPipeline {
    /// Settles pages of a run that wait, without requesting them.
    ///
    /// - Returns: the last page that was looked at, nil at the end; and how many were skipped.
    fileprivate func abandonPages(
        of run: RunID, after start: Int64, limit: Int64
    ) throws -> (last: Int64?, skipped: Int64) {
        var (last, skipped): (Int64?, Int64) = (nil, 0)
        try send(
            """
            WITH waiting AS (
                SELECT id, state FROM {schema}.pages
                WHERE run_id = $1 AND id > $2 AND state IN ('pending', 'sending') ORDER BY id LIMIT $3 FOR NO KEY UPDATE),
            settled AS (
                UPDATE {schema}.pages SET
                    state = CASE WHEN waiting.state = 'pending' THEN 'skipped' ELSE 'failed' END,
                    skip_reason = CASE WHEN waiting.state = 'pending' THEN 'limit' END,
                    error_kind = CASE WHEN waiting.state = 'sending' THEN 'cancelled' END,
                    error = CASE WHEN waiting.state = 'pending' THEN 'the run was abandoned'
                        ELSE 'not known to have been delivered: trawl ended while the request was going out, and the run was abandoned' END
                FROM waiting WHERE pages.id = waiting.id RETURNING pages.id, pages.state),
            sums AS (
                SELECT max(id) AS last, count(*) FILTER (WHERE state = 'skipped') AS skipped,
                    count(*) FILTER (WHERE state = 'failed') AS failed FROM settled),
            counted AS (
                UPDATE {schema}.runs SET pages_pending = pages_pending - sums.skipped - sums.failed,
                    pages_skipped = pages_skipped + sums.skipped, pages_failed = pages_failed + sums.failed
                FROM sums WHERE runs.id = $1)
            SELECT last, skipped FROM sums
            """, [.int(run.rawValue), .int(start), .int(limit)]
        ) { result in
            last = result.first?.optionalInt(0)
            skipped = result.first?.int(1) ?? 0
        }
        try flush()
        return (last, skipped)
    }
}
