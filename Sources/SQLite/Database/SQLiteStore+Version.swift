internal import GRDBSQLite

extension SQLiteStore {
    /// The version of the SQLite that the process runs with.
    package static var libraryVersion: String { String(cString: sqlite3_libversion()) }
}
