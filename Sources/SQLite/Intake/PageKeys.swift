internal import TrawlStore
internal import CrawlCore
internal import GRDB

/// The requests that a run has, by which it knows one again: the table `page_keys`.
struct PageKeys {
    private let run: RunID
    private let database: Database
    private let insert: RawStatement

    init(_ run: RunID, in transaction: StoreTransaction) throws {
        self.run = run
        database = transaction.database
        insert = try RawStatement(
            database,
            "INSERT INTO page_keys (run_id, url_key, page_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    }

    /// Enters the key of a page.
    ///
    /// - Returns: false where another page of the run has that key; nothing is entered then.
    func enter(_ key: Int64, of page: Int64) throws -> Bool {
        insert.bind(1, run.rawValue)
        insert.bind(2, key)
        insert.bind(3, page)
        return try insert.run() == 1
    }

    /// Enters the key of a page whose row is there, or a salted one where another request has that key.
    ///
    /// - Returns: false where the run has the same request already; nothing is entered then.
    func claim(_ key: Int64, for page: Int64) throws -> Bool {
        if try enter(key, of: page) { return true }
        guard let request = try KeyedRequest(of: page, in: database) else { return true }
        var key = key
        var salt: UInt64 = 0
        while let holder = try holder(of: key) {
            if holder == request { return false }
            salt += 1
            key = request.key(salt: salt)
        }
        try database.cachedStatement(sql: "UPDATE pages SET url_key = ? WHERE id = ?")
            .execute(arguments: [key, page])
        return try enter(key, of: page)
    }

    private func holder(of key: Int64) throws -> KeyedRequest? {
        let statement = try database.cachedStatement(
            sql: "SELECT page_id FROM page_keys WHERE run_id = ? AND url_key = ?")
        return try Int64.fetchOne(statement, arguments: [run.rawValue, key])
            .flatMap { try KeyedRequest(of: $0, in: database) }
    }
}

/// What makes a page's request the same as another's.
private struct KeyedRequest: Equatable {
    let url: String
    let name: String?
    let method: String
    let details: String?
    /// Whether it is more than a GET of its URL.
    private let isStored: Bool

    init?(of page: Int64, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT url, name, method, request, page_id IS NOT NULL AS is_stored
                FROM pages LEFT JOIN page_requests ON page_id = id WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [page]) else { return nil }
        url = row["url"]
        name = row["name"]
        method = row["method"]
        details = row["request"]
        isStored = row["is_stored"]
    }

    static func == (one: KeyedRequest, other: KeyedRequest) -> Bool {
        one.url == other.url && one.name == other.name && one.method == other.method
            && one.details == other.details
    }

    func key(salt: UInt64) -> Int64 {
        let content = name == nil && !isStored ? nil : [name, details]
        return URLKey(method: method, url: url, content: content, salt: salt).rawValue
    }
}
