internal import GRDB
package import TrawlStore
internal import Glibc

extension SQLiteStore: CopySource {
    package func copying(_ body: (any CopyReader) throws -> Void) throws(StoreError) {
        try reading { try body(SQLiteCopy(database: $0.database)) }
    }
}

/// A file that does not exist yet, into which a database is copied. It gets its name once it is whole.
package struct NewSQLiteFile: CopyTarget {
    private let path: String

    /// - Throws: `StoreError` where something has that name already.
    package init(_ path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) != 0, stat(path + "-wal", &status) != 0 else {
            throw StoreError(.other, "\(path) is there already; name a file that is not")
        }
        self.path = path
    }

    package func receiving(_ body: (any CopyWriter) throws -> Void) throws(StoreError) {
        let partial = "\(path).partial-\(getpid())"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) } }
        do {
            try write(partial, body)
            // Of two that copy to one name, one file stays, and is whole. Not every file system has links.
            guard link(partial, path) == 0 || errno != EEXIST && rename(partial, path) == 0 else {
                throw StoreError(.readOnly, "\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            SQLiteStore.synchronizeFolder(of: path)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private func write(_ partial: String, _ body: (any CopyWriter) throws -> Void) throws {
        let store = try SQLiteStore(.file(partial), access: .readWrite)
        try store.writing { transaction in
            let copy = SQLiteCopy(database: transaction.database)
            try body(copy)
            try copy.complete()
        }
        try store.closeIntoOneFile()
    }
}

extension SQLiteStore {
    /// Makes the file whole without a log beside it, and outlive a power cut.
    fileprivate func closeIntoOneFile() throws(StoreError) {
        do {
            try queue.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE")
            }
            try queue.close()
        } catch {
            throw StoreError(error, path: path)
        }
    }
}

/// Reads and writes whole tables.
private struct SQLiteCopy: CopyReader, CopyWriter {
    let database: Database

    func forEachRow(of table: CopiedTable, _ body: ([CopiedValue]) throws -> Void) throws {
        let names = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let rows = try RawStatement(
            database, "SELECT \(names) FROM \(table.name) ORDER BY \(SQLiteCopy.order(table))")
        try rows.forEachRow { row in
            try body(
                table.columns.enumerated().map { place, column in
                    let place = Int32(place)
                    guard !row.isNull(place) else { return .null }
                    switch column.type {
                    case .int: return .int(row.integer(place))
                    case .real: return .real(row.real(place))
                    case .text: return .text(row.text(place) ?? "")
                    case .bytes: return .bytes(row.bytes(place) ?? [])
                    }
                })
            return true
        }
    }

    private static func order(_ table: CopiedTable) -> String {
        let names = Set(table.columns.map(\.name))
        if names.contains("id") { return "id" }
        return ["host_id", "run_id", "page_id", "job_id", "number", "element_id", "fragment", "reason"]
            .filter(names.contains).joined(separator: ", ")
    }

    func insert(_ rows: [[CopiedValue]], into table: CopiedTable) throws {
        let names = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let places = table.columns.map { _ in "?" }.joined(separator: ", ")
        let statement = try RawStatement(database, "INSERT INTO \(table.name) (\(names)) VALUES (\(places))")
        for row in rows {
            for (place, value) in row.enumerated() {
                let index = Int32(place + 1)
                switch value {
                case .null: statement.bind(index, nil as Int64?)
                case .int(let value): statement.bind(index, value)
                case .real(let value): statement.bind(index, value)
                case .text(let text): statement.bind(index, text)
                case .bytes(let bytes): statement.bind(index, bytes: bytes)
                }
            }
            try statement.run()
        }
    }

    /// Makes what is not copied: keys of pages, and between which ids those of a run lie.
    func complete() throws {
        try database.execute(
            sql: """
                INSERT INTO page_keys (run_id, url_key, page_id)
                SELECT run_id, url_key, id FROM pages WHERE url_key IS NOT NULL ORDER BY run_id, url_key;
                UPDATE runs SET (first_page_id, last_page_id) = (SELECT min(id), max(id) FROM pages WHERE run_id = runs.id);
                """)
    }
}
