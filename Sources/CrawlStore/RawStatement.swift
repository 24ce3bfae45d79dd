internal import GRDB
internal import GRDBSQLite

/// A cached statement, bound and stepped with SQLite's own calls: for the few statements that run once a page.
///
/// GRDB keeps the statement; this goes around its arrays of arguments and its boxed values.
struct RawStatement {
    private let statement: Statement
    private let pointer: SQLiteStatement

    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
    }

    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(pointer, index, value)
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(pointer, index, value) } else { sqlite3_bind_null(pointer, index) }
    }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            sqlite3_bind_null(pointer, index)
            return
        }
        value.withUTF8 { text in
            // An empty buffer may have no address, which would bind NULL.
            guard let base = text.baseAddress else {
                sqlite3_bind_text(pointer, index, "", 0, transient)
                return
            }
            base.withMemoryRebound(to: CChar.self, capacity: text.count) { bytes in
                _ = sqlite3_bind_text(pointer, index, bytes, Int32(text.count), transient)
            }
        }
    }

    /// Runs a statement that gives no rows, and leaves it ready for the next values.
    func run() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure() }
    }

    /// Calls `body` for each row, then leaves the statement ready for the next values.
    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        defer { sqlite3_reset(pointer) }
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: try body(RawRow(pointer: pointer))
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    private func failure() -> DatabaseError {
        let connection = sqlite3_db_handle(pointer)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }

    /// Tells SQLite to copy what is bound: `SQLITE_TRANSIENT`, a cast that Swift does not import. Safe because
    /// SQLite compares it and never calls it.
    private var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }
}

/// The current row of a ``RawStatement``; columns are counted from 0.
struct RawRow {
    fileprivate let pointer: SQLiteStatement

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    func text(_ column: Int32) -> String? {
        sqlite3_column_text(pointer, column).map { String(cString: $0) }
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_NULL
    }
}
