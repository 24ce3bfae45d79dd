internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import JobFile
internal import Logging
internal import Synchronization

/// Runs one job: goes on with its unfinished run or begins one, reads its URLs, crawls, and prints a summary.
struct JobRun: Sendable {
    let store: any CrawlDatabase
    var runner: RunnerID
    let processes: LinuxProcessTable
    let options: CrawlOptions
    let output: OutputOptions
    /// The rows on stdout; nil for none.
    let rows: RowOutput?
    let logger: Logger
    /// Whether it says where to look for what went wrong.
    var tellsFailures = true
    /// What its process says of itself; nil where nobody asks.
    var state: LiveState?

    /// Values by name, which override those of the job's `vars`.
    var variables: [String: String] = [:]
    /// What the user has named the database by; nil for the default.
    var database: String?
    /// The descriptor of a list on standard input; nil where there is none to be read.
    var standardInput: Int32? = STDIN_FILENO

    /// Whether those are told who are to know that the run has finished (`on_finish`).
    var tellsEnd = true

    let environment = FetchEnvironment.system

    /// - Parameter document: the job file, if one was given. Its URLs may carry user names and passwords, which are not stored in
    ///   the database.
    /// - Throws: `CommandFailure`.
    func run(
        _ job: JobRecord, document: JobDocument? = nil, _ interruption: Interruption
    ) async throws -> ExitStatus {
        let credentials = URLCredentials()
        let order: JobOrder
        do throws(JobFileError) {
            order = try JobOrder(
                job, document: document, variables: variables, standardInput: standardInput,
                folder: options.folder)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        let job = order.job
        let places = JobPlaces(document, of: job)
        let opening = try await onOwnedThread(named: "trawl-open") { () -> RunOpening? in
            do throws(StoreError) {
                return try RunOpening.open(
                    job, store: store, runner: runner, processes: processes, now: environment.wallClock(),
                    isStopped: { interruption.isInterrupted })
            } catch {
                if interruption.isInterrupted { return nil }
                guard error.kind == .alreadyRunning else { throw CommandFailure(error) }
                throw CommandFailure(.alreadyRunning, "\(job.name) \(error.description)")
            }
        }
        guard let opening else { return .interrupted }
        let run: RunRecord
        let spec: JobSpec
        let observer = CommandObserver(
            job: job.name, rows: rows, store: store, output: output, logger: logger,
            besides: state?.observer(of: job.name),
            rowsClosed: { interruption.stop() })
        switch opening {
        case .resumed(let unfinished):
            run = unfinished
            spec = try await goOn(with: unfinished, order, credentials, places)
        case .begun(let new):
            guard let filled = try await begin(new, order, credentials, places, observer, interruption) else {
                logger.notice("\(job.name): stopped while its URLs were read; the same command starts over")
                return .interrupted
            }
            (run, spec) = filled
        }
        return try await crawl(run, of: job, spec, credentials, observer, interruption)
    }

    /// Prepares to go on with an unfinished run.
    ///
    /// - Returns: the job as it was when the run began.
    private func goOn(
        with run: RunRecord, _ order: JobOrder, _ credentials: URLCredentials, _ places: JobPlaces
    ) async throws -> JobSpec {
        let job = order.job
        let spec = try JobSpec(stored: run.spec, job: job.name)
        let secrets = spec.request.headers.flatMap { TextTemplate.secrets(in: $0.value) }
        let keySecrets = spec.request.tls.keyPassword.map(TextTemplate.secrets(in:)) ?? []
        for reference in secrets + keySecrets + (spec.request.auth?.secrets ?? []) {
            if case .failure(let failure) = environment.secret(reference) { throw places.failure(failure) }
        }
        do throws(CookieFileError) {
            try JobOrder.checkCookieFile(of: spec)
        } catch {
            throw places.failure(error)
        }
        let pending = Wording.count(run.progress.pending, "page")
        let age = Wording.age(milliseconds: environment.wallClock() - run.startedAt)
        logger.notice(
            "\(job.name): going on with run \(run.number), begun \(age) ago, \(pending) to go; to begin anew instead: trawl abandon \(ShellWord.quoted(job.name))"
        )
        if spec.urlsFrom == .standardInput {
            logger.notice(
                "\(job.name): its list was read when the run began; what standard input has now is not")
        }
        if run.hasCredentials {
            try await onOwnedThread(named: "trawl-import") { try recover(credentials, of: run, spec, order) }
        }
        if run.spec != job.spec {
            logger.warning(
                "\(job.name) has changed since run \(run.number) began; the change counts from the next run on"
            )
        }
        return spec
    }

    /// Reads the URLs of a new run and shows the pages that are settled by that.
    ///
    /// - Returns: the run with its job; nil if a signal came first.
    private func begin(
        _ run: RunRecord, _ order: JobOrder, _ credentials: URLCredentials, _ places: JobPlaces,
        _ observer: CommandObserver, _ interruption: Interruption
    ) async throws -> (RunRecord, JobSpec)? {
        try await onOwnedThread(named: "trawl-import") {
            let filled = try interruption.reading { try fill(run, order, credentials, places, interruption) }
            if let (run, spec) = filled {
                try suggestContact(run, of: order.job, spec)
                try show(settledOf: run, observer)
            }
            return filled
        }
    }

    /// Suggests to name a contact if the job crawls other people's servers and its User-Agent names none.
    private func suggestContact(_ run: RunRecord, of job: JobRecord, _ spec: JobSpec) throws {
        if options.folder != nil { return }
        if let agent = spec.request.userAgent, agent.contains("@") || agent.contains("://") { return }
        let hosts: [String]
        do throws(StoreError) {
            hosts = try store.read { try $0.namedHosts(by: run.id, limit: 100) }
        } catch {
            throw CommandFailure(error)
        }
        guard hosts.contains(where: { (try? WebURL(parsing: $0 + "/"))?.isOthers == true }) else { return }
        let agent = "my-crawler/1.0 (+https://my.site/; me@my.site)"
        // A fetch has no job file.
        let way = job.name == "fetch" ? "-A \"\(agent)\"" : "request: {user_agent: \"\(agent)\"}"
        logger.notice("\(job.name): name a contact so that the servers' owners can write to you: \(way)")
    }

    /// Reads the user names and passwords of an unfinished run's URLs again, from its job file and its list.
    private func recover(
        _ credentials: URLCredentials, of run: RunRecord, _ spec: JobSpec, _ order: JobOrder
    ) throws {
        do throws(URLListError) {
            guard try !order.recover(credentials, of: run, spec) else { return }
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        logger.warning(
            "\(order.job.name): user names and passwords in its URLs are not stored; give the job file to send them: trawl run FILE.yaml"
        )
    }

    /// Reads the URLs of a new run; returns nil if a signal came first.
    private func fill(
        _ run: RunRecord, _ order: JobOrder, _ credentials: URLCredentials, _ places: JobPlaces,
        _ interruption: Interruption
    ) throws -> (RunRecord, JobSpec)? {
        let name = order.job.name
        do {
            let filled = try order.fill(run, in: store, credentials, environment: environment) {
                !interruption.isInterrupted
            }
            guard let filled else { return nil }
            logger.info(
                "\(name): run \(run.number) begins with \(Wording.count(filled.run.progress.pages, "page"))")
            return filled
        } catch let error as NothingToFetch {
            throw CommandFailure(.usage, "\(name): \(error)")
        } catch let error as SecretFailure {
            throw places.failure(error)
        } catch let error as CookieFileError {
            throw places.failure(error)
        } catch let error as JobFileError {
            throw CommandFailure(.usage, error.description)
        } catch let error as URLListError {
            throw places.failure(error)
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    /// Hands over the rows of pages that are settled before the first request: lines that are not URLs, and duplicates.
    private func show(settledOf run: RunRecord, _ observer: CommandObserver) throws {
        guard rows?.isOfItems == false, run.progress.failed + run.progress.skipped > 0 else { return }
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachResult(of: run.id, .settled) { observer.settled([$0]) }
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func crawl(
        _ run: RunRecord, of job: JobRecord, _ spec: JobSpec, _ credentials: URLCredentials,
        _ observer: CommandObserver, _ interruption: Interruption
    ) async throws -> ExitStatus {
        let requests = options.requests(spec.concurrency.total)
        if requests < spec.concurrency.total {
            let limit = "only \(options.openFiles) files may be open (ulimit -n)"
            logger.warning(
                "\(job.name): \(requests) requests at once, not \(spec.concurrency.total): \(limit)")
        }
        if spec.hasAllPages { observer.foresee() }
        var options = options
        options.reportsBatches = output.verbose
        let crawl = Crawl(
            store: store, runner: runner, run: run, spec: spec, options: options, credentials: credentials,
            observer: observer)
        interruption.direct(to: crawl)
        let end: RunEnd
        do throws(CrawlError) {
            end = try await crawl.run()
        } catch {
            interruption.direct(to: nil)
            if crawl.hasLostRunner, !interruption.isInterrupted {
                return try await crawlAnew(run, of: job, spec, credentials, observer, interruption)
            }
            _ = observer.finish()  // What ended the crawl comes before what its rows ran into.
            if case .store(let error) = error, error.kind == .ended {
                throw CommandFailure(.interrupted, "\(job.name): \(error.description)")
            }
            throw CommandFailure(error)
        }
        interruption.direct(to: nil)
        return try await conclude(end, of: run, of: job, spec, observer, interruption)
    }

    /// Goes on as another runner, after this one was taken for gone.
    private func crawlAnew(
        _ run: RunRecord, of job: JobRecord, _ spec: JobSpec, _ credentials: URLCredentials,
        _ observer: CommandObserver, _ interruption: Interruption
    ) async throws -> ExitStatus {
        logger.warning(
            "\(job.name): others took this runner for gone, or the server is another one now; going on as a new runner"
        )
        return try await Workplace.with(store) { [self] runner, _ in
            var successor = self
            successor.runner = runner
            let record = try await onOwnedThread(named: "trawl-open") { [self] in
                do throws(StoreError) {
                    return try store.goOn(
                        with: run.id, as: runner, after: self.runner, now: environment.wallClock())
                } catch {
                    throw CommandFailure(error)
                }
            }
            guard let record else {
                return try await successor.conclude(.finished, of: run, of: job, spec, observer, interruption)
            }
            return try await successor.crawl(record, of: job, spec, credentials, observer, interruption)
        }
    }

    /// What is done once a crawl has ended.
    private func conclude(
        _ end: RunEnd, of run: RunRecord, of job: JobRecord, _ spec: JobSpec, _ observer: CommandObserver,
        _ interruption: Interruption
    ) async throws -> ExitStatus {
        let failure = observer.finish()
        let status = try await onOwnedThread(named: "trawl-report") {
            try printSummary(of: run, of: job, end)
        }
        if end == .finished, tellsEnd, spec.onFinish != nil {
            // Before old runs are deleted, with which this one may have to be compared.
            try await deliver(of: run.id, interruption)
        }
        if end == .finished, spec.keepRuns > 0 {
            do throws(StoreError) {
                try await prune(job, keeping: spec.keepRuns)
            } catch {
                logger.warning("\(job.name): its old runs could not be deleted: \(error.description)")
            }
        }
        if let failure { throw failure }
        switch end {
        case .finished:
            return try capped(run.id, spec, job.name) && status == .success ? .limitReached : status
        case .interrupted: return .interrupted
        case .limited(let limit):
            logger.notice("\(job.name): stopped by limits.\(limit.rawValue); the same command goes on")
            return .limitReached
        case .left(let until, let host):
            let time = Wording.instant(milliseconds: until)
            logger.notice(
                "\(job.name): \(host ?? "a limit of its host") takes no more requests until \(time), which is longer than retry.max_delay; the same command goes on after that"
            )
            return .limitReached
        }
    }

    /// Whether a list has more pages than its request asks for, which is said.
    private func capped(_ run: RunID, _ spec: JobSpec, _ job: String) throws -> Bool {
        guard spec.requests.contains(where: { $0.paging != nil }) else { return false }
        let names: Set<String>
        do throws(StoreError) {
            names = try store.read { try $0.cappedNames(of: run) }
        } catch {
            throw CommandFailure(error)
        }
        for name in names.sorted() {
            logger.warning(
                "\(job): \(name) has more pages than paginate.pages allows; set it higher to have them all")
        }
        return !names.isEmpty
    }

    /// Tells what is to be told of a run that has finished, or with nil what is left of all runs.
    func deliver(of run: RunID? = nil, _ interruption: Interruption) async throws {
        let drain = options.drain
        let deliverer = Deliverer(
            store: store, runner: runner, logger: logger, isCut: { interruption.isPressing(after: drain) })
        try await onOwnedThread(named: "trawl-deliver") { deliverer.deliver(of: run) }
    }

    private func prune(_ job: JobRecord, keeping runs: Int) async throws(StoreError) {
        let store = store
        do {
            _ = try await onOwnedThread(named: "trawl-prune") { try store.prune(job.id, keeping: runs) }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.other, "\(error)")
        }
    }
}

extension WebURL {
    /// Whether its host is likely to belong to somebody else: it is not this machine and not in a private network.
    fileprivate var isOthers: Bool {
        if let address = hostAddress { return address.isGlobal }
        guard let host else { return false }
        return !isLocalhost && host.contains(".")
    }
}

extension JobSpec {
    /// Whether a run has all its pages once its list is read: none of them leads to others.
    var hasAllPages: Bool {
        follow == nil && sitemaps.isEmpty && requests.allSatisfy { $0.paging == nil && $0.forEach == nil }
    }

    /// Reads a spec from the database.
    ///
    /// - Throws: `CommandFailure` where it is no valid job.
    init(stored json: String, job: String) throws {
        do throws(JobFileError) {
            self = try JobDocument(yaml: json, source: .database(name: job)).spec
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
