package import CrawlFetch
package import TrawlStore

extension CrawlDatabase {
    /// Runs a closure with this process entered as a runner.
    ///
    /// - Parameter leftBehind: gets the runner where the database could not be written at the end, so that it still holds
    ///   what it held: others find it gone once this process has ended, and not before.
    /// - Throws: `StoreError` where it cannot be entered, and what the closure throws.
    package func withRunner<Value>(
        _ environment: FetchEnvironment = .system, leftBehind: (RunnerID) -> Void = { _ in },
        _ body: (RunnerID, LinuxProcessTable) async throws -> Value
    ) async throws -> Value {
        let processes = LinuxProcessTable()
        let runner = try await onOwnedThread(named: "trawl-runner") {
            try self.write { try $0.registerRunner(processes, now: environment.wallClock()) }
        }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(runner, processes))
        } catch {
            result = .failure(error)
        }
        do {
            try await onOwnedThread(named: "trawl-runner") {
                try self.write { try $0.removeRunner(runner, now: environment.wallClock()) }
                self.settle()
            }
        } catch {
            leftBehind(runner)
        }
        return try result.get()
    }
}
