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
        let observer = CommandObserver(
            job: job.name, rows: rows, output: output, logger: logger, rowsClosed: { interruption.stop() })
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
                try interruption.reading { try fill(new, of: job, interruption) }
            }
            guard let filled else {
                logger.notice("\(job.name): stopped while its URLs were read; the same command begins anew")
                return .interrupted
            }
            (run, spec) = filled
            try show(settledOf: run, observer)
        }
        return try await crawl(run, of: job, spec, observer, interruption)
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

    /// Hands over the rows of what is settled before the first request: what is no URL, or comes twice.
    private func show(settledOf run: RunRecord, _ observer: CommandObserver) throws {
        guard rows != nil, run.progress.failed + run.progress.skipped > 0 else { return }
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachResult(of: run.id, .settled) { observer.settled([$0]) }
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func crawl(
        _ run: RunRecord, of job: JobRecord, _ spec: JobSpec, _ observer: CommandObserver,
        _ interruption: Interruption
    ) async throws -> ExitStatus {
        let requests = options.requests(spec.concurrency.total)
        if requests < spec.concurrency.total {
            let limit = "no more than \(options.openFiles) files may be open (ulimit -n)"
            logger.warning(
                "\(job.name): \(requests) requests at once, not \(spec.concurrency.total): \(limit)")
        }
        let crawl = Crawl(
            store: store, runner: runner, run: run, spec: spec, options: options, observer: observer)
        interruption.direct(to: crawl)
        let end: RunEnd
        do throws(CrawlError) {
            end = try await crawl.run()
        } catch {
            _ = observer.finish()  // What ended the crawl comes before what its rows ran into.
            throw CommandFailure(error)
        }
        interruption.direct(to: nil)
        let failure = observer.finish()
        let progress = try store.progress(of: run.id)
        if !output.quiet { try sayWhatCameOf(run, of: job, progress, end) }
        if let failure { throw failure }
        return end == .finished ? ExitStatus(finished: progress) : .interrupted
    }

    /// Sums the run up, which reads all its pages.
    private func sayWhatCameOf(
        _ run: RunRecord, of job: JobRecord, _ progress: RunProgress, _ end: RunEnd
    ) throws {
        let report: RunReport
        do throws(StoreError) {
            report = try store.read { try $0.report(run.id, slowestHosts: 3) }
        } catch {
            throw CommandFailure(error)
        }
        let summary = Summary(
            job: job.name, run: run.number, progress: progress, report: report, isFinished: end == .finished)
        switch output.logFormat {
        case .text: Terminal.writeError(summary.text(Palette(isOn: output.usesColor(on: STDERR_FILENO))))
        case .json: Terminal.writeError(summary.json(now: environment.wallClock()) + "\n")
        }
    }
}

extension Store {
    /// A run's counters as they are now.
    fileprivate func progress(of run: RunID) throws -> RunProgress {
        do throws(StoreError) {
            return try read { try $0.run(run)?.progress ?? RunProgress() }
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
