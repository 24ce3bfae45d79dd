package import CrawlCore
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
        let start = MonotonicInstant.now
        let runner = try await onOwnedThread(named: "trawl-runner") {
            try self.write { try $0.registerRunner(processes, now: environment.wallClock()) }
        }
        let life = Mailbox<Bool>()
        if lease(of: runner, since: start) != nil {
            startThread(named: "trawl-life") {
                while life.takeAll(waitingAtMost: 1_000).isEmpty { keepAlive(runner) }
            }
        }
        defer {
            life.send(true)
            endLease(of: runner)
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

    /// Has a new runner go on with a run whose runner was taken for gone.
    ///
    /// - Parameter former: what it still has is given back.
    /// - Returns: the run; nil where it has finished meanwhile.
    package func goOn(
        with run: RunID, as runner: RunnerID, after former: RunnerID, now: Int64
    ) throws(StoreError) -> RunRecord? {
        try write { writer in
            try writer.removeRunner(former, now: now)
            guard let record = try writer.run(run), record.state == .active else { return nil }
            try writer.takeRun(record, runner: runner)
            return try writer.run(run)
        }
    }
}
