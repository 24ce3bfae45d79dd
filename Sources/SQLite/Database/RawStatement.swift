internal import CrawlCore
internal import GRDB
internal import GRDBSQLite

/// A cached statement, bound and stepped with SQLite's own calls: for the few statements that run once a page.
///
/// GRDB keeps the statement in its cache. This type avoids GRDB's arrays of arguments and its boxed values.
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

    /// Binds a text until the statement has run.
    func bind(_ index: Int32, _ value: borrowing String?) {
        switch value {
        case .none: sqlite3_bind_null(pointer, index)
        case .some(let text): texts.bind(index, text, to: pointer)
        }
    }

    /// Binds a text of the program's own.
    func bind(_ index: Int32, _ value: StaticString) {
        // Safe because such a text is never freed.
        value.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(pointer, index, characters.baseAddress, Int32(characters.count), nil)
            }
        }
    }

    /// Binds bytes, of which SQLite takes a copy.
    func bind(_ index: Int32, bytes: [UInt8]?) {
        guard let bytes else {
            sqlite3_bind_null(pointer, index)
            return
        }
        // Without bytes there may be no address, which would be NULL.
        _ =
            bytes.isEmpty
            ? sqlite3_bind_zeroblob(pointer, index, 0)
            : sqlite3_bind_blob(pointer, index, bytes, Int32(bytes.count), sqliteTransient)
    }

    /// Binds a digest as 16 bytes, the highest first.
    func bind(_ index: Int32, _ digest: ContentDigest?) {
        guard let digest else {
            sqlite3_bind_null(pointer, index)
            return
        }
        withUnsafeBytes(of: (digest.high.bigEndian, digest.low.bigEndian)) { bytes in
            _ = sqlite3_bind_blob(pointer, index, bytes.baseAddress, Int32(bytes.count), sqliteTransient)
        }
    }

    /// Binds a number that is not whole.
    func bind(_ index: Int32, _ value: Double?) {
        if let value { sqlite3_bind_double(pointer, index, value) } else { sqlite3_bind_null(pointer, index) }
    }

    /// Runs a statement that gives no rows, and leaves it ready for the next values.
    ///
    /// - Returns: how many rows it has inserted, updated or deleted.
    @discardableResult
    func run() throws -> Int {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        if texts.removeAll() { sqlite3_clear_bindings(pointer) }
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure() }
        return Int(sqlite3_changes(sqlite3_db_handle(pointer)))
    }

    /// Runs a statement that inserts a row.
    ///
    /// - Returns: the row's id.
    func insert() throws -> Int64 {
        try run()
        return sqlite3_last_insert_rowid(sqlite3_db_handle(pointer))
    }

    /// Calls `body` for each row until it says false, then leaves the statement ready for the next values.
    func forEachRow(_ body: (RawRow) throws -> Bool) throws {
        defer {
            sqlite3_reset(pointer)
            if texts.removeAll() { sqlite3_clear_bindings(pointer) }
        }
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: guard try body(RawRow(pointer: pointer)) else { return }
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    /// What `body` makes of the first row; nil where there is none.
    func firstRow<Value>(_ body: (RawRow) -> Value) throws -> Value? {
        var value: Value?
        try forEachRow { row in
            value = body(row)
            return false
        }
        return value
    }

    private func failure() -> DatabaseError {
        let connection = sqlite3_db_handle(pointer)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }
}

/// SQLITE_TRANSIENT, which says that SQLite is to take a copy.
///
/// Safe because SQLite compares it and never calls it: -1 is no function (<https://sqlite.org/c3ref/c_static.html>).
private let sqliteTransient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// The texts that a statement is bound to, one behind the other in memory that stays where it is, so that SQLite
/// need not copy each into memory of its own.
private final class BoundTexts {
    private var bytes: UnsafeMutableRawPointer?
    private var used = 0
    private var isBound = false
    private static let capacity = 32 << 10

    deinit {
        bytes?.deallocate()
    }

    func bind(_ index: Int32, _ text: borrowing String, to statement: SQLiteStatement) {
        isBound = true
        let count = text.utf8.count
        guard count <= BoundTexts.capacity - used else {
            sqlite3_bind_text(statement, index, copy text, Int32(count), sqliteTransient)
            return
        }
        let bytes = bytes ?? .allocate(byteCount: BoundTexts.capacity, alignment: 1)
        self.bytes = bytes
        let start = bytes + used
        UnsafeMutableRawBufferPointer(start: start, count: count).copyBytes(from: text.utf8)
        used += count
        // Safe because the bytes stay until the statement has run and is bound to nothing any more.
        sqlite3_bind_text(statement, index, start.assumingMemoryBound(to: CChar.self), Int32(count), nil)
    }

    /// Whether there were any.
    func removeAll() -> Bool {
        defer {
            used = 0
            isBound = false
        }
        return isBound
    }
}

/// The current row of a ``RawStatement``; columns are counted from 0.
struct RawRow {
    fileprivate let pointer: SQLiteStatement

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func real(_ column: Int32) -> Double {
        sqlite3_column_double(pointer, column)
    }

    func text(_ column: Int32) -> String? {
        sqlite3_column_text(pointer, column).map { String(cString: $0) }
    }

    func bytes(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        let count = Int(sqlite3_column_bytes(pointer, column))
        guard count > 0, let start = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_NULL
    }
}
