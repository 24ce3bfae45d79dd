package import CrawlCore
internal import GRDB
package import TrawlStore

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
