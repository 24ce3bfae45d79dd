package import CrawlCore
internal import GRDB
internal import TrawlStore

/// What a run did not read of the pages that were known before it, worked out once it has nothing left to do.
///
/// A page that the run did not ask for is unknown where a way to it led through a page that was not read for a passing reason: an
/// error, a time-out, a robots.txt that could not be had, a limit. Those ways are the links that such a page had when it was last
/// read, and the links of the pages behind it that were not read either. Every other page that the run did not ask for is gone.
extension SQLiteStore {
    /// Ids or keys that one transaction goes over: a few milliseconds' worth.
    private static let unreadStep: Int64 = 5_000

    /// Fills `unread_pages` for a run that is about to be finished. Blocks; others may write in between.
    ///
    /// A job's first run has nothing to be noted. What was noted of the run already, where it was opened again, is replaced.
    ///
    /// - Parameter progressed: called after each transaction.
    package func noteUnread(of run: RunID, progressed: () throws -> Void = {}) throws {
        guard let scope = try reading({ try UnreadScope(run, in: $0) }) else { return }
        func step<Value>(_ body: (StoreTransaction) throws -> Value) throws -> Value {
            let value = try writing(body)
            try progressed()
            return value
        }
        func goOver(
            _ ids: ClosedRange<Int64>?, _ body: (StoreTransaction, ClosedRange<Int64>) throws -> Void
        ) throws {
            var rest = ids
            while let ids = rest {
                let end = min(ids.lowerBound + SQLiteStore.unreadStep - 1, ids.upperBound)
                try step { try body($0, ids.lowerBound...end) }
                rest = end < ids.upperBound ? end + 1...ids.upperBound : nil
            }
        }
        while try step({ try $0.forgetUnread(of: run, limit: Int(SQLiteStore.unreadStep)) }) {}
        if scope.hasTrouble {
            try goOver(scope.pages) { try $0.noteUnread(scope, ids: $1) }
            try goOver(scope.latestPages) { try $0.noteUnnamedSitemaps(scope, ids: $1) }
            var seen = SeenIDs()
            var last: Int64? = 0
            while let start = last {
                last = try step { try $0.followUnread(scope, after: start, limit: 100, &seen) }
            }
        }
        guard scope.isAlike else { return }
        var key: Int64? = .min
        while let start = key {
            key = try step { try $0.noteGone(scope, afterKey: start, count: Int(SQLiteStore.unreadStep)) }
        }
    }
}
