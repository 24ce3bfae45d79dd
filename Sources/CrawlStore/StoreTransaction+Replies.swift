package import CrawlCore
internal import GRDB

/// What came of a request, for who puts the replies of a job together.
package struct ReplyRow: Sendable {
    /// The request's name; nil for none.
    package let name: String?
    /// Its URL as it was requested.
    package let url: String
    /// Where the page stands.
    package let state: PageState
    /// The HTTP status; nil where no response came.
    package let statusCode: Int?
    /// What went wrong, as an ``ErrorKind``'s or ``SkipReason``'s raw value.
    package let errorKind: String?
    /// What went wrong, for people.
    package let error: String?
    /// The `Content-Type`; nil where there was none.
    package let contentType: String?
    /// Bytes of the body after decoding; nil where no response came.
    package let contentLength: Int64?
    /// What was taken from the reply, a JSON object; nil where nothing was asked for.
    package let extracted: String?
    /// The reply, where it is JSON.
    package let reply: String?
}

extension StoreTransaction {
    /// What came of a run's requests, in the order of the job.
    package func forEachReply(of run: RunID, _ body: (ReplyRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT pages.name, url, pages.state, status_code, coalesce(error_kind, skip_reason) AS error_kind, error,
                    content_type, content_length, extracted, reply
                FROM runs
                JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                LEFT JOIN replies ON page_id = pages.id
                WHERE runs.id = ? AND kind IS NULL ORDER BY pages.id
                """,
            arguments: [run.rawValue])
        while let row = try rows.next() {
            try body(
                ReplyRow(
                    name: row["name"], url: row["url"], state: PageState(rawValue: row["state"]) ?? .pending,
                    statusCode: row["status_code"], errorKind: row["error_kind"], error: row["error"],
                    contentType: row["content_type"], contentLength: row["content_length"],
                    extracted: row["extracted"], reply: row["reply"]))
        }
    }

    /// How long the last attempts at a run's pages took, in milliseconds, the shortest first.
    package func times(of run: RunID) throws -> [Int64] {
        try Int64.fetchAll(
            database,
            sql: """
                SELECT time_total_ms FROM runs
                JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? AND time_total_ms IS NOT NULL AND pages.state <> 'skipped' ORDER BY 1
                """,
            arguments: [run.rawValue])
    }
}
