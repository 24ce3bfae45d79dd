internal import CrawlEngine
internal import TrawlStore
internal import JobFile
internal import Logging

/// Starts runs, each in a task of its own with a crawl and a runner of its own.
///
/// As each run is a runner of its own, the leases keep a host to one run at a time, in this process and among all processes.
struct JobLauncher {
    let store: any CrawlDatabase
    let options: CrawlOptions
    let output: OutputOptions
    let logger: Logger
    let state: LiveState
    let inbox: Mailbox<Daemon.Message>
    /// The job files that the daemon was given, by the names of their jobs.
    var documents: [String: JobDocument] = [:]

    /// Tells what is left untold of runs that have finished. When that is over, the daemon's inbox receives `delivered`.
    func deliver(_ interruption: Interruption) {
        let (store, options, output, logger, inbox) = (store, options, output, logger, inbox)
        Task.detached {
            try? await Workplace.with(store, leftBehind: { inbox.send(.leftBehind($0)) }) {
                runner, processes in
                let run = JobRun(
                    store: store, runner: runner, processes: processes, options: options, output: output,
                    rows: nil, logger: logger)
                try await run.deliver(interruption)
            }
            inbox.send(.delivered)
        }
    }

    /// Starts a run. When it ends, the daemon's inbox receives `ended`.
    func start(_ job: JobRecord, _ interruption: Interruption) {
        let (store, options, output, logger, inbox) = (store, options, output, logger, inbox)
        let state = state
        let document = documents[job.name]
        Task.detached {
            let result: Result<ExitStatus, CommandFailure>
            do {
                result = .success(
                    try await Workplace.with(store, leftBehind: { inbox.send(.leftBehind($0)) }) {
                        runner, processes in
                        let run = JobRun(
                            store: store, runner: runner, processes: processes, options: options,
                            output: output, rows: nil, logger: logger, state: state,
                            standardInput: nil)
                        return try await run.run(job, document: document, interruption)
                    })
            } catch {
                result = .failure(error as? CommandFailure ?? CommandFailure(.internalError, "\(error)"))
            }
            inbox.send(.ended(job.id, result))
        }
    }
}
