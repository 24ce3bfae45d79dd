internal import CrawlCore
internal import Glibc
internal import TrawlStore

/// A runner's own connection. Where it is lost, another is made.
final class RunnerConnection {
    let store: PostgresStore
    let lease: RunnerLease
    let runner: RunnerID
    private var connection: PostgresConnection?
    /// The server's history; nil where it does not tell. After a failover it is another, in which the last that was written may be
    /// missing, and ids be given anew.
    private var timeline: String?
    /// Whether it waits as long as it takes for a server that cannot be reached. Before the first answer it fails soon instead.
    var isPatient = false

    /// How often something is begun anew where others were in its way.
    private static let tries = 12
    /// What the server says where the runner's row is not there: it divides by zero.
    private static let goneState = "22012"
    /// What the server says where a row is not as it was read: it takes the root of a negative number.
    private static let conflictState = "2201F"

    /// What the server says where a run has been ended by a command: it takes the logarithm of zero.
    private static let endedState = "2201E"
    /// States by which the server tells that a condition does not hold.
    static let ownStates = [goneState, conflictState, endedState]

    init(_ store: PostgresStore, _ lease: RunnerLease, _ runner: RunnerID) {
        self.store = store
        self.lease = lease
        self.runner = runner
    }

    /// Does something with the connection, and once more where another transaction was in its way, or the connection was lost.
    func attempting<Value>(_ body: (PostgresConnection) throws -> Value) throws(StoreError) -> Value {
        var tries = 0
        var outage: Outage?
        while true {
            do {
                let connection = try open()
                do {
                    let value = try body(connection)
                    outage?.end()
                    return value
                } catch {
                    try? connection.rollBack()
                    throw error
                }
            } catch let failure as PostgresFailure {
                if failure.state == RunnerConnection.goneState {
                    lease.lose()
                    throw RunnerConnection.takenOver
                }
                if failure.state == RunnerConnection.endedState { throw RunnerConnection.ended }
                if failure.isReadOnly { connection = nil }
                if failure.isOutage, isPatient || failure.isConnectionLost {
                    if failure.isConnectionLost { connection = nil }
                    var waiting = outage ?? newOutage()
                    guard waiting.wait(store.storeError(failure).description) else {
                        throw store.storeError(failure)
                    }
                    outage = waiting
                    continue
                }
                tries += 1
                let mayGoOn =
                    failure.isPassing || [RunnerConnection.conflictState, "23505"].contains(failure.state)
                guard mayGoOn, tries < RunnerConnection.tries else { throw store.storeError(failure) }
                RunnerConnection.wait(before: tries)
            } catch {
                throw store.storeError(error)
            }
        }
    }

    /// Runs one transaction for the runner.
    ///
    /// - Throws: `StoreError`, of kind `alreadyRunning` where others took the runner for gone.
    func transaction<Value>(_ body: (PostgresPipeline) throws -> Value) throws(StoreError) -> Value {
        try attempting { connection in
            let pipeline = PostgresPipeline(connection)
            try begin(pipeline)
            let value = try body(pipeline)
            try pipeline.commit()
            try pipeline.flush()
            return value
        }
    }

    /// Runs one transaction for the runner, with a sign of life where one is due.
    ///
    /// - Throws: as ``transaction(_:)``.
    func renewing<Value>(_ body: (PostgresPipeline) throws -> Value) throws(StoreError) -> Value {
        var renewal: MonotonicInstant?
        let value = try transaction { pipeline in
            let value = try body(pipeline)
            renewal = try renew(pipeline)
            return value
        }
        if let renewal { lease.renew(since: renewal) }
        return value
    }

    /// Counts outcomes of a runner that was taken for gone, which were refused. Its row of the run stays.
    func noteRefused(_ count: Int, in run: RunID) {
        guard count > 0, let connection else { return }
        _ = try? connection.run(
            "UPDATE {schema}.run_runners SET refused = refused + $3 WHERE run_id = $1 AND runner_id = $2",
            [.int(run.rawValue), .int(runner.rawValue), .int(Int64(count))])
    }

    /// Queues a sign of life where one is due. It stands last in a transaction, as one that is given beside it waits until the
    /// transaction has ended.
    ///
    /// - Returns: when it was begun; nil where none is due. It counts once the transaction is committed.
    func renew(_ pipeline: PostgresPipeline) throws -> MonotonicInstant? {
        let now = store.clock()
        guard lease.isOlder(than: RunnerLease.interval, at: now) else { return nil }
        try pipeline.renew(runner)
        return now
    }

    /// Begins a transaction that writes for the runner.
    ///
    /// Where the runner is gone, or the server has gone over to another history, the transaction fails with the state ``goneState``.
    /// Otherwise nobody can take it for gone before the transaction ends.
    func begin(_ pipeline: PostgresPipeline) throws {
        try pipeline.begin(.write(statement: 60_000, lock: 10_000, idle: 20_000))
        try pipeline.send(
            """
            SELECT 1 / count(*) FROM (
                SELECT 1 FROM {schema}.runners
                WHERE id = $1 AND CASE WHEN $2::text IS NULL THEN true ELSE $2 = \(PostgresConnection.timelineSQL) END
                FOR KEY SHARE) AS alive
            """, [.int(runner.rawValue), .text(timeline)])
    }

    /// Queues failing with the state ``endedState`` where a command has ended the run, or is about to. One that was killed on the way has
    /// not.
    func checkRun(_ run: RunID, _ pipeline: PostgresPipeline) throws {
        try pipeline.send(
            """
            SELECT ln(1 - count(*)) FROM {schema}.deeds AS deed WHERE run_id = $1 AND deed = 'abandon' AND (
                EXISTS (SELECT 1 FROM {schema}.runners WHERE id = deed.runner_id)
                OR EXISTS (SELECT 1 FROM {schema}.runs WHERE id = $1 AND state = 'finished'))
            """, [.int(run.rawValue)])
    }

    /// Learns which history the server is in. From then on it is waited for as long as it takes.
    func settle() throws(StoreError) {
        timeline = try attempting { try $0.timeline() }
        isPatient = true
    }

    private func open() throws -> PostgresConnection {
        if let connection, connection.isOpen { return connection }
        let connection = try store.connect()
        self.connection = connection
        return connection
    }

    private func newOutage() -> Outage {
        isPatient
            ? Outage([lease], clock: store.clock)
            : Outage(patience: PostgresStore.patience, clock: store.clock)
    }

    /// Waits before another try: longer each time, and not as long as others that began to wait at the same time.
    private static func wait(before tries: Int) {
        let most = 2_000 * Double(1 << min(tries, 8))
        usleep(UInt32(most * Double.random(in: 0.5...1)))
    }

    private static var ended: StoreError {
        StoreError(
            .ended, "its run was ended by another command (trawl abandon); the next trawl run begins anew")
    }

    private static var takenOver: StoreError {
        StoreError(
            .alreadyRunning,
            "was taken over by another process while this one stood still, or the server is another one now; run it again"
        )
    }
}
