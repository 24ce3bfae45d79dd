internal import ArgumentParser
internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import JobFile
internal import Logging

/// `trawl add`
struct AddCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Store jobs without running them.",
        discussion: """
            Give job files, `-` for one on standard input; or --name with URLs or with -i and a list of them. A list \
            on standard input (-i -) is read now, into a run that `trawl run` goes on with.
            """)

    @Argument(
        help: ArgumentHelp("Job files; with --name, URLs.", valueName: "file.yaml|url"), completion: .file())
    var arguments: [String] = []

    @Option(help: ArgumentHelp("The name of a job made of URLs.", valueName: "name"))
    var name: String?

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp("A list of URLs, one a line; - for standard input.", valueName: "file"),
        completion: .file())
    var inputFile: String?

    @Option(
        help: ArgumentHelp(
            "The scheme of URLs that are given without one: http or https.", discussion: "Default: https.",
            valueName: "scheme"))
    var defaultScheme: DefaultScheme?

    @Flag(
        name: .customLong("dry-run"),
        help:
            "Print what a run would be: the job with all its settings, first URLs, pages, hosts. Stores and asks for nothing."
    )
    var isDryRun = false

    @OptionGroup var site: SiteOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name == nil, let flag = site.settings.first?.flag {
            throw ValidationError("\(flag) needs --name, the name of the job")
        }
        if inputFile != nil, name == nil {
            throw ValidationError("-i needs --name, the name of the job")
        }
        if name != nil, arguments.isEmpty, inputFile == nil {
            throw ValidationError("give URLs, or a list with -i")
        }
        if name == nil, arguments.isEmpty { throw ValidationError("give job files, or --name and URLs") }
    }

    func run() async throws {
        let logger = Logger(output)
        let documents = try documents(logger)
        try JobDocument.checkNames(documents.map(\.spec.name))
        if isDryRun {
            let store = try database.openIfThere()
            for document in documents {
                try Terminal.put(try await Preview.of(document, in: store).text)
            }
            return
        }
        let store = try database.open(.readWrite)
        let now = FetchEnvironment.system.wallClock()
        do throws(StoreError) {
            try store.write { transaction in
                for document in documents { try transaction.saveJob(document, now: now) }
            }
        } catch {
            throw CommandFailure(error)
        }
        for document in documents {
            if document.spec.urlsFrom == .standardInput {
                try await read(document, store, logger)
            } else {
                logger.notice(
                    "\(document.spec.name) is stored; run it with: trawl run \(ShellWord.quoted(document.spec.name))"
                )
            }
        }
    }

    private func documents(_ logger: Logger) throws -> [JobDocument] {
        guard let name else {
            return try arguments.map { argument in
                let file = argument == "-" ? JobArgument.standardInput : .file(argument)
                guard let document = try file.document() else {
                    throw ValidationError("\(argument) is not a job file")
                }
                return document
            }
        }
        let urls = arguments.completed(with: defaultScheme, logger)
        return [
            try CommandLineJob(name: name, urls: urls, urlsFrom: inputFile, settings: site.settings)
                .document()
        ]
    }

    /// Reads a list from standard input now, since standard input is not there when the job runs.
    private func read(_ document: JobDocument, _ store: any CrawlDatabase, _ logger: Logger) async throws {
        let job = try store.existingJob(document.spec.name)
        let added = try await Workplace.with(store) { runner, processes in
            try await onOwnedThread(named: "trawl-import") {
                try Self.fill(job, document, store, runner, processes)
            }
        }
        logger.notice(
            "\(job.name): \(Wording.count(added, "page")) to fetch; go on with: trawl run \(ShellWord.quoted(job.name))"
        )
    }

    private static func fill(
        _ job: JobRecord, _ document: JobDocument, _ store: any CrawlDatabase, _ runner: RunnerID,
        _ processes: LinuxProcessTable
    ) throws -> Int64 {
        do {
            let order = try JobOrder(job, document: document)
            let opening = try RunOpening.open(
                order.job, store: store, runner: runner, processes: processes,
                now: FetchEnvironment.system.wallClock())
            guard case .begun(let run) = opening else {
                throw CommandFailure(
                    .alreadyRunning,
                    "\(job.name) has an unfinished run; finish it first: trawl run \(ShellWord.quoted(job.name))"
                )
            }
            // Secrets need to be there when they are sent, not now.
            let filled = try order.fill(run, in: store, URLCredentials(), environment: nil) { true }
            try store.write { try $0.releaseRun(run.id) }
            return filled?.run.progress.pages ?? 0
        } catch let error as NothingToFetch {
            throw CommandFailure(.usage, "\(job.name): \(error)")
        } catch let error as StoreError {
            throw CommandFailure(error)
        } catch let error as URLListError {
            throw CommandFailure(.usage, error.description)
        } catch let error as JobFileError {
            throw CommandFailure(.usage, error.description)
        }
    }
}
