internal import CSQLite
internal import CrawlCore
internal import GRDB
package import TrawlStore
internal import Glibc
internal import Synchronization

/// A trawl database.
///
/// One process has at most one store open for writing: SQLite 3.7.0 to 3.51.2 can reset a WAL wrongly when one
/// connection checkpoints while another of the same process commits (<https://sqlite.org/wal.html>, "The WAL-reset
/// bug"), so one connection does all writing and all checkpointing. Calls block; they are made from a thread that
/// may, never from the cooperative pool's hot path.
package final class SQLiteStore: Sendable {
    /// How long a locked database is waited for.
    package static let busySeconds = 30

    /// Where a database is.
    package enum Location: Sendable, Equatable {
        case file(String)
        /// A file without a name, gone with the store: nothing is kept, and memory does not grow with it.
        case temporary
    }

    /// What a store is opened for.
    package typealias Access = DatabaseAccess

    /// SQLite's settings for the process, made once before it is first used.
    private static let isSetUp: Void = csqlite_set_up()

    let queue: DatabaseQueue
    let path: String
    /// How many calls of ``durably(_:)`` are under way: while there is one, commits outlive a power cut.
    let durability = Mutex(0)
    /// The file that is open, whatever its name comes to stand for; nil for a temporary one.
    private let file: FileIdentity?
    /// The file as it must stay while it is read without locks; nil where it is read and written as usual.
    private let still: StillFile?

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - location: the file; an empty one counts as new.
    ///   - access: what for.
    /// - Throws: `StoreError`; a file that is no database of trawl's, or of a newer trawl, is left untouched.
    package init(_ location: Location, access: Access) throws(StoreError) {
        _ = SQLiteStore.isSetUp
        switch location {
        case .temporary:
            path = "the temporary database"
        case .file(let file):
            path = file
            try SQLiteStore.check(file: file, access: access)
            try SQLiteStore.checkLeftWAL(of: file, access: access)
        }
        do {
            (queue, still) =
                switch location {
                case .temporary:
                    (try DatabaseQueue(path: "", configuration: SQLiteStore.configuration(access)), nil)
                case .file(let file): try SQLiteStore.connect(to: file, access: access)
                }
            let path = path
            try queue.inDatabase { database in
                try SQLiteStore.checkVersion(database, path: path, access: access)
                guard access != .readOnly else { return }
                // Space can be given back step by step (`db prune`). Of a file that has tables already it would write the same.
                if try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 {
                    try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                }
                // With synchronous = NORMAL a commit in WAL mode is durable against a killed process at once, and
                // against power loss from the next checkpoint on: what is lost then is requested again.
                try database.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = NORMAL;
                        PRAGMA wal_autocheckpoint = 8000;
                        PRAGMA journal_size_limit = 67108864;
                        """)
                try Migrations.apply(database)
            }
        } catch {
            throw StoreError(error, path: path)
        }
        file = location == .temporary ? nil : FileIdentity(of: path)
    }

    /// Refuses to write into a file that nobody will find again.
    package func checkPlace() throws(StoreError) {
        guard let file, FileIdentity(of: path) != file else { return }
        throw StoreError(
            .missing,
            "\(path) was removed or replaced while it was in use; put it back with its -wal file, "
                + "or begin with a new one")
    }

    /// A name that means a file to SQLite too: what begins with `:` or `file:` may be a database in memory, where
    /// nothing is kept (<https://sqlite.org/inmemorydb.html>).
    static func plainName(_ file: String) -> String {
        file.hasPrefix(":") || file.hasPrefix("file:") ? "./" + file : file
    }

    static func configuration(_ access: Access) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = access == .readOnly
        configuration.busyMode = .timeout(Double(busySeconds))
        configuration.label = "trawl.store"
        configuration.prepareDatabase { database in
            // 4 MiB of pages at most, whatever the size of the file. (trusted_schema stays on: this SQLite counts
            // json_valid, which the schema uses, among what it then forbids; no function of ours is there to misuse.)
            try database.execute(sql: "PRAGMA cache_size = -4096")
        }
        return configuration
    }

    /// Refuses what SQLite would create, wait for, or report in words that help nobody.
    private static func check(file: String, access: Access) throws(StoreError) {
        var status = stat()
        guard stat(file, &status) == 0 else {
            if errno == ENOENT {
                guard access != .readWrite else { return }
                throw StoreError(
                    .missing, "there is no database \(file); run a job first, or name another file with --db")
            }
            throw StoreError(.readOnly, "\(file) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.notADatabase, "\(file) is not a file; name a database file with --db")
        }
        if access == .readOnly, Glibc.access(file, R_OK) != 0 {
            throw StoreError(
                .readOnly,
                "\(file) cannot be read: \(String(cString: strerror(errno))); "
                    + "check its permissions")
        }
        // SQLite takes a file of one byte for an empty one; no database is smaller than its smallest page.
        guard status.st_size == 0 || status.st_size >= 512 else {
            throw StoreError(.notADatabase, "\(file) is not a SQLite database; give another file with --db")
        }
    }

    /// Refuses a file that this trawl must not write, before a connection that can write is opened. A connection that can write
    /// would, as it is closed, copy a WAL that a killed process has left into the database.
    private static func checkLeftWAL(of file: String, access: Access) throws(StoreError) {
        var status = stat()
        guard access != .readOnly, stat(file + "-wal", &status) == 0, status.st_size > 0 else { return }
        do {
            let reader = try DatabaseQueue(path: plainName(file), configuration: configuration(.readOnly))
            try reader.inDatabase { try checkVersion($0, path: file, access: access) }
        } catch let error as StoreError {
            throw error
        } catch {
            // The connection that writes may mend whatever else is wrong, and reports it if it cannot.
        }
    }

    private static func checkVersion(_ database: Database, path: String, access: Access) throws {
        // In this order: another process may make the tables meanwhile, and what they are of comes with them.
        let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Migrations.version(database)
        if application == Migrations.unreleasedApplicationID {
            throw StoreError(
                .older,
                "\(path) was written by a development version of trawl from before 0.2.0, whose tables are laid out "
                    + "differently; it is left as it is: name a new file with --db and run the jobs again, or read "
                    + "the old results with sqlite3")
        }
        if application != Migrations.applicationID, !isEmpty {
            throw StoreError(
                .notADatabase,
                "\(path) is a SQLite database, but not one of trawl's; name another file with --db")
        }
        if version > Migrations.latest {
            throw StoreError(
                .newer,
                "\(path) was written by a newer trawl (schema \(version), this one knows \(Migrations.latest)); "
                    + "it is left as it is: use the newer trawl")
        }
        if isEmpty, access == .readOnly {
            throw StoreError(.missing, "\(path) is empty; run a job first, or name another file with --db")
        }
        if version < Migrations.latest, access == .readOnly {
            throw StoreError(
                .older,
                "\(path) has schema \(version), this trawl needs \(Migrations.latest); run `trawl db migrate` once"
            )
        }
    }

    /// Runs one transaction that writes: all of it is committed, or none.
    package func writing<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError) -> Value {
        try checkPlace()
        do {
            return try queue.write { try body(StoreTransaction(database: $0)) }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs reads that all see the same state.
    package func reading<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError) -> Value {
        try still?.checkStill()
        let value: Value
        do {
            value = try queue.read { try body(StoreTransaction(database: $0)) }
        } catch {
            // What is half of one state and half of another may look damaged.
            try still?.checkStill()
            throw StoreError(error, path: path)
        }
        try still?.checkStill()
        return value
    }

    /// Bytes of the write-ahead log; 0 where there is none.
    package var logSize: Int64 {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Copies as much of the write-ahead log into the database file as readers allow.
    ///
    /// - Returns: whether a reader of an older state keeps a part of it from being copied.
    package func isLogHeld() -> Bool {
        let counts = try? queue.inDatabase { try $0.checkpoint(.passive) }
        return counts.map { $0.checkpointedFrameCount < $0.walFrameCount } ?? false
    }

    /// Copies the WAL into the database file and empties it, if no reader prevents that. It does not wait for readers, because
    /// other programs that want to write would have to wait as well.
    ///
    /// - Returns: whether it is empty now.
    @discardableResult
    package func checkpoint() throws(StoreError) -> Bool {
        do {
            return try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA busy_timeout = 0")
                defer {
                    try? database.execute(sql: "PRAGMA busy_timeout = \(SQLiteStore.busySeconds * 1000)")
                }
                do {
                    _ = try database.checkpoint(.truncate)
                    return true
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    return false
                }
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }
}

/// The store inside one transaction. Valid only within the closure that it is handed to.
package struct StoreTransaction {
    let database: Database
}

/// What tells one file from another, by whatever name.
private struct FileIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t

    /// The file of a name; nil where there is none.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}
