package import CrawlCore
internal import Synchronization
package import TrawlStore

/// A trawl database on a PostgreSQL server.
///
/// Each call takes a connection of its own from those that are idle, or makes one.
package final class PostgresStore: Sendable {
    /// Where the database is.
    package let url: PostgresURL
    private let access: DatabaseAccess
    private let idle = Mutex<[PostgresConnection]>([])
    /// The runners of this process.
    let lives = Mutex<[RunnerID: RunnerLife]>([:])
    /// Tells how time passes on this machine.
    let clock: @Sendable () -> MonotonicInstant
    /// Whether what runners tell each other is timed by the server's clock.
    let followsServerTime: Bool
    /// Whether the server tells which history it is in.
    private let tellsTimeline: Bool

    /// How long a call waits for a server that cannot be reached, in milliseconds.
    private let patience = Atomic<Int64>(PostgresStore.patience.wholeMilliseconds)

    /// How long that is where nobody says otherwise: a server may be started anew meanwhile.
    static let patience: Duration = .seconds(30)
    /// How many connections are kept for later calls.
    private static let mostIdle = 2
    /// How often a transaction is done again that others were in the way of.
    private static let mostTries = 5

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - clock: how time passes on this machine.
    ///   - followsServerTime: whether what runners tell each other is timed by the server's clock, and not by the time of each turn.
    /// - Throws: `StoreError`; a schema that is not trawl's, or of a newer trawl, is left untouched.
    package init(
        _ url: PostgresURL, access: DatabaseAccess,
        clock: @escaping @Sendable () -> MonotonicInstant = { .now }, followsServerTime: Bool = true
    ) throws(StoreError) {
        self.url = url
        self.clock = clock
        self.followsServerTime = followsServerTime
        self.access = access
        do {
            let connection = try PostgresConnection(url, writes: access != .readOnly)
            let migrations = PostgresMigrations(connection: connection, url: url)
            tellsTimeline = try access != .readOnly && connection.timeline() != nil
            try connection.begin(.read)
            let state = try migrations.state()
            try connection.commit()
            try connection.flush()
            try migrations.check(state, access: access)
            if access != .readOnly, state != .version(migrations.latest) { try migrations.apply() }
            giveBack(connection)
        } catch {
            throw StoreError(error, name: url.description)
        }
    }

    /// A new connection, which is the caller's alone.
    ///
    /// - Throws: `PostgresFailure`, or `StoreError`.
    func connect() throws -> PostgresConnection { try PostgresConnection(url, writes: access != .readOnly) }

    /// An error of a connection in terms of this database.
    func storeError(_ error: any Error) -> StoreError { StoreError(error, name: url.description) }

    /// Runs one transaction, all of which is committed, or nothing. Where the connection is lost, it is done again; whether a commit came through whose answer was lost is looked up.
    ///
    /// - Parameters:
    ///   - tries: how often it is done, where others are in the way each time.
    ///   - body: may be called again from the beginning, unless it was handed rows one by one.
    func transaction<Value>(
        _ mode: PostgresConnection.Mode, tries: Int = mostTries, _ body: (PostgresTransaction) throws -> Value
    ) throws(StoreError) -> Value {
        var left = tries
        var outage: Outage?
        while true {
            do {
                let value = try attempt(mode, body)
                outage?.end()
                return value
            } catch let failure as PostgresFailure where left > 1 && failure.isWorthAnotherTry {
                left -= 1
            } catch let failure as PostgresFailure where failure.isOutage {
                var waiting = outage ?? newOutage()
                guard failure.isConnectionLost || hasRunners, waiting.wait(storeError(failure).description)
                else {
                    throw storeError(failure)
                }
                outage = waiting
            } catch {
                throw storeError(error)
            }
        }
    }

    /// Whether runners of this process are at work.
    private var hasRunners: Bool { lives.withLock { !$0.isEmpty } }

    private func newOutage() -> Outage {
        Outage(patience: .milliseconds(patience.load(ordering: .relaxed)), clock: clock)
    }

    package func waitForServer(atMost patience: Duration) {
        self.patience.store(patience.wholeMilliseconds, ordering: .relaxed)
    }

    private func attempt<Value>(
        _ mode: PostgresConnection.Mode, _ body: (PostgresTransaction) throws -> Value
    ) throws -> Value {
        let connection = try begin(mode)
        let value: Value
        var mark: TransactionMark?
        do {
            value = try body(PostgresTransaction(connection: connection, name: url.description, clock: clock))
            if case .write = mode { mark = try connection.mark(withTimeline: tellsTimeline) }
        } catch {
            let hasHandedOver = connection.hasHandedOver
            let isOpen = connection.isOpen
            try? connection.rollBack()
            giveBack(connection)
            // What was handed over cannot be taken back.
            if hasHandedOver, !isOpen || (error as? PostgresFailure)?.isConnectionLost == true {
                throw storeError(error)
            }
            throw error
        }
        do {
            try connection.commit()
            try connection.flush()
        } catch let failure as PostgresFailure where failure.isConnectionLost {
            guard let mark else { return value }
            switch try fate(of: mark) {
            case .committed: return value
            case .aborted: throw failure
            case .unknown:
                throw StoreError(
                    .unreachable,
                    "\(url.description): the connection was lost as a change was to be kept (\(failure.description)), and it is not "
                        + "known whether it was; look at `trawl status`, then run the same command again")
            }
        }
        giveBack(connection)
        return value
    }

    /// What became of a transaction, once the server can be asked.
    private func fate(of mark: TransactionMark) throws -> TransactionFate {
        var outage = newOutage()
        while true {
            do {
                let connection = try connect()
                if let fate = try connection.fate(of: mark) {
                    giveBack(connection)
                    return fate
                }
                guard outage.wait("\(url.description): a change is still being kept") else { return .unknown }
            } catch let failure as PostgresFailure where failure.isOutage {
                guard outage.wait(storeError(failure).description) else { return .unknown }
            }
        }
    }

    /// A connection with a transaction that has begun.
    private func begin(_ mode: PostgresConnection.Mode) throws -> PostgresConnection {
        while let connection = idle.withLock({ $0.popLast() }) {
            // The server may have gone away meanwhile.
            do {
                try connection.begin(mode)
                try connection.flush()
                return connection
            } catch let failure as PostgresFailure where failure.isConnectionLost {
                continue
            }
        }
        let connection = try connect()
        try connection.begin(mode)
        return connection
    }

    private func giveBack(_ connection: PostgresConnection) {
        guard connection.isOpen else { return }
        idle.withLock { if $0.count < PostgresStore.mostIdle { $0.append(connection) } }
    }
}

/// The store inside one transaction. Valid only within the closure that it is handed to.
struct PostgresTransaction {
    let connection: PostgresConnection
    /// The database's URL, for people.
    let name: String
    /// Tells how time passes on this machine.
    let clock: @Sendable () -> MonotonicInstant
}
