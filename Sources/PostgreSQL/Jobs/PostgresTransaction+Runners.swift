internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    /// How long a runner's leases outlive its last sign of life where its process cannot be looked up.
    static let leaseMilliseconds: Int64 = 60_000

    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID {
        try reapRunners(processes, now: now)
        let own = processes.current
        // Chance, and no counter: after a failover a server may count from an earlier number.
        let runner = RunnerID(rawValue: .random(in: 1...Int64.max))
        _ = try connection.run(
            """
            INSERT INTO {schema}.runners (id, boot_id, pid_namespace, pid, process_started, started_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .int(runner.rawValue), .text(own.bootID), .text(own.pidNamespace), .int(Int64(own.pid)),
                .int(own.processStarted), .int(now), .int(now + PostgresTransaction.leaseMilliseconds),
            ])
        return runner
    }

    func reapRunners(_ processes: any ProcessTable, now: Int64) throws {
        for runner in try goneRunners(processes, now: now) { try removeRunner(runner, now: now) }
    }

    /// The runners that are gone. Of one on another machine nothing can be seen, so that its lease decides.
    func goneRunners(_ processes: any ProcessTable, now: Int64) throws -> [RunnerID] {
        try goneRunners(processes, now: now, of: nil)
    }

    /// The runners that are gone, of a run or of all.
    func goneRunners(_ processes: any ProcessTable, now: Int64, of run: RunID?) throws -> [RunnerID] {
        try connection.run(
            """
            SELECT * FROM {schema}.runners
            WHERE $1::bigint IS NULL OR id IN (SELECT runner_id FROM {schema}.run_runners WHERE run_id = $1)
            """, [.int(run?.rawValue)]
        ).rows.compactMap { row in
            let runner = RunnerIdentity(
                bootID: row["boot_id"], pidNamespace: row["pid_namespace"],
                pid: Int32(truncatingIfNeeded: row["pid"] as Int64), processStarted: row["process_started"])
            let expiresAt: Int64 = row["expires_at"]
            let isGone =
                runner.bootID == processes.current.bootID
                ? processes.isGone(runner, expiresAt: expiresAt, now: now) : now > expiresAt
            return isGone ? RunnerID(rawValue: row["id"]) : nil
        }
    }

    /// Gives back everything that a runner holds, and forgets it, unless somebody is doing that at this moment.
    ///
    /// When it sent its hosts their last requests is not known for certain, so that their delay counts from now.
    func removeRunner(_ runner: RunnerID, now: Int64) throws {
        let id = PostgresValue.int(runner.rawValue)
        let lock = try connection.run(
            "SELECT 1 FROM {schema}.runners WHERE id = $1 FOR UPDATE SKIP LOCKED", [id])
        guard lock.count == 1 else { return }
        try connection.send(
            """
            UPDATE {schema}.hosts SET runner_id = NULL, last_started_at = $2
            WHERE id IN (SELECT id FROM {schema}.hosts WHERE runner_id = $1 ORDER BY id FOR UPDATE)
            """, [id, .int(now)])
        try connection.send("UPDATE {schema}.frontier SET runner_id = NULL WHERE runner_id = $1", [id])
        try connection.send("DELETE FROM {schema}.runners WHERE id = $1", [id])
        try connection.flush()
    }
}
