internal import GRDB
internal import GRDBSQLite

/// A cached statement, bound and stepped with SQLite's own calls: for the few statements that run once a page.
///
/// GRDB keeps the statement; this goes around its arrays of arguments and its boxed values.
struct RawStatement {
    private let statement: Statement
    private let pointer: SQLiteStatement
    private let texts = BoundTexts()

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

    /// Binds a text once the statement is run by ``run()``: until then its bytes are kept beside those of the others.
    func bind(_ index: Int32, _ value: String?) {
        guard let value else {
            sqlite3_bind_null(pointer, index)
            return
        }
        let start = texts.bytes.count
        texts.bytes.append(contentsOf: value.utf8)
        texts.places.append((index, start, texts.bytes.count - start))
    }

    /// Runs a statement that gives no rows, and leaves it ready for the next values.
    func run() throws {
        let code = texts.bytes.withUnsafeBufferPointer { bytes -> Int32 in
            for (index, start, count) in texts.places {
                // Safe because the bytes stay where they are until the statement has run and is bound to nothing any
                // more: SQLite need not copy them.
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    _ = sqlite3_bind_text(
                        pointer, index, characters.baseAddress.map { $0 + start }, Int32(count), nil)
                }
            }
            let code = sqlite3_step(pointer)
            sqlite3_reset(pointer)
            return code
        }
        if !texts.places.isEmpty {
            sqlite3_clear_bindings(pointer)
            texts.clear()
        }
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
}

/// The texts that a statement is to be run with, one behind the other.
private final class BoundTexts {
    /// Begins with a byte of no text, so that one of no bytes has an address too: without, SQLite would bind NULL.
    var bytes: [UInt8] = [0]
    /// Each text's parameter, and where it lies.
    var places: [(parameter: Int32, start: Int, count: Int)] = []

    func clear() {
        bytes.removeSubrange(1...)
        places.removeAll(keepingCapacity: true)
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
