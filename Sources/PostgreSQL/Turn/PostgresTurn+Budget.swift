internal import CrawlCore
internal import TrawlStore

/// Limits and the rate of a job, which hold over all runners of a run.
extension PostgresTurn {
    /// Queues finding out what the runner may do. The run's row of `run_budgets` is locked first, and then looked at in a statement of its
    /// own, which sees what others have committed until then.
    ///
    /// To be called behind everything that is recorded: the row is locked until the transaction ends.
    func share(_ wish: BudgetRequest) throws {
        var answer = BudgetReply()
        let run = PostgresValue.int(self.run.run.id.rawValue)
        let runner = PostgresValue.int(self.run.runner.rawValue)
        let serverClock = wish.starts > 0 ? try readClock() : nil
        try pipeline.send("SELECT 1 FROM {schema}.run_budgets WHERE run_id = $1 FOR UPDATE", [run])
        if wish.asks {
            let limit = self.run.spec.limits.pages
            try pipeline.send(
                BudgetSQL.allot,
                [
                    run, runner, .int(limit > 0 ? Int64(limit) : .max / 4), .int(Int64(wish.claimed)),
                    .int(Int64(wish.wanted)),
                ]
            ) { result in
                guard let row = result.first else { return }
                answer.allotment = RunBudget.Allotment(
                    pages: row.int(0), isSpent: row.bool(1), bytes: row.int(2))
                self.reply.budget = answer
            }
        }
        if wish.starts > 0 {
            let interval = self.run.spec.rate.total.wholeMicroseconds
            try pipeline.send(
                BudgetSQL.start, [run, .int(interval), .int(Int64(wish.starts))]
            ) { result in
                guard let row = result.first, let serverClock else { return }
                answer.starts = (Int(row.int(0)), serverClock.instant(row.int(1)))
                self.reply.budget = answer
            }
        }
    }
}

extension PostgresTurn {
    /// How the server's clock goes beside this machine's. It is read once in a while, in a round trip of its own.
    private func readClock() throws -> ServerClock {
        let clock = run.store.clock
        if let known = run.looks.serverClock, !known.isOld(at: clock()) { return known }
        try pipeline.flush()
        let start = clock()
        var time: Int64 = 0
        try pipeline.send("SELECT \(BudgetSQL.microseconds)") { time = $0.first?.int(0) ?? 0 }
        try pipeline.flush()
        let read = ServerClock(time, readBetween: start, and: clock())
        run.looks.serverClock = read
        return read
    }
}

extension RunOpeningRows {
    /// Queues joining the go at a run that is under way, or beginning one where none of its runners is there any more.
    ///
    /// - Parameter take: is handed the go's age in milliseconds.
    static func join(
        _ run: RunID, _ runner: RunnerID, on pipeline: PostgresPipeline, _ take: @escaping (Int64) -> Void
    ) throws {
        let values: [PostgresValue] = [.int(run.rawValue), .int(runner.rawValue)]
        try pipeline.send(
            """
            INSERT INTO {schema}.run_budgets (run_id, began_at) VALUES ($1, \(BudgetSQL.now)) ON CONFLICT (run_id) DO NOTHING
            """, [.int(run.rawValue)])
        try pipeline.send(
            "SELECT 1 FROM {schema}.run_budgets WHERE run_id = $1 FOR UPDATE", [.int(run.rawValue)])
        try pipeline.send(
            """
            UPDATE {schema}.run_budgets AS budget SET go = go + 1, began_at = \(BudgetSQL.now)
            WHERE run_id = $1 AND NOT EXISTS (
                SELECT 1 FROM {schema}.run_runners AS other JOIN {schema}.runners ON runners.id = other.runner_id
                WHERE other.run_id = $1 AND other.go = budget.go AND other.runner_id <> $2)
            """, values)
        try pipeline.send(
            """
            UPDATE {schema}.run_runners AS ours SET go = budget.go, pages_granted = 0, pages_before = pages_done + pages_failed,
                bytes_before = size_download
            FROM {schema}.run_budgets AS budget
            WHERE budget.run_id = $1 AND ours.run_id = $1 AND ours.runner_id = $2 AND ours.go <> budget.go
            """, values)
        try pipeline.send(
            "SELECT \(BudgetSQL.now) - began_at FROM {schema}.run_budgets WHERE run_id = $1",
            [.int(run.rawValue)]
        ) { take($0.first?.int(0) ?? 0) }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

private enum BudgetSQL {
    /// The server's time in unix milliseconds. All that is compared with it was written by it.
    static let now = PostgresTransaction.now
    /// The same in microseconds.
    static let microseconds = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

    /// Allots pages: what the runner ($2) has settled and taken, and of those that are left at most an even share of the half, so that
    /// nobody sits on many that others need. What runners that are gone had beyond what they have settled is free again.
    static let allot = """
        WITH of_go AS (
            SELECT r.runner_id, r.pages_done + r.pages_failed - r.pages_before AS settled,
                CASE WHEN runners.id IS NULL THEN 0 ELSE r.pages_granted END AS granted,
                r.size_download - r.bytes_before AS bytes, runners.id IS NOT NULL AS lives
            FROM {schema}.run_runners AS r JOIN {schema}.run_budgets AS b USING (run_id)
            LEFT JOIN {schema}.runners ON runners.id = r.runner_id
            WHERE r.run_id = $1 AND r.go = b.go),
        sums AS (
            SELECT coalesce(sum(settled), 0)::bigint AS settled, coalesce(sum(bytes), 0)::bigint AS bytes,
                coalesce(sum(greatest(settled, granted)) FILTER (WHERE runner_id <> $2), 0)::bigint AS others,
                coalesce(sum(settled) FILTER (WHERE runner_id = $2), 0)::bigint AS ours,
                greatest(count(*) FILTER (WHERE lives), 1) AS runners
            FROM of_go),
        free AS (SELECT *, greatest($3 - others - ours - $4, 0) AS pages FROM sums),
        share AS (
            SELECT *, least($5, pages, CASE WHEN runners = 1 THEN pages ELSE greatest(pages / (2 * runners), 1) END) AS more
            FROM free),
        kept AS (
            UPDATE {schema}.run_runners AS r SET pages_granted = share.ours + $4 + share.more FROM share
            WHERE r.run_id = $1 AND r.runner_id = $2)
        SELECT ours + $4 + more, (settled >= $3)::int::bigint, bytes FROM share
        """

    /// Gives $3 starts, $2 microseconds from one to the next, behind those that were given to others. Each runner has two or three spans
    /// ahead; more than that can only mean that the server's clock was set back, which must hold nobody up for long.
    static let start = """
        WITH clock AS (SELECT \(microseconds) AS now),
        runners AS (
            SELECT count(*) AS count FROM {schema}.run_runners AS r JOIN {schema}.runners ON runners.id = r.runner_id
            WHERE r.run_id = $1),
        wish AS (
            SELECT now, count, greatest(1, least($3, ceil($3::numeric / greatest(count, 1))))::bigint AS starts FROM clock, runners),
        given AS (
            UPDATE {schema}.run_budgets AS b SET next_start_at =
                least(greatest(next_start_at, now), now + 4 * (count + 1) * starts * $2) + starts * $2
            FROM wish WHERE run_id = $1 RETURNING next_start_at, starts)
        SELECT starts, next_start_at - starts * $2 FROM given
        """
}
