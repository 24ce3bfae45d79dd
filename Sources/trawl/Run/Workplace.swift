internal import CrawlEngine
internal import TrawlStore

/// Registers this process as a runner in a store for as long as a closure runs.
enum Workplace {
    /// - Parameter leftBehind: called with the runner's id if what it held could not be released; see `CrawlDatabase.withRunner`.
    /// - Throws: `CommandFailure` where the store cannot be written, and what the closure throws.
    static func with<Value>(
        _ store: any CrawlDatabase, leftBehind: (RunnerID) -> Void = { _ in },
        _ body: (RunnerID, LinuxProcessTable) async throws -> Value
    ) async throws -> Value {
        do {
            return try await store.withRunner(leftBehind: leftBehind) { try await body($0, $1) }
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }
}
