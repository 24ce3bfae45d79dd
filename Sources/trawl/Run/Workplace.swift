internal import CrawlFetch
internal import CrawlStore
internal import Logging

/// A store open for writing with this process entered as a runner, for as long as a closure runs.
enum Workplace {
    /// - Parameter leftBehind: gets the runner where the database could not be written at the end, so that it still holds
    ///   what it held: others find it gone once this process has ended, and not before.
    static func with<Value>(
        _ store: Store, leftBehind: (RunnerID) -> Void = { _ in },
        _ body: (RunnerID, LinuxProcessTable) async throws -> Value
    ) async throws -> Value {
        let processes = LinuxProcessTable()
        let runner: RunnerID
        do throws(StoreError) {
            runner = try store.write {
                try $0.registerRunner(processes, now: FetchEnvironment.system.wallClock())
            }
        } catch {
            throw CommandFailure(error)
        }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(runner, processes))
        } catch {
            result = .failure(error)
        }
        do {
            try store.write { try $0.removeRunner(runner, now: FetchEnvironment.system.wallClock()) }
        } catch {
            leftBehind(runner)
        }
        _ = try? store.checkpoint()
        return try result.get()
    }
}
