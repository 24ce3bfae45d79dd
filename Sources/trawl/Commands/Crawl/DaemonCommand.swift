internal import ArgumentParser
internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import Logging

/// `trawl daemon`
struct DaemonCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Run jobs on their schedules until told to stop.",
        discussion: """
            Runs the jobs of the database: those with a schedule when they are due, those without one once, and unfinished \
            runs at once. It sees jobs that are added, changed, paused or deleted while it runs. Job files that are \
            given are stored first.

            SIGTERM and SIGINT let requests under way finish (--drain), a second one ends them; SIGHUP reads the job files \
            again and tries once more what failed; SIGUSR1 logs what is going on.
            """)

    @Argument(help: ArgumentHelp("Job files.", valueName: "file.yaml"), completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp("Requests under way at once, of all jobs together.", valueName: "n"))
    var concurrency = 256

    @Option(help: ArgumentHelp("Jobs that are run at once.", valueName: "n"))
    var jobs = 8

    @OptionGroup var listening: ListenOptions
    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...10_000).contains(concurrency) {
            throw ValidationError("--concurrency takes a number from 1 to 10000")
        }
        if !(1...SharedPermits.capacity).contains(jobs) {
            throw ValidationError("--jobs takes a number from 1 to \(SharedPermits.capacity)")
        }
    }

    func run() async throws {
        let store = try database.open(.readWrite)
        let logger = Logger(output)
        let state = LiveState(file: database.file, wallClock: FetchEnvironment.system.wallClock)
        state.change { $0.turnedAt = .now }
        var options = crawl.options
        // The crawls share the process's descriptors.
        options.openFiles = max(64, options.openFiles / jobs)
        options.leavesLongWaits = false
        options.permits = SharedPermits(total: concurrency)
        let daemon = Daemon(
            store: store, options: options, capacity: jobs, output: output, logger: logger, state: state,
            files: DaemonFiles(paths: files))
        let signals = DaemonSignals(to: daemon.inbox)
        defer { signals.cancel() }
        let service = try LiveService.start(listening, state, database, output, logger)
        defer { service?.stop() }
        try await onOwnedThread(named: "trawl-daemon") { try daemon.work() }
    }
}
