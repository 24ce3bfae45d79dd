package import CrawlCore
internal import Glibc
package import TrawlStore

/// A run that is about to be worked on.
package enum RunOpening: Sendable {
    /// An unfinished run goes on.
    case resumed(RunRecord)
    /// A new run, in state `importing`: its pages are to be added next.
    case begun(RunRecord)

    /// Takes a job's unfinished run for a runner, else begins a new one.
    ///
    /// An import that was cut short is emptied first, in small steps, and begun anew.
    ///
    /// - Parameters:
    ///   - job: the job, its spec checked.
    ///   - processes: who is alive; what the runners that are gone have held is freed.
    ///   - now: unix milliseconds.
    ///   - isStopped: whether to wait no longer for another runner that is reading the list.
    /// - Throws: `StoreError`, of kind `alreadyRunning` where another runner is at work on the job.
    package static func open(
        _ job: JobRecord, store: any CrawlDatabase, runner: RunnerID, processes: any ProcessTable, now: Int64,
        isStopped: () -> Bool = { false }
    ) throws(StoreError) -> RunOpening {
        while true {
            let opening: RunOpening
            do {
                opening = try take(job, store: store, runner: runner, processes: processes, now: now)
            } catch  where error.kind == .alreadyRunning && store.sharesRuns && !isStopped() {
                // The other runner is still reading the list. It is joined once that is done.
                usleep(RunOpening.importWait)
                continue
            }
            guard case .resumed(let run) = opening, run.state == .importing else { return opening }
            while try store.write({ try $0.restartImport(run.id, of: job, limit: 10_000) }) {}
            if let run = try store.read({ try $0.run(run.id) }) { return .begun(run) }
        }
    }

    /// Microseconds between two looks at an import that another runner is at.
    private static let importWait: UInt32 = 500_000

    private static func take(
        _ job: JobRecord, store: any CrawlDatabase, runner: RunnerID, processes: any ProcessTable, now: Int64
    ) throws(StoreError) -> RunOpening {
        try store.write { transaction -> RunOpening in
            try transaction.reapRunners(processes, now: now)
            if let run = try transaction.unfinishedRun(of: job.id) {
                try transaction.takeRun(run, runner: runner)
                return .resumed(run)
            }
            let id = try transaction.beginRun(of: job, runner: runner, now: now)
            guard let run = try transaction.run(id) else {
                throw StoreError(.other, "a run that was just begun is not there")
            }
            return .begun(run)
        }
    }

    /// Deletes a run whose import did not come to its end.
    package static func discard(_ run: RunID, store: any CrawlDatabase) throws(StoreError) {
        while try store.write({ try $0.discardImport(run, limit: 10_000) }) {}
    }
}
