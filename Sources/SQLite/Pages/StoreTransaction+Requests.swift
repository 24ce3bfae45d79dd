package import CrawlCore
internal import GRDB
package import TrawlStore
internal import Synchronization

extension StoreTransaction {
    /// What a page's request sends; nil where it is nothing but a GET of its URL.
    package func request(of page: PageID) throws -> StoredRequest? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT method, url, request, idempotency_key, name FROM pages JOIN page_requests ON page_id = id WHERE id = ?
                """)
        return try Row.fetchOne(statement, arguments: [page.rawValue]).map { row in
            var request = StoredRequest(
                method: row["method"], url: row["url"], details: row["request"],
                idempotencyKey: row["idempotency_key"])
            request.name = row["name"]
            request.place = try chainPlace(of: page)
            return request
        }
    }

    /// Notes that a request is going out which must not go out twice.
    package func markSending(_ page: PageID, batch: BatchID) throws {
        try database.cachedStatement(
            sql: "UPDATE pages SET state = 'sending', batch_id = ? WHERE id = ? AND state = 'pending'"
        ).execute(arguments: [batch.rawValue, page.rawValue])
    }

    /// Puts a page whose request did not go out after all back to pending.
    package func markUnsent(_ page: PageID) throws {
        try database.cachedStatement(
            sql: "UPDATE pages SET state = 'pending' WHERE id = ? AND state = 'sending'"
        )
        .execute(arguments: [page.rawValue])
    }

    /// The requests of a run that were going out when its runner ended.
    package func interruptedRequests(of run: RunID) throws -> [InterruptedRequest] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT pages.*, page_requests.request FROM pages INDEXED BY pages_sending
                LEFT JOIN page_requests ON page_id = pages.id
                WHERE run_id = ? AND state = 'sending' ORDER BY id
                """,
            arguments: [run.rawValue]
        ).map { row in
            InterruptedRequest(
                page: ClaimedPage(
                    id: PageID(rawValue: row["id"]), host: HostID(rawValue: row["host_id"] ?? 0),
                    batch: BatchID(rawValue: row["batch_id"] ?? 0), url: row["url"],
                    attempts: row["attempts"], name: row["name"]),
                details: row["request"])
        }
    }

    /// Keeps the reply to a page's request, where it is JSON.
    func keep(_ reply: String, of page: PageID) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO replies (page_id, reply) SELECT ?1, ?2 WHERE json_valid(?2)"
        ).execute(arguments: [page.rawValue, reply])
    }
}

extension SQLiteStore {
    /// Makes commits outlive a power cut while something is done, at the price of a flush for each commit. So a note that a request
    /// was sent, which must not be sent twice, is never lost. Several threads may call it at the same time.
    package func durably<Value>(_ body: () throws -> Value) throws -> Value {
        try durability.withLock { count in
            if count == 0 { try setSynchronous("FULL") }
            count += 1
        }
        defer {
            durability.withLock { count in
                count -= 1
                // If this fails, commits only cost more than they need to.
                if count == 0 { try? setSynchronous("NORMAL") }
            }
        }
        return try body()
    }

    private func setSynchronous(_ mode: String) throws(StoreError) {
        do {
            try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = \(mode)") }
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
