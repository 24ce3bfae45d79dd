internal import CrawlCore
internal import TrawlStore

/// A runner that is gone.
struct GoneRunner {
    let id: RunnerID
    /// Whether it is a runner of the run that was asked about.
    let isOfRun: Bool
    /// Its signs of life when that was judged: where it has given another since, it is not gone. Nil where its process is known to have
    /// ended.
    let beat: Int64?
}

extension PostgresTransaction {
    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID {
        try reapRunners(processes, now: now)
        let own = processes.current
        // Chance, and no counter: after a failover a server may count from an earlier number.
        let runner = RunnerID(rawValue: .random(in: 1...Int64.max))
        _ = try connection.run(
            """
            INSERT INTO {schema}.runners (id, boot_id, pid_namespace, pid, process_started, started_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .int(runner.rawValue), .text(own.bootID), .text(own.pidNamespace), .int(Int64(own.pid)),
                .int(own.processStarted), .int(now),
            ])
        return runner
    }

    func reapRunners(_ processes: any ProcessTable, now: Int64) throws {
        for runner in try findGone(processes, of: nil) { try remove(runner, now: now) }
    }

    func goneRunners(_ processes: any ProcessTable, now: Int64) throws -> [RunnerID] {
        let gone = Set(try findGone(processes, of: nil).map(\.id))
        // A command that looks once has observed nothing. It may say what the server's own clock says; nobody is removed for that.
        let silent = try connection.run(
            "SELECT id FROM {schema}.runners WHERE beaten_at < \(PostgresTransaction.now) - $1 AND boot_id <> $2",
            [.int(PostgresTransaction.longSilence), .text(processes.current.bootID)]
        ).rows.map { RunnerID(rawValue: $0.int(0)) }
        return Array(gone.union(silent))
    }

    /// The server's time in unix milliseconds.
    static let now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    /// The milliseconds of silence after which a runner is shown as gone.
    private static let longSilence: Int64 = 60_000

    /// The runners that are gone. Of one on this machine the table of processes tells. Of one elsewhere nothing can be seen but its
    /// signs of life, so that its silence decides, as far as this connection has observed it.
    ///
    /// - Parameter hear: is told the server's time, in unix milliseconds.
    func findGone(
        _ processes: any ProcessTable, of run: RunID?, _ hear: (Int64) -> Void = { _ in }
    ) throws -> [GoneRunner] {
        let start = clock()
        let rows = try connection.run(
            """
            SELECT id, boot_id, pid_namespace, pid, process_started, beat,
                EXISTS (SELECT 1 FROM {schema}.run_runners WHERE runner_id = runners.id AND run_id = $1),
                \(PostgresTransaction.now)
            FROM {schema}.runners
            """, [.int(run?.rawValue)]
        ).rows
        if let row = rows.first { hear(row.int(7)) }
        let beats = Dictionary(
            rows.map { (RunnerID(rawValue: $0.int(0)), $0.int(5)) }, uniquingKeysWith: { _, last in last })
        let silent = connection.beats.note(beats, from: start, to: clock())
        let here = processes.current
        return rows.compactMap { row in
            let id = RunnerID(rawValue: row.int(0))
            let runner = RunnerIdentity(
                bootID: row.text(1), pidNamespace: row.text(2), pid: Int32(truncatingIfNeeded: row.int(3)),
                processStarted: row.int(4))
            // Where the process cannot be seen, nothing but the silence speaks.
            let hasEnded =
                runner.bootID == here.bootID && runner.bootID != "unknown"
                && processes.isGone(runner, expiresAt: .max, now: 0)
            guard hasEnded || silent.contains(id) else { return nil }
            return GoneRunner(id: id, isOfRun: row.bool(6), beat: hasEnded ? nil : row.int(5))
        }
    }

    func removeRunner(_ runner: RunnerID, now: Int64) throws {
        try remove(GoneRunner(id: runner, isOfRun: false, beat: nil), now: now)
    }

    /// Ends sessions of this role that have written something in a transaction and have waited for so long to hear the rest of it from their
    /// client, or for the client to read.
    ///
    /// That is what a runner leaves that was cut off, or stopped, in the middle of sending a turn. The server has no time-out for it:
    /// `idle_in_transaction_session_timeout` counts from the end of what a client sends (`Sync`; PostgreSQL's documentation, "Extended
    /// Query"), and `statement_timeout` ends with each statement. The system may count the connection as alive for hours.
    func endStuckSessions(after wait: Duration) throws {
        _ = try connection.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
                AND backend_xid IS NOT NULL AND state = 'active' AND wait_event_type = 'Client'
                AND state_change <= clock_timestamp() - $1 * interval '1 millisecond'
            """, [.int(wait.wholeMilliseconds)])
    }

    /// Gives back everything that a runner holds, and forgets it, unless somebody is doing that at this moment, or it has given a sign
    /// of life.
    ///
    /// When it sent its hosts their last requests is not known for certain, so that their delay counts from now.
    func remove(_ runner: GoneRunner, now: Int64) throws {
        let id = PostgresValue.int(runner.id.rawValue)
        let lock = try connection.run(
            """
            SELECT 1 FROM {schema}.runners WHERE id = $1 AND ($2::bigint IS NULL OR beat = $2) FOR UPDATE SKIP LOCKED
            """, [id, .int(runner.beat)])
        guard lock.count == 1 else {
            // Its last transaction may hold the row. It is looked for again with the next sign of life.
            return try endStuckSessions(after: RunnerLease.silence)
        }
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
