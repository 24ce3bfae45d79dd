internal import CrawlCore
internal import Synchronization
internal import TrawlStore

/// A runner's signs of life: counted in its turns, and beside them where a turn, the reading of a list or a long commit leaves it silent.
final class RunnerLife: Sendable {
    let runner: RunnerID
    let lease: RunnerLease
    private let beside = Mutex(Beside())

    private struct Beside: Sendable {
        /// Made where it is needed, and kept.
        var connection: PostgresConnection?
        /// Not tried before.
        var notBefore: MonotonicInstant?
    }

    /// How old the last sign of life becomes before one is given beside the turns.
    private static let patience: Duration = .seconds(12)
    /// The most milliseconds that one may take beside the turns.
    private static let most = 5_000
    /// The most seconds between two tries while the database cannot be reached. Runners of many machines choose other times.
    private static let longestWait = 5.0

    init(_ runner: RunnerID, since start: MonotonicInstant) {
        self.runner = runner
        lease = RunnerLease(since: start)
    }

    /// Gives a sign of life where the last one is old. Where that fails, it is tried again at one of the next calls.
    func keep(_ store: PostgresStore) {
        let now = store.clock()
        guard !lease.isLost, lease.isOlder(than: RunnerLife.patience, at: now) else { return }
        beside.withLock { beside in
            if let notBefore = beside.notBefore, now < notBefore { return }
            do {
                let connection: PostgresConnection
                if let open = beside.connection, open.isOpen {
                    connection = open
                } else {
                    connection = try store.connect()
                }
                beside.connection = connection
                try beat(connection)
                beside.notBefore = nil
            } catch {
                beside.connection = nil
                beside.notBefore = now + .seconds(.random(in: 0.5...RunnerLife.longestWait))
            }
            func beat(_ connection: PostgresConnection) throws {
                let start = store.clock()
                let most = RunnerLife.most
                try connection.begin(.write(statement: most, lock: most, idle: most))
                // A crash of the server may lose it, which others then take for another silence.
                try connection.send("SELECT set_config('synchronous_commit', 'off', true)")
                try connection.send(
                    "UPDATE {schema}.runners SET beat = beat + 1, beaten_at = \(PostgresTransaction.now) WHERE id = $1",
                    [.int(runner.rawValue)])
                try connection.commit()
                let results = try connection.flush(timeout: Int32(2 * most))
                if results.last?.affected == 1 { lease.renew(since: start) } else { lease.lose() }
            }
        }
    }
}
