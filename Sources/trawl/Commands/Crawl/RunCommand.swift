internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import JobFile
internal import Logging

/// `trawl run`
struct RunCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run jobs, or go on with them, until every page is settled.",
        discussion: """
            An argument is a job that is stored, else a file, else a URL, else the name of a host. A job file is stored \
            under its name and run. A file that holds URLs, one a line, is a job that is called as the file; a URL is a job \
            that is called as its host, and one page, unless --follow says more; - is standard input. Where the job has \
            an unfinished run, that one goes on; pages that are settled are not requested again. Without arguments: every \
            unfinished run, every job that is due by its schedule, and every job without one that has never been run.

            The first SIGINT, SIGTERM or SIGHUP lets requests under way finish (--drain), a second SIGINT or SIGTERM ends \
            them; either way nothing is lost and the same command goes on.
            """)

    @Argument(
        help: ArgumentHelp(
            "Jobs, job files, lists of URLs, URLs, names of hosts.", valueName: "job|file|url"),
        completion: .file())
    var jobs: [String] = []

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp("A list of URLs, one a line; - for standard input.", valueName: "file"),
        completion: .file())
    var inputFile: String?

    @Option(
        help: ArgumentHelp(
            "The name of a job made of URLs or of a list.",
            discussion: "Default: the host, or the list's name.",
            valueName: "name"))
    var name: String?

    @OptionGroup var site: SiteOptions

    @Option(
        help: ArgumentHelp(
            "The scheme of URLs that are given without one: http or https.", discussion: "Default: https.",
            valueName: "scheme"))
    var defaultScheme: DefaultScheme?

    @Option(
        help: ArgumentHelp(
            "Write each page to stdout once it is in the database, in order of completion: ndjson, csv, json or table.",
            valueName: "format"))
    var format: RowFormat?

    @Flag(help: "With --format: the items that are taken out of replies, instead of the pages.")
    var items = false

    @Option(
        name: .customLong("var"),
        help: ArgumentHelp(
            "The value of ${var:NAME}, which overrides the job's own; repeatable.",
            valueName: "name=value"))
    var variables: [VariableArgument] = []

    @Flag(
        name: .customLong("dry-run"),
        help:
            "Print what a run would be: the job with all its settings, first URLs, pages, hosts. Stores and asks for nothing."
    )
    var isDryRun = false

    @OptionGroup var listening: ListenOptions
    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if items {
            guard let format, format != .table else {
                throw ValidationError("--items goes with --format ndjson, json or csv")
            }
        }
        guard jobs.isEmpty, inputFile == nil else { return }
        if isDryRun { throw ValidationError("--dry-run goes with a job, a file or a URL; give at least one") }
        guard let flag = name.map({ _ in "--name" }) ?? site.settings.first?.flag else { return }
        throw ValidationError("\(flag) goes with URLs; give at least one")
    }

    func run() async throws {
        let logger = Logger(output)
        // Every file is read and checked before anything is stored.
        let (documents, opened) = try namedJobs(logger)
        if isDryRun {
            return try await preview(documents, opened ?? database.openIfThere())
        }
        if documents.isEmpty, !database.isThere {
            throw CommandFailure(
                .io,
                "nothing to run: there is no database \(database.file); name a job file, a list of URLs or a URL, for example trawl run https://example.org/"
            )
        }
        let store =
            try opened ?? database.open(documents.contains { $0.document != nil } ? .readWrite : .existing)
        let added = Set(documents.compactMap { $0.document?.spec.name })
        let records = try records(of: documents, store, logger)
        let files = Dictionary(
            documents.compactMap { $0.document }.map { ($0.spec.name, $0) },
            uniquingKeysWith: { first, _ in first })
        guard try !records.isEmpty || store.hasDeliveriesLeft() else {
            logger.notice("nothing to do: no unfinished run and no job that is due or was never run")
            return
        }
        let (options, output, path) = (crawl.options, output, database.path.map { _ in database.file })
        let state = listening.listen.map { _ in
            LiveState(file: database.file, wallClock: FetchEnvironment.system.wallClock)
        }
        let service = try state.flatMap { try LiveService.start(listening, $0, database, output, logger) }
        defer { service?.stop() }
        let rows = format.map { RowOutput(format: $0, isOfItems: items) }
        let variables = VariableArgument.values(variables)
        let statuses = try await Interruption.watch(logger) { interruption in
            try await Workplace.with(store) { runner, processes in
                let run = JobRun(
                    store: store, runner: runner, processes: processes, options: options, output: output,
                    rows: rows, logger: logger, state: state, variables: variables, database: path)
                // What a process that was killed has left untold, while the jobs are run.
                async let deliveries: Void = run.deliver(interruption)
                let statuses = try await RunCommand.run(
                    records, with: run, files: files, added: added, interruption)
                try await deliveries
                return statuses
            }
        }
        let status = ExitStatus.combined(statuses)
        guard status == .success else { throw status }
    }

    /// Runs jobs one after the other. A mistake in one of several does not stop the others.
    ///
    /// - Parameter added: the names of jobs that were stored just now.
    private static func run(
        _ records: [JobRecord], with run: JobRun, files: [String: JobDocument], added: Set<String>,
        _ interruption: Interruption
    ) async throws -> [ExitStatus] {
        var statuses: [ExitStatus] = []
        for record in records where !interruption.isInterrupted {
            do {
                statuses.append(try await run.run(record, document: files[record.name], interruption))
            } catch let failure as CommandFailure
                where failure.status == .usage && added.contains(record.name)
            {
                // A job that turns out to be invalid is not kept.
                try? run.store.write { try $0.forgetJob(record.name) }
                guard records.count > 1 else { throw failure }
                run.logger.error("\(failure.message)")
                statuses.append(failure.status)
            } catch let failure as CommandFailure where records.count > 1 && failure.status != .io {
                run.logger.error("\(failure.message)")
                statuses.append(failure.status)
            }
            if let status = statuses.last { _ = run.state?.end(record.name, status) }
        }
        return statuses
    }

    /// What the arguments name, and the database where it had to be asked.
    private func namedJobs(_ logger: Logger) throws -> ([RunArguments.Job], (any CrawlDatabase)?) {
        var opened: (any CrawlDatabase)?
        let documents = try RunArguments(
            arguments: jobs, list: inputFile, name: name, settings: site.settings, scheme: defaultScheme
        ).jobs(logger) { name in
            if opened == nil { opened = try database.openIfThere(isDryRun ? .readOnly : .existing) }
            return try opened?.hasJob(name) == true
        }
        if opened == nil, !database.isThere, let job = documents.first(where: { $0.document == nil }) {
            throw CommandFailure(
                .io,
                "\(job.name) is no file, no URL and no name of a host, and there is no database \(database.file) that has a job of that name"
            )
        }
        return (documents, opened)
    }

    private func preview(_ documents: [RunArguments.Job], _ store: (any CrawlDatabase)?) async throws {
        for named in documents {
            if named.isNameImplied { try store?.checkReplacing(named) }
            var document = named.document
            if document == nil, let stored = try store?.existingJob(named.name) {
                do throws(JobFileError) {
                    document = try JobDocument(yaml: stored.spec, source: .database(name: stored.name))
                } catch {
                    throw CommandFailure(.usage, error.description)
                }
            }
            guard let document else { continue }
            try Terminal.put(
                try await Preview.of(
                    document, variables: VariableArgument.values(variables), in: store
                ).text)
        }
    }

    private func records(
        of documents: [RunArguments.Job], _ store: any CrawlDatabase, _ logger: Logger
    ) throws -> [JobRecord] {
        do {
            guard !documents.isEmpty else {
                var agenda = Agenda()
                let review = try agenda.review(
                    store, processes: LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                // Running a job that cannot be read says why.
                return review.jobs + review.plan.faults.map(\.job).filter { !$0.isPaused }
            }
            for job in documents where job.document == nil { _ = try store.existingJob(job.name) }
            for job in documents where job.isNameImplied {
                guard try store.checkReplacing(job) else { continue }
                logger.notice(
                    "\(job.name) was a job of something else until now; to keep them apart, use --name")
            }
            return try documents.map { job in
                guard let document = job.document else { return try store.existingJob(job.name) }
                try store.write { try $0.saveJob(document, now: FetchEnvironment.system.wallClock()) }
                return try store.existingJob(document.spec.name)
            }.map { try $0.active(in: store) }
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }
}

extension CrawlDatabase {
    /// Whether a process that is gone has left untold that a run has finished.
    fileprivate func hasDeliveriesLeft() throws -> Bool {
        do throws(StoreError) {
            return try read { try $0.hasUntakenDeliveries() }
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension StoreWriter {
    /// Stores the job of a file.
    func saveJob(_ document: JobDocument, now: Int64) throws {
        try saveJob(name: document.spec.name, spec: document.json, now: now)
    }
}
