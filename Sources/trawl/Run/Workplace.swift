internal import CrawlFetch
internal import CrawlStore
internal import Logging

/// A store open for writing with this process entered as a runner, for as long as a closure runs.
enum Workplace {
    static func with<Value>(
        _ store: Store, _ body: (RunnerID, LinuxProcessTable) async throws -> Value
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
        // Where the database cannot be written any more, the next runner finds this one gone.
        try? store.write { try $0.removeRunner(runner, now: FetchEnvironment.system.wallClock()) }
        try? store.checkpoint()
        return try result.get()
    }
}
