/// A database that is copied from.
package protocol CopySource {
    /// Reads tables, all in one state of the database, while others go on writing. Blocks.
    func copying(_ body: (any CopyReader) throws -> Void) throws(StoreError)
}

/// Reads the rows of a database. Valid only within the closure that it is handed to.
package protocol CopyReader {
    /// Hands over the rows of a table, in the order of its key.
    func forEachRow(of table: CopiedTable, _ body: ([CopiedValue]) throws -> Void) throws
}

/// A database that is copied into.
package protocol CopyTarget {
    /// Takes in all rows of another database. It is whole then, or as it was before, whatever ends this. Blocks.
    ///
    /// Nobody is at work on its runs, which go on from there as after a kill.
    ///
    /// - Throws: `StoreError` where it is not empty.
    func receiving(_ body: (any CopyWriter) throws -> Void) throws(StoreError)
}

/// Writes the rows of a database. Valid only within the closure that it is handed to.
package protocol CopyWriter {
    /// Adds rows, each with the values of the table's columns.
    func insert(_ rows: [[CopiedValue]], into table: CopiedTable) throws
}

extension CopySource {
    /// How many bytes of values are handed on at a time, and how many rows, at most.
    private static var most: (bytes: Int, rows: Int) { (1 << 20, 500) }

    /// Copies everything into another database.
    ///
    /// - Parameter progressed: called now and then with the table that is copied and how many rows of it have been.
    package func copy(to target: some CopyTarget, progressed: (String, Int) -> Void) throws(StoreError) {
        try copying { reader in
            try target.receiving { writer in
                for table in CopiedTable.all {
                    var rows: [[CopiedValue]] = []
                    var (bytes, count) = (0, 0)
                    func hand() throws {
                        guard !rows.isEmpty else { return }
                        try writer.insert(rows, into: table)
                        count += rows.count
                        (bytes, rows) = (0, [])
                        progressed(table.name, count)
                    }
                    try reader.forEachRow(of: table) { row in
                        bytes += row.reduce(0) { $0 + $1.size }
                        rows.append(row)
                        if bytes >= Self.most.bytes || rows.count >= Self.most.rows { try hand() }
                    }
                    try hand()
                }
            }
        }
    }
}

extension CopiedValue {
    fileprivate var size: Int {
        switch self {
        case .null, .int, .real: 8
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
