package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// What came of a run's requests, in the order of the job.
    package func forEachReply(of run: RunID, _ body: (ReplyRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT pages.name, url, pages.state, status_code, coalesce(error_kind, skip_reason) AS error_kind, error,
                    content_type, content_length, extracted, reply, page_inputs.input AS input
                FROM runs
                JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
                LEFT JOIN replies ON replies.page_id = pages.id
                LEFT JOIN page_chains ON page_chains.page_id = pages.id
                LEFT JOIN page_inputs ON page_inputs.page_id = coalesce(page_chains.first_page_id, pages.id)
                WHERE runs.id = ? AND kind IS NULL ORDER BY pages.id
                """,
            arguments: [run.rawValue])
        while let row = try rows.next() {
            var reply = ReplyRow(
                name: row["name"], url: row["url"], state: PageState(rawValue: row["state"]) ?? .pending,
                statusCode: row["status_code"], errorKind: row["error_kind"], error: row["error"],
                contentType: row["content_type"], contentLength: row["content_length"],
                extracted: row["extracted"], reply: row["reply"])
            reply.input = row["input"]
            try body(reply)
        }
    }

    /// How long the last attempts at a run's pages took, in milliseconds, the shortest first.
    package func times(of run: RunID) throws -> [Int64] {
        try Int64.fetchAll(
            database,
            sql: """
                SELECT time_total_ms FROM runs
                JOIN pages ON pages.id BETWEEN first_page_id AND last_page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? AND time_total_ms IS NOT NULL ORDER BY 1
                """,
            arguments: [run.rawValue])
    }
}
