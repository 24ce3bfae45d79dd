internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// How long a runner's leases outlive its last sign of life where its process cannot be looked up.
    package static let leaseMilliseconds: Int64 = 60_000

    /// Frees what runners that are gone have held, then enters this process as a runner.
    ///
    /// - Parameters:
    ///   - processes: who is alive.
    ///   - now: unix milliseconds.
    package func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID {
        try reapRunners(processes, now: now)
        let own = processes.current
        try database.execute(
            sql: """
                INSERT INTO runners (boot_id, pid_namespace, pid, process_started, started_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                own.bootID, own.pidNamespace, own.pid, own.processStarted, now,
                now + StoreTransaction.leaseMilliseconds,
            ])
        return RunnerID(rawValue: database.lastInsertedRowID)
    }

    /// Frees what runners that are gone have held: their runs can be taken up, their hosts be leased, at once.
    package func reapRunners(_ processes: any ProcessTable, now: Int64) throws {
        for runner in try goneRunners(processes, now: now) { try removeRunner(runner, now: now) }
    }

    /// The runners that are gone, with what they may hold. Writes nothing.
    package func goneRunners(_ processes: any ProcessTable, now: Int64) throws -> [RunnerID] {
        let rows = try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM runners"))
        return rows.compactMap { row in
            let runner = RunnerIdentity(
                bootID: row["boot_id"], pidNamespace: row["pid_namespace"], pid: row["pid"],
                processStarted: row["process_started"])
            let isGone = processes.isGone(runner, expiresAt: row["expires_at"], now: now)
            return isGone ? RunnerID(rawValue: row["id"]) : nil
        }
    }

    /// Says that a runner is alive.
    ///
    /// - Throws: `StoreError` of kind `alreadyRunning` where others took it for gone, as they may where a process stood still
    ///   for a minute in a pid namespace of its own: what it held is theirs.
    package func renewRunner(_ runner: RunnerID, now: Int64) throws {
        let statement = try database.cachedStatement(sql: "UPDATE runners SET expires_at = ? WHERE id = ?")
        try statement.execute(arguments: [now + StoreTransaction.leaseMilliseconds, runner.rawValue])
        guard database.changesCount == 1 else { throw StoreTransaction.takenOver }
    }

    /// Refuses a runner that others took for gone.
    ///
    /// - Throws: the same as ``renewRunner(_:now:)``.
    func checkRunner(_ runner: RunnerID) throws {
        let statement = try RawStatement(database, "SELECT 1 FROM runners WHERE id = ?")
        statement.bind(1, runner.rawValue)
        guard try statement.firstRow({ _ in true }) != nil else { throw StoreTransaction.takenOver }
    }

    private static var takenOver: StoreError {
        StoreError(
            .alreadyRunning, "was taken over by another process while this one stood still; run it again")
    }

    /// Gives back everything that a runner holds, and forgets it.
    ///
    /// When it sent its hosts their last requests is not known for certain, so that their delay counts from now.
    package func removeRunner(_ runner: RunnerID, now: Int64) throws {
        try database.execute(
            sql: "UPDATE hosts SET runner_id = NULL, last_started_at = ? WHERE runner_id = ?",
            arguments: [now, runner.rawValue])
        try database.execute(sql: "DELETE FROM runners WHERE id = ?", arguments: [runner.rawValue])
    }
}
