internal import ArgumentParser
internal import CrawlEngine
internal import CrawlStore
internal import TrawlStore
internal import Dispatch
internal import Glibc
internal import Logging

/// `trawl daemon`
struct DaemonCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Run jobs on their schedules until told to stop.",
        discussion: """
            Jobs are those of the database, also ones that are added, changed, paused or deleted while it runs; job files \
            that are given are stored first. Unfinished runs go on, jobs with a schedule are run when they are due, jobs \
            without one once.

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

    @Option(
        help: ArgumentHelp(
            "Serve /healthz and /metrics at this address: 9464 or 127.0.0.1:9464; for others to reach it, name an address that they can.",
            valueName: "[address:]port"))
    var listen: ListenAddress?

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
        let state = DaemonState(file: database.file)
        var options = crawl.options
        // All crawls together have the process's descriptors.
        options.openFiles = max(64, options.openFiles / jobs)
        options.permits = SharedPermits(total: concurrency)
        let daemon = Daemon(
            store: store, options: options, capacity: jobs, output: output, logger: logger, state: state,
            files: DaemonFiles(paths: files))
        let sources = DaemonCommand.listenToSignals(daemon)
        defer { for source in sources { source.cancel() } }
        let server = listen.map { address in
            if !address.isLoopback {
                logger.warning(
                    "\(address.text) can be reached from other machines; nothing there asks for a password")
            }
            return Task {
                try await StatusServer.run(at: address, state) { reason in
                    logger.warning(
                        "\(address.text) takes no more connections: \(reason); those that were open are closed",
                        metadata: ["event": "listen_refused"])
                }
            }
        }
        if let server, let listen {
            Task {
                guard case .failure(let error) = await server.result, !server.isCancelled else { return }
                logger.error(
                    "\(listen.text) cannot be served: \(error)", metadata: ["event": "listen_failed"])
                daemon.inbox.send(.listenFailed)
            }
        }
        defer { server?.cancel() }
        try await onOwnedThread(named: "trawl-daemon") { try daemon.work() }
    }

    private static func listenToSignals(_ daemon: Daemon) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "trawl.signals")
        let inbox = daemon.inbox
        let count = SignalCount()
        return [SIGINT, SIGTERM, SIGHUP, SIGUSR1].map { number in
            signal(number, SIG_IGN)  // Or it would end the process before the source sees it.
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                switch number {
                case SIGHUP: inbox.send(.reload)
                case SIGUSR1: inbox.send(.describe)
                default: inbox.send(count.next() == 1 ? .stop : .abort)
                }
            }
            source.activate()
            return source
        }
    }
}

/// How many signals to stop have come. Used on one queue only.
private final class SignalCount: @unchecked Sendable {
    // @unchecked because the signals' queue is serial.
    private var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
