package import CrawlCore
internal import GRDB
package import TrawlStore

/// Puts pages into the frontier of a run. One importer serves one run, transaction after transaction.
package struct PageImporter {
    private let run: RunID
    /// How many pages a host may have in the run; 0 for any number.
    private let pagesPerHost: Int
    /// The hosts seen lately, so that a page costs no look-up; forgotten when there are many, so that memory does
    /// not grow with the list.
    private var hosts: [String: HostID] = [:]
    private static let hostsKept = 10_000

    /// An importer for a run in state `importing`.
    ///
    /// - Parameter pagesPerHost: how many pages a host may have; the others are skipped. The default, 0, is any number.
    package init(run: RunID, pagesPerHost: Int = 0) {
        self.run = run
        self.pagesPerHost = pagesPerHost
    }

    /// Adds pages in the order given; a request that the run already has becomes a skipped page.
    ///
    /// - Parameter inputs: what is said of pages beside their requests, JSON objects by the pages' places in the list.
    /// - Returns: what was added, by state.
    package mutating func add(
        _ pages: [ImportedPage], inputs: [Int: String] = [:], in transaction: StoreTransaction
    ) throws -> RunProgress {
        let insert = try RawStatement(transaction.database, insertSQL)
        var added = RunProgress()
        for (index, page) in pages.enumerated() {
            switch page {
            case .page(let url, let hostKey, let name, let line, let request):
                let host = try host(hostKey, in: transaction)
                let id = try add(
                    url: url, host: host, name: name, line: line, request, insert, transaction)
                if id != nil, try isWithinLimit(host, transaction) {
                    added.pending += 1
                } else {
                    if let id {
                        try transaction.skipBeyondLimit(id)
                    } else {
                        try skip(url, host: host, name: name, line: line, .duplicate, nil, in: transaction)
                    }
                    added.skipped += 1
                }
            case .skipped(let text, let reason, let name, let line, let error):
                try skip(text, host: nil, name: name, line: line, reason, error, in: transaction)
                added.skipped += 1
                if reason == .invalidURL { added.invalid += 1 }
            case .failed(let text, let kind, let name, let line, let error):
                try fail(text, name: name, line: line, kind, error, in: transaction)
                added.failed += 1
            }
            if !inputs.isEmpty, let input = inputs[index] { try add(input: input, in: transaction) }
        }
        guard added.pages > 0 else { return added }
        // Every page was one insert of this transaction, and ids count up.
        let lastID = transaction.database.lastInsertedRowID
        try transaction.database.cachedStatement(
            sql: """
                UPDATE runs SET pages_pending = pages_pending + ?, pages_failed = pages_failed + ?,
                    pages_skipped = pages_skipped + ?, pages_invalid = pages_invalid + ?,
                    first_page_id = coalesce(first_page_id, ?), last_page_id = ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                added.pending, added.failed, added.skipped, added.invalid, lastID - added.pages + 1, lastID,
                run.rawValue,
            ])
        return added
    }

    /// Whether the run may have another page of the host; counts it.
    private func isWithinLimit(_ host: HostID, _ transaction: StoreTransaction) throws -> Bool {
        try pagesPerHost == 0 || transaction.takePlace(of: host, in: run, limit: pagesPerHost)
    }

    private let insertSQL = """
        INSERT INTO pages (run_id, host_id, url_key, name, line, url) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (run_id, url_key) DO NOTHING
        """

    /// The page's row; nil where the run has it already.
    private func add(
        url: String, host: HostID, name: String?, line: Int?, _ request: ImportedRequest?,
        _ insert: RawStatement, _ transaction: StoreTransaction
    ) throws -> Int64? {
        let method = request?.method ?? "GET"
        let content = name == nil && request == nil ? nil : [name, request?.details]
        var salt: UInt64 = 0
        while true {
            let key = URLKey(method: method, url: url, content: content, salt: salt)
            insert.bind(1, run.rawValue)
            insert.bind(2, host.rawValue)
            insert.bind(3, key.rawValue)
            insert.bind(4, name)
            insert.bind(5, line.map(Int64.init))
            insert.bind(6, url)
            try insert.run()
            if transaction.database.changesCount == 1 {
                let id = transaction.database.lastInsertedRowID
                if let request { try add(request, in: transaction) }
                return id
            }
            // The key is taken: by the same request, or by another that happens to share it.
            let holder = try Row.fetchOne(
                transaction.database.cachedStatement(
                    sql: """
                        SELECT url, name, method, request FROM pages LEFT JOIN page_requests ON page_id = id
                        WHERE run_id = ? AND url_key = ?
                        """),
                arguments: [run.rawValue, key.rawValue])
            if let holder, holder["url"] == url, holder["name"] == name, holder["method"] == method,
                holder["request"] == request?.details
            {
                return nil
            }
            salt += 1
        }
    }

    /// Adds what the page sends that was added last.
    private func add(_ request: ImportedRequest, in transaction: StoreTransaction) throws {
        let page = transaction.database.lastInsertedRowID
        if request.method != "GET" {
            try transaction.database.cachedStatement(sql: "UPDATE pages SET method = ? WHERE id = ?")
                .execute(arguments: [request.method, page])
        }
        // Its own row id is the page's, so that what was inserted last is still the page.
        try transaction.database.cachedStatement(
            sql: "INSERT INTO page_requests (page_id, request, idempotency_key) VALUES (?, ?, ?)"
        ).execute(arguments: [page, request.details, request.idempotencyKey])
    }

    /// Adds what is said of the page that was added last.
    private func add(input: String, in transaction: StoreTransaction) throws {
        // Its own row id is the page's, so that what was inserted last is still the page.
        try transaction.database.cachedStatement(
            sql: "INSERT INTO page_inputs (page_id, input) VALUES (?, ?)"
        )
        .execute(arguments: [transaction.database.lastInsertedRowID, input])
    }

    private func skip(
        _ text: String, host: HostID?, name: String?, line: Int?, _ reason: SkipReason, _ error: String?,
        in transaction: StoreTransaction
    ) throws {
        try transaction.database.cachedStatement(
            sql: """
                INSERT INTO pages (run_id, host_id, state, name, line, url, skip_reason, error)
                VALUES (?, ?, 'skipped', ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [run.rawValue, host?.rawValue, name, line, text, reason.rawValue, error])
    }

    private func fail(
        _ text: String, name: String?, line: Int?, _ kind: ErrorKind, _ error: String,
        in transaction: StoreTransaction
    ) throws {
        try transaction.database.cachedStatement(
            sql: """
                INSERT INTO pages (run_id, state, name, line, url, error_kind, error)
                VALUES (?, 'failed', ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [run.rawValue, name, line, text, kind.rawValue, error])
    }

    private mutating func host(_ key: String, in transaction: StoreTransaction) throws -> HostID {
        if let host = hosts[key] { return host }
        let host = try transaction.host(key)
        try transaction.addNamed(host, to: run)
        if hosts.count >= PageImporter.hostsKept { hosts.removeAll(keepingCapacity: true) }
        hosts[key] = host
        return host
    }
}
