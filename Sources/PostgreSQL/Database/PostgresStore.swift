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

    /// How many connections are kept for later calls.
    private static let mostIdle = 2
    /// How often a transaction is done again that others were in the way of.
    private static let mostTries = 5

    /// Opens a database.
    ///
    /// - Throws: `StoreError`; a schema that is not trawl's, or of a newer trawl, is left untouched.
    package init(_ url: PostgresURL, access: DatabaseAccess) throws(StoreError) {
        self.url = url
        self.access = access
        do {
            let connection = try PostgresConnection(url, writes: access != .readOnly)
            let migrations = PostgresMigrations(connection: connection, url: url)
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

    /// Runs one transaction, all of which is committed, or nothing.
    ///
    /// - Parameters:
    ///   - tries: how often it is done, where others are in the way each time.
    ///   - body: may be called again from the beginning, up to so many times.
    func transaction<Value>(
        _ mode: PostgresConnection.Mode, tries: Int = mostTries, _ body: (PostgresTransaction) throws -> Value
    ) throws(StoreError) -> Value {
        var left = tries
        while true {
            do {
                return try attempt(mode, body)
            } catch let failure as PostgresFailure
                where left > 1 && failure.isWorthAnotherTry
            {
                left -= 1
            } catch {
                throw storeError(error)
            }
        }
    }

    private func attempt<Value>(
        _ mode: PostgresConnection.Mode, _ body: (PostgresTransaction) throws -> Value
    ) throws -> Value {
        let connection = try begin(mode)
        let value: Value
        do {
            value = try body(PostgresTransaction(connection: connection, name: url.description))
        } catch {
            try? connection.rollBack()
            giveBack(connection)
            throw error
        }
        do {
            try connection.commit()
            try connection.flush()
        } catch let failure as PostgresFailure where failure.isConnectionLost {
            throw StoreError(
                .unreachable,
                "\(url.description): the connection was lost as a change was to be kept (\(failure.description)), and it is not "
                    + "known whether it was; look at `trawl status`, then run the same command again")
        }
        giveBack(connection)
        return value
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
}
