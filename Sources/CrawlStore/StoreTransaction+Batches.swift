public import CrawlCore
internal import GRDB

/// A batch of pages that is done with.
public struct BatchReport: Sendable, Equatable {
    /// 1 for the first of its run.
    public let number: Int64
    /// Its pages.
    public let pages: Int64
    /// Those that are done.
    public let done: Int64
    /// Those that failed.
    public let failed: Int64
    /// Those that were not requested.
    public let skipped: Int64
    /// Those that are to be tried again, in a later batch.
    public let retried: Int64
    /// How long it took from its claim, in milliseconds.
    public let milliseconds: Int64
}

extension StoreTransaction {
    /// Those of some batches that are done with, in their order.
    public func finishedBatches(_ batches: Set<BatchID>) throws -> [BatchReport] {
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM batches WHERE id = ? AND finished_at IS NOT NULL")
        return try batches.sorted { $0.rawValue < $1.rawValue }.compactMap { batch in
            try Row.fetchOne(statement, arguments: [batch.rawValue]).map { row in
                let (claimedAt, finishedAt): (Int64, Int64) = (row["claimed_at"], row["finished_at"])
                return BatchReport(
                    number: row["number"], pages: row["pages"], done: row["pages_done"],
                    failed: row["pages_failed"], skipped: row["pages_skipped"], retried: row["pages_retried"],
                    milliseconds: finishedAt - claimedAt)
            }
        }
    }
}
