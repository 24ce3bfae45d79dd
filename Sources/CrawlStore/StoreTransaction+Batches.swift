package import CrawlCore
internal import GRDB

/// A batch of pages that is done with.
package struct BatchReport: Sendable, Equatable {
    /// 1 for the first of its run.
    package let number: Int64
    /// Its pages.
    package let pages: Int64
    /// Those that are done.
    package let done: Int64
    /// Those that failed.
    package let failed: Int64
    /// Those that were not requested.
    package let skipped: Int64
    /// Those that are to be tried again, in a later batch.
    package let retried: Int64
    /// How long it took from its claim, in milliseconds.
    package let milliseconds: Int64
}

extension StoreTransaction {
    /// Those of some batches that are done with, in their order.
    package func finishedBatches(_ batches: Set<BatchID>) throws -> [BatchReport] {
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
