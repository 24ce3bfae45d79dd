internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlSQLite
internal import TrawlStore
internal import JobFile
internal import Logging

/// `trawl run`
struct RunCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run jobs, or go on with them, until every page is settled.",
        discussion: """
            A FILE.yaml is stored under its name and run; a JOB is one that is stored already. Where the job has an \
            unfinished run, that one goes on; pages that are settled are not requested again. Without arguments: every \
            unfinished run, every job that is due by its schedule, and every job without one that has never been run.

            The first SIGINT, SIGTERM or SIGHUP lets requests under way finish (--drain), a second SIGINT or SIGTERM ends \
            them; either way nothing is lost and the same command goes on.
            """)

    @Argument(help: ArgumentHelp("Job names or job files.", valueName: "job|file.yaml"), completion: .file())
    var jobs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write each page to stdout once it is in the database, in order of completion: ndjson, csv, json or table.",
            valueName: "format"))
    var format: RowFormat?

    @Option(
        name: .customLong("var"),
        help: ArgumentHelp(
            "The value of ${var:NAME}, which overrides the job's own; repeatable.",
            valueName: "name=value"))
    var variables: [VariableArgument] = []

    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // Every file is read and checked before anything is stored.
        let documents = try jobs.map { try (name: $0, document: JobArgument($0).document()) }
        try checkNames(of: documents)
        let store = try database.open(documents.contains { $0.document != nil } ? .readWrite : .existing)
        let logger = Logger(output)
        let added = Set(documents.compactMap { $0.document?.spec.name })
        let records = try records(of: documents, store)
        let files = Dictionary(
            documents.compactMap { $0.document }.map { ($0.spec.name, $0) },
            uniquingKeysWith: { first, _ in first })
        guard !records.isEmpty else {
            logger.notice("nothing to do: no unfinished run and no job that is due or was never run")
            return
        }
        let (options, output, format) = (crawl.options, output, format)
        let variables = VariableArgument.values(variables)
        let statuses = try await Interruption.watch(logger) { interruption in
            try await Workplace.with(store) { runner, processes in
                let run = JobRun(
                    store: store, runner: runner, processes: processes, options: options, output: output,
                    rows: format, logger: logger, variables: variables)
                var statuses: [ExitStatus] = []
                for record in records where !interruption.isInterrupted {
                    do {
                        statuses.append(try await run.run(record, document: files[record.name], interruption))
                    } catch let failure as CommandFailure
                        where failure.status == .usage && added.contains(record.name)
                    {
                        // A job that turns out to be invalid is not kept.
                        try? store.write { try $0.forgetJob(record.name) }
                        guard records.count > 1 else { throw failure }
                        logger.error("\(failure.message)")
                        statuses.append(failure.status)
                    } catch let failure as CommandFailure where records.count > 1 && failure.status != .io {
                        // A mistake in one job does not stop the others.
                        logger.error("\(failure.message)")
                        statuses.append(failure.status)
                    }
                }
                return statuses
            }
        }
        let status = ExitStatus.combined(statuses)
        guard status == .success else { throw status }
    }

    /// Throws if a job is given twice: the second of two files would replace the first.
    private func checkNames(of documents: [(name: String, document: JobDocument?)]) throws {
        try JobDocument.checkNames(documents.map { $0.document?.spec.name ?? $0.name })
    }

    private func records(
        of documents: [(name: String, document: JobDocument?)], _ store: SQLiteStore
    ) throws -> [JobRecord] {
        do {
            guard !documents.isEmpty else {
                var agenda = Agenda()
                let review = try agenda.review(
                    store, processes: LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                // Running a job that cannot be read says why.
                return review.jobs + review.plan.faults.map(\.job).filter { !$0.isPaused }
            }
            for (name, document) in documents where document == nil { _ = try store.existingJob(name) }
            return try documents.map { name, document in
                guard let document else { return try store.existingJob(name) }
                try store.write { try $0.saveJob(document, now: FetchEnvironment.system.wallClock()) }
                return try store.existingJob(document.spec.name)
            }.map { job in
                guard !job.isPaused else {
                    throw CommandFailure(
                        .usage,
                        "\(job.name) is paused; to resume it: UPDATE jobs SET state = 'active' WHERE name = '\(job.name)'"
                    )
                }
                return job
            }
        } catch let error as StoreError {
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
