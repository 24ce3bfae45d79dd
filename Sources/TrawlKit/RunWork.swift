internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import JobFile

/// Runs a job from its beginning to its end. What blocks is done on threads of its own, not on the cooperative pool.
struct RunWork: Sendable {
    let home: Store
    let job: Job
    let options: CrawlOptions
    let stream: OutcomeStream

    private let environment = FetchEnvironment.system

    private var store: any CrawlDatabase { home.store }

    init(home: Store, job: Job, options: CrawlOptions, stream: OutcomeStream) {
        self.home = home
        self.job = job
        self.options = options
        self.stream = stream
    }

    /// Runs until every page is settled, or until it is stopped.
    ///
    /// - Returns: why it ended early; nil where all pages are settled.
    func run() async -> TrawlError? {
        do {
            try await onOwnedThread(named: "trawl-runner") { try home.tidy(now: environment.wallClock()) }
            let end = try await store.withRunner(environment, leftBehind: home.leaveBehind) {
                try await crawl($0, $1)
            }
            switch end {
            case .finished: return nil
            case .interrupted:
                return TrawlError(.interrupted, "\(job.name) was stopped; run it again to go on")
            case .limited(let limit):
                return TrawlError(
                    .limitReached,
                    "\(job.name) was stopped by limits.\(limit.rawValue); run it again to go on")
            case .left(_, let host):
                return TrawlError(
                    .limitReached,
                    "\(host ?? "a limit of the host of \(job.name)") takes no more requests for longer than retry.max_delay; run it again after that to go on"
                )
            }
        } catch {
            return TrawlError(error, job: job.name)
        }
    }

    private func crawl(_ runner: RunnerID, _ processes: LinuxProcessTable) async throws -> RunEnd {
        let credentials = URLCredentials()
        guard
            let (run, spec, isNew) = try await onOwnedThread(
                named: "trawl-import", { try open(runner, processes, credentials) })
        else { return .interrupted }
        if isNew { try await handOver(settledOf: run) }
        return try await crawl(run, spec, runner, credentials)
    }

    private func crawl(
        _ run: RunRecord, _ spec: JobSpec, _ runner: RunnerID, _ credentials: URLCredentials
    ) async throws -> RunEnd {
        let crawl = Crawl(
            store: store, runner: runner, run: run, spec: spec, options: options, credentials: credentials,
            environment: environment, observer: stream)
        stream.direct(to: crawl)
        let end: RunEnd
        do {
            end = try await crawl.run()
        } catch {
            // Others took this runner for gone. A new one goes on.
            guard crawl.hasLostRunner, !stream.isStopped else { throw error }
            let (store, now) = (store, environment.wallClock())
            return try await store.withRunner(environment, leftBehind: home.leaveBehind) { successor, _ in
                let record = try await onOwnedThread(named: "trawl-import") {
                    try store.goOn(with: run.id, as: successor, after: runner, now: now)
                }
                guard let record else { return .finished }
                return try await self.crawl(record, spec, successor, credentials)
            }
        }
        if end == .finished, spec.keepRuns > 0 {
            let store = store
            // Old runs that cannot be deleted now are deleted after the next run.
            _ = try? await onOwnedThread(named: "trawl-prune") {
                try store.prune(run.job, keeping: spec.keepRuns)
            }
        }
        return end
    }

    /// Stores the job, and goes on with its unfinished run or fills a new one. Blocks.
    ///
    /// - Returns: nil where it was stopped while the list was read.
    private func open(
        _ runner: RunnerID, _ processes: LinuxProcessTable, _ credentials: URLCredentials
    ) throws -> (run: RunRecord, spec: JobSpec, isNew: Bool)? {
        let now = environment.wallClock()
        let stored = try store.write { transaction in
            try transaction.saveJob(name: job.name, spec: job.document.json, now: now)
            return try transaction.job(named: job.name)
        }
        guard let stored, !stored.isPaused else { throw TrawlError(.interrupted, "\(job.name) is paused") }
        do {
            let order = try JobOrder(stored, document: job.document, variables: job.variables)
            let opening = try RunOpening.open(
                order.job, store: store, runner: runner, processes: processes, now: now,
                isStopped: { stream.isStopped })
            switch opening {
            case .resumed(let run):
                let spec = try JobDocument(yaml: run.spec, source: .database(name: job.name)).spec
                if run.hasCredentials { _ = try order.recover(credentials, of: run, spec) }
                return (run, spec, false)
            case .begun(let run):
                return try order.fill(run, in: store, credentials, environment: environment) {
                    !stream.isStopped
                }
                .map { ($0.run, $0.spec, true) }
            }
        } catch {
            // A job that turns out to be invalid is not kept, unless it has had runs.
            try? store.write { try $0.forgetJob(job.name) }
            throw error
        }
    }

    /// Hands over pages that are settled before the first request: lines that are not URLs, and duplicates.
    private func handOver(settledOf run: RunRecord) async throws {
        guard run.progress.failed + run.progress.skipped > 0 else { return }
        var last: PageID?
        while !stream.isAbandoned {
            let (store, after) = (store, last)
            let rows = try await onOwnedThread(named: "trawl-import") {
                try store.read { try $0.rows(of: run.id, .settled, after: after) }
            }
            guard !rows.isEmpty else { return }
            last = rows.last?.page
            stream.send(rows)
            await stream.waitForReader()
        }
    }
}
