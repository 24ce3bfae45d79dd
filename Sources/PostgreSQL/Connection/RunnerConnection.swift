internal import Glibc
internal import TrawlStore

/// A runner's own connection. Where it is lost, another is made.
final class RunnerConnection {
    let store: PostgresStore
    let runner: RunnerID
    private var connection: PostgresConnection?

    /// How often something is begun anew where others were in its way, or the connection was lost.
    private static let tries = 12
    /// What the server says where the runner's row is not there: it divides by zero.
    private static let goneState = "22012"
    /// What the server says where a row is not as it was read: it takes the root of a negative number.
    private static let conflictState = "2201F"

    init(_ store: PostgresStore, _ runner: RunnerID) {
        self.store = store
        self.runner = runner
    }

    /// Does something with the connection, and once more where another transaction was in its way, or the connection was lost.
    func attempting<Value>(_ body: (PostgresConnection) throws -> Value) throws(StoreError) -> Value {
        var tries = 0
        while true {
            do {
                let connection = try open()
                do {
                    return try body(connection)
                } catch {
                    try? connection.rollBack()
                    throw error
                }
            } catch let failure as PostgresFailure {
                if failure.state == RunnerConnection.goneState { throw RunnerConnection.takenOver }
                tries += 1
                let mayGoOn =
                    failure.isPassing || [RunnerConnection.conflictState, "23505"].contains(failure.state)
                guard mayGoOn, tries < RunnerConnection.tries else { throw store.storeError(failure) }
                if failure.isConnectionLost { connection = nil }
                RunnerConnection.wait(before: tries, isLong: failure.isConnectionLost)
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

    /// Begins a transaction that writes for the runner.
    ///
    /// Where the runner is gone, the transaction fails with the state ``goneState``. Otherwise nobody can take it for gone before the
    /// transaction ends.
    func begin(_ pipeline: PostgresPipeline) throws {
        try pipeline.begin(.write(statement: 60_000, lock: 10_000, idle: 20_000))
        try pipeline.send(
            "SELECT 1 / count(*) FROM (SELECT 1 FROM {schema}.runners WHERE id = $1 FOR KEY SHARE) AS alive",
            [.int(runner.rawValue)])
    }

    private func open() throws -> PostgresConnection {
        if let connection, connection.isOpen { return connection }
        let connection = try store.connect()
        self.connection = connection
        return connection
    }

    /// Waits before another try: longer each time, and not as long as others that began to wait at the same time.
    private static func wait(before tries: Int, isLong: Bool) {
        let most = (isLong ? 100_000.0 : 2_000) * Double(1 << min(tries, 8))
        usleep(UInt32(min(most, 5_000_000) * Double.random(in: 0.5...1)))
    }

    private static var takenOver: StoreError {
        StoreError(
            .alreadyRunning, "was taken over by another process while this one stood still; run it again")
    }
}
