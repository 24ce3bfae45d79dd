internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import CrawlStore
internal import Glibc
internal import JobFile
internal import Logging
internal import Synchronization

/// Runs one job from the command line: takes up or begins its run, reads its URLs, crawls, and sums up.
struct JobRun: Sendable {
    let store: Store
    let runner: RunnerID
    let processes: LinuxProcessTable
    let options: CrawlOptions
    let output: OutputOptions
    /// The format of rows on stdout; nil for none.
    let rows: RowFormat?
    let logger: Logger

    private let environment = FetchEnvironment.system

    /// - Throws: `CommandFailure`.
    func run(_ job: JobRecord, _ interruption: Interruption) async throws -> ExitStatus {
        let opening: RunOpening
        do throws(StoreError) {
            opening = try RunOpening.open(
                job, store: store, runner: runner, processes: processes, now: environment.wallClock())
        } catch {
            guard error.kind == .alreadyRunning else { throw CommandFailure(error) }
            throw CommandFailure(.alreadyRunning, "\(job.name) \(error.description)")
        }
        let run: RunRecord
        let spec: JobSpec
        switch opening {
        case .resumed(let unfinished):
            run = unfinished
            spec = try JobSpec(stored: run.spec, job: job.name)
            let pending = Wording.count(run.progress.pending, "page")
            logger.notice("\(job.name): going on with run \(run.number), \(pending) to go")
            if run.spec != job.spec {
                logger.warning(
                    "\(job.name) has changed since run \(run.number) began; the change counts from the next run on"
                )
            }
        case .begun(let new):
            let filled = try await onOwnedThread(named: "trawl-import") {
                try fill(new, of: job, interruption)
            }
            guard let filled else {
                logger.notice("\(job.name): stopped while its URLs were read; the same command begins anew")
                return .interrupted
            }
            (run, spec) = filled
        }
        return try await crawl(run, of: job, spec, interruption)
    }

    /// Reads the URLs of a new run; nil where a signal came first.
    private func fill(
        _ run: RunRecord, of job: JobRecord, _ interruption: Interruption
    ) throws -> (RunRecord, JobSpec)? {
        do {
            let spec = try JobSpec(stored: job.spec, job: job.name)
            guard let added = try add(spec, to: run, interruption) else { return nil }
            guard added.pages > 0 else {
                throw CommandFailure(.usage, "\(job.name): there is no URL to fetch")
            }
            let filled = try store.write { transaction in
                try transaction.finishImport(run.id)
                return try transaction.run(run.id)
            }
            logger.info("\(job.name): run \(run.number) begins with \(Wording.count(added.pages, "page"))")
            return (filled ?? run, spec)
        } catch {
            // Nothing was asked for yet: a run that cannot be filled is none.
            try? RunOpening.discard(run.id, store: store)
            switch error {
            case let error as URLListError: throw CommandFailure(.usage, error.description)
            case let error as StoreError: throw CommandFailure(error)
            default: throw error
            }
        }
    }

    private func add(_ spec: JobSpec, to run: RunRecord, _ interruption: Interruption) throws -> RunProgress?
    {
        var urls = try JobURLs(spec)
        var listing = RunImport(store: store, run: run.id, limits: spec.limits)
        return try listing.add(&urls) { _ in !interruption.isInterrupted }
    }

    private func crawl(
        _ run: RunRecord, of job: JobRecord, _ spec: JobSpec, _ interruption: Interruption
    ) async throws -> ExitStatus {
        let observer = CommandObserver(
            job: job.name, rows: rows, output: output, rowsClosed: { interruption.stop() })
        let crawl = Crawl(
            store: store, runner: runner, run: run, spec: spec, options: options, observer: observer)
        interruption.direct(to: crawl)
        let end: RunEnd
        do throws(CrawlError) {
            end = try await crawl.run()
        } catch {
            observer.finish()
            throw CommandFailure(error)
        }
        interruption.direct(to: nil)
        observer.finish()
        let (progress, report) = try sumUp(run.id)
        if !output.quiet {
            Terminal.writeError(
                Summary.text(
                    job: job.name, run: run.number, progress: progress, report: report,
                    isFinished: end == .finished, palette: Palette(isOn: output.usesColor(on: STDERR_FILENO)))
            )
        }
        return end == .finished ? ExitStatus(finished: progress) : .interrupted
    }

    private func sumUp(_ run: RunID) throws -> (RunProgress, RunReport) {
        do throws(StoreError) {
            return try store.read { transaction in
                (
                    try transaction.run(run)?.progress ?? RunProgress(),
                    try transaction.report(run, slowestHosts: 3)
                )
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension JobSpec {
    /// The job that a spec from the database describes.
    ///
    /// - Throws: `CommandFailure` where it describes none.
    init(stored json: String, job: String) throws {
        do throws(JobFileError) {
            self = try JobDocument(yaml: json, source: .database(name: job)).spec
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}

/// Shows a run as it goes: rows on stdout, progress on stderr.
private final class CommandObserver: RunObserver {
    private struct State: Sendable {
        var writer: RowWriter?
        var display: ProgressDisplay?
    }

    private let state: Mutex<State>
    private let rowsClosed: @Sendable () -> Void

    init(job: String, rows: RowFormat?, output: OutputOptions, rowsClosed: @escaping @Sendable () -> Void) {
        let writer = rows.map {
            RowWriter($0, to: STDOUT_FILENO, palette: Palette(isOn: output.usesColor(on: STDOUT_FILENO)))
        }
        try? writer?.begin()
        // A live line among rows on the same terminal would tear both.
        let isLive =
            Terminal.isTerminal(STDERR_FILENO) && (rows == nil || !Terminal.isTerminal(STDOUT_FILENO))
        let display =
            output.quiet ? nil : ProgressDisplay(job: Terminal.sanitized(job), isLive: isLive, now: .now)
        state = Mutex(State(writer: writer, display: display))
        self.rowsClosed = rowsClosed
    }

    func committed(_ outcomes: [PageOutcome]) {
        state.withLock { state in
            guard state.writer != nil else { return }
            for outcome in outcomes {
                guard let row = ResultRow(outcome) else { continue }
                do {
                    try state.writer?.write(row)
                } catch {
                    // The reader has had enough, as in `trawl run … | head`.
                    state.writer = nil
                    rowsClosed()
                    return
                }
            }
        }
    }

    func progressed(_ snapshot: RunSnapshot) {
        state.withLock { state in
            let columns = Terminal.columns(STDERR_FILENO) ?? 80
            if let text = state.display?.update(snapshot, columns: columns, now: .now) {
                Terminal.writeError(text)
            }
        }
    }

    /// Takes the live line away and closes the rows.
    func finish() {
        state.withLock { state in
            if let clearing = state.display?.clearing { Terminal.writeError(clearing) }
            state.display = nil
            try? state.writer?.end()
            state.writer = nil
        }
    }
}
