internal import CrawlEngine
internal import TrawlSQLite
internal import TrawlStore

/// A store open for writing with this process entered as a runner, for as long as a closure runs.
enum Workplace {
    /// - Parameter leftBehind: as `SQLiteStore.withRunner` has it.
    /// - Throws: `CommandFailure` where the store cannot be written, and what the closure throws.
    static func with<Value>(
        _ store: SQLiteStore, leftBehind: (RunnerID) -> Void = { _ in },
        _ body: (RunnerID, LinuxProcessTable) async throws -> Value
    ) async throws -> Value {
        do {
            return try await store.withRunner(leftBehind: leftBehind) { try await body($0, $1) }
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }
}
