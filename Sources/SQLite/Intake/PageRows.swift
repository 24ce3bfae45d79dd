internal import TrawlStore
internal import CrawlCore
internal import GRDB

/// Writes the rows of a list's pages.
struct PageRows {
    private let run: RunID
    private let transaction: StoreTransaction
    private let insert: RawStatement

    init(_ run: RunID, in transaction: StoreTransaction) throws {
        self.run = run
        self.transaction = transaction
        insert = try RawStatement(
            transaction.database,
            "INSERT INTO pages (run_id, host_id, url_key, name, line, url, in_range) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
    }

    /// Adds a page, pending where it is one to request.
    ///
    /// - Parameters:
    ///   - key: its request's key; nil where it is not requested.
    ///   - input: what its line says of it beside the request, a JSON object.
    ///   - isInRange: whether it is one of a range that waits. The default is false.
    /// - Returns: its id.
    func add(
        _ page: ImportedPage, host: HostID?, key: Int64?, input: String?, isInRange: Bool = false
    ) throws -> Int64 {
        switch page {
        case .page(let url, _, let name, let line, let request):
            insert.bind(1, run.rawValue)
            insert.bind(2, host?.rawValue)
            insert.bind(3, key)
            insert.bind(4, name)
            insert.bind(5, line.map(Int64.init))
            insert.bind(6, url)
            insert.bind(7, isInRange ? Int64(1) : Int64?.none)
            let id = try insert.insert()
            if let request { try add(request) }
            if input == nil { return id }
        case .skipped(let text, let reason, let name, let line, let error):
            try transaction.database.cachedStatement(
                sql: """
                    INSERT INTO pages (run_id, state, name, line, url, skip_reason, error)
                    VALUES (?, 'skipped', ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [run.rawValue, name, line, text, reason.rawValue, error])
        case .failed(let text, let kind, let name, let line, let error):
            try transaction.database.cachedStatement(
                sql: """
                    INSERT INTO pages (run_id, state, name, line, url, error_kind, error)
                    VALUES (?, 'failed', ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [run.rawValue, name, line, text, kind.rawValue, error])
        }
        // Rows that belong to a page have the page's id as theirs, so the id that was inserted last is still the page's.
        if let input {
            try transaction.database.cachedStatement(
                sql: "INSERT INTO page_inputs (page_id, input) VALUES (?, ?)"
            ).execute(arguments: [transaction.database.lastInsertedRowID, input])
        }
        return transaction.database.lastInsertedRowID
    }

    /// Adds the request of the page that was added last.
    private func add(_ request: ImportedRequest) throws {
        let page = transaction.database.lastInsertedRowID
        if request.method != "GET" {
            try transaction.database.cachedStatement(sql: "UPDATE pages SET method = ? WHERE id = ?")
                .execute(arguments: [request.method, page])
        }
        try transaction.database.cachedStatement(
            sql: "INSERT INTO page_requests (page_id, request, idempotency_key) VALUES (?, ?, ?)"
        ).execute(arguments: [page, request.details, request.idempotencyKey])
    }
}

extension StoreTransaction {
    /// Settles a page that waits as one whose request the run has already.
    func skipDuplicate(_ page: Int64) throws {
        let statement = try RawStatement(
            database,
            """
            UPDATE pages SET state = 'skipped', skip_reason = 'duplicate', url_key = NULL, method = 'GET'
            WHERE id = ?
            """)
        statement.bind(1, page)
        try statement.run()
        let forget = try RawStatement(database, "DELETE FROM page_requests WHERE page_id = ?")
        forget.bind(1, page)
        try forget.run()
    }
}
