internal import GRDB

/// Sorts the keys of a long list's requests. They are written to a file without a name and handed back in order; SQLite sorts them,
/// in a few megabytes of memory.
final class KeySpool: Sendable {
    /// A request and its page.
    struct Entry {
        let key: Int64
        let page: Int64
    }

    private let queue: DatabaseQueue

    init() throws {
        var configuration = Configuration()
        configuration.label = "trawl.keys"
        queue = try DatabaseQueue(path: "", configuration: configuration)
        // Nothing has to outlive the process: the next one begins the import anew.
        try queue.inDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = OFF;
                    PRAGMA synchronous = OFF;
                    PRAGMA cache_size = -8192;
                    CREATE TABLE keys (url_key INTEGER NOT NULL, page_id INTEGER NOT NULL);
                    CREATE TABLE duplicates (page_id INTEGER NOT NULL);
                    """)
        }
    }

    func append(_ entries: [Entry]) throws {
        try queue.write { database in
            let insert = try RawStatement(database, "INSERT INTO keys (url_key, page_id) VALUES (?, ?)")
            for entry in entries {
                insert.bind(1, entry.key)
                insert.bind(2, entry.page)
                try insert.run()
            }
        }
    }

    /// Hands over all entries, by key and then by page.
    ///
    /// - Parameter body: returns the pages that are duplicates, which ``forEachDuplicate(sliceOf:_:)`` hands over later; nil ends it.
    /// - Returns: whether it came to the end.
    func forEachSlice(of count: Int, _ body: ([Entry]) throws -> [Int64]?) throws -> Bool {
        try queue.write { database in
            let select = try RawStatement(
                database, "SELECT url_key, page_id FROM keys ORDER BY url_key, page_id")
            let insert = try RawStatement(database, "INSERT INTO duplicates (page_id) VALUES (?)")
            var slice: [Entry] = []
            slice.reserveCapacity(count)
            func handOver() throws -> Bool {
                guard let duplicates = try body(slice) else { return false }
                slice.removeAll(keepingCapacity: true)
                for page in duplicates {
                    insert.bind(1, page)
                    try insert.run()
                }
                return true
            }
            var isWanted = true
            try select.forEachRow { row in
                slice.append(Entry(key: row.integer(0), page: row.integer(1)))
                if slice.count == count { isWanted = try handOver() }
                return isWanted
            }
            return try isWanted && (slice.isEmpty || handOver())
        }
    }

    /// Hands over the pages that were kept as duplicates, by page.
    func forEachDuplicate(sliceOf count: Int, _ body: ([Int64]) throws -> Void) throws {
        try queue.read { database in
            let select = try RawStatement(database, "SELECT page_id FROM duplicates ORDER BY page_id")
            var slice: [Int64] = []
            try select.forEachRow { row in
                slice.append(row.integer(0))
                if slice.count == count {
                    try body(slice)
                    slice.removeAll(keepingCapacity: true)
                }
                return true
            }
            if !slice.isEmpty { try body(slice) }
        }
    }
}
