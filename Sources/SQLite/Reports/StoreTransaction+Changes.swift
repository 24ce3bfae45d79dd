package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Hands over what changed from one run to another of the same job, page by page; none is kept.
    ///
    /// Pages of the later run come first, in the order it found them, then those that it does not have.
    package func forEachChange(from: RunID, to: RunID, _ body: (PageChange) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM run_changes WHERE from_run_id = ? AND to_run_id = ?
                """,
            arguments: [from.rawValue, to.rawValue])
        while let row = try rows.next() { try body(PageChange(row)) }
    }

    /// A job's latest finished run, or the latest of those before one.
    package func finishedRun(of job: JobID, before number: Int = .max) throws -> RunRecord? {
        try run(
            where:
                "job_id = ? AND runs.state = 'finished' AND pruned_at IS NULL AND number < ? ORDER BY number DESC LIMIT 1",
            [job.rawValue, number])
    }
}

extension PageChange {
    fileprivate init(_ row: Row) {
        self.init(
            kind: Kind(rawValue: row["change"]) ?? .content, name: row["name"], url: row["url"],
            before: (row["page_id_before"] as Int64?) == nil ? nil : Side(row, "before"),
            after: (row["page_id_after"] as Int64?) == nil ? nil : Side(row, "after"))
    }
}

extension PageChange.Side {
    fileprivate init(_ row: Row, _ side: String) {
        self.init(
            statusCode: row["status_code_\(side)"], errorKind: row["error_kind_\(side)"],
            title: row["title_\(side)"], contentLength: row["content_length_\(side)"],
            contentDigest: row["content_digest_\(side)"])
    }
}
