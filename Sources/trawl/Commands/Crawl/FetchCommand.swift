internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlDatabase
internal import TrawlStore
internal import JobFile
internal import Logging

/// `trawl fetch`
struct FetchCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch URLs once and show what came of them, row by row.",
        discussion:
            "Nothing is kept, unless --db names a database. The options are curl's where curl has them.")

    @Argument(
        help: ArgumentHelp(
            "URLs or names of hosts, with curl's ranges: 'https://example.org/?page=[1-50]'.",
            valueName: "url"))
    var urls: [String] = []

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp("A list of URLs, one a line; - for standard input.", valueName: "file"),
        completion: .file())
    var inputFile: String?

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Option(
        help: ArgumentHelp(
            "Keep the results in this database, under the job name `fetch`.", valueName: "path"))
    var db: String?

    @Option(
        help: ArgumentHelp(
            "The scheme of URLs that are given without one: http or https.", discussion: "Default: https.",
            valueName: "scheme"))
    var defaultScheme: DefaultScheme?

    @OptionGroup var request: RequestOptions
    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if urls.isEmpty, inputFile == nil { throw ValidationError("give URLs, or a list of them with -i") }
        if db == "" { throw ValidationError("--db takes the path of a file") }
    }

    func run() async throws {
        let logger = Logger(output)
        let document = try CommandLineJob(
            name: "fetch", urls: urls.completed(with: defaultScheme, logger), urlsFrom: inputFile,
            settings: request.settings
        ).document()
        let store: any CrawlDatabase
        do throws(StoreError) {
            if let db {
                store = try DatabaseName(db).open(.readWrite)
            } else {
                store = try DatabaseName.temporary()
            }
            try checkUnfinished(document, store)
            try store.write { try $0.saveJob(document, now: FetchEnvironment.system.wallClock()) }
        } catch {
            throw CommandFailure(error)
        }
        let job = try store.existingJob("fetch")
        let (options, output, format) = (crawl.options, output, format)
        let status = try await Interruption.watch(logger) { interruption in
            try await Workplace.with(store) { runner, processes in
                let run = JobRun(
                    store: store, runner: runner, processes: processes, options: options, output: output,
                    rows: format, logger: logger)
                return try await run.run(job, document: document, interruption)
            }
        }
        guard status == .success else { throw status }
    }

    /// Throws if the database has an unfinished fetch of other URLs than those given now.
    private func checkUnfinished(_ document: JobDocument, _ store: any CrawlDatabase) throws(StoreError) {
        let unfinished = try store.read { transaction in
            try transaction.job(named: "fetch").flatMap { try transaction.unfinishedRun(of: $0.id) }
        }
        guard let unfinished, unfinished.spec != document.json else { return }
        let name = db.map { DatabaseName($0).description } ?? ""
        throw StoreError(
            .notFound,
            "\(name) has an unfinished fetch of something else; finish it first: trawl run fetch --db \(name)"
        )
    }
}
