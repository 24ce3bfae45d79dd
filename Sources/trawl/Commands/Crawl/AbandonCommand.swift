internal import ArgumentParser
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import Logging

/// `trawl abandon`
struct AbandonCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon",
        abstract: "End a job's unfinished run for good.",
        discussion: """
            Pages that wait are skipped as `limit`, and the next `trawl run` of the job begins anew. What was fetched stays. Nobody is \
            told of it (`on_finish`).
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try database.open(.existing)
        let job = try store.existingJob(job)
        let logger = Logger(output)
        try await Workplace.with(store) { runner, _ in
            let message = try await onOwnedThread(named: "trawl-abandon") {
                try Self.abandon(job, in: store, runner)
            }
            logger.notice("\(job.name): \(message)")
        }
    }

    /// - Returns: what it came to, in words.
    private static func abandon(_ job: JobRecord, in store: any CrawlDatabase, _ runner: RunnerID) throws
        -> String
    {
        do throws(StoreError) {
            let unfinished = try store.write { transaction in
                let run = try transaction.unfinishedRun(of: job.id)
                if let run { try transaction.takeRun(run, runner: runner) }
                return run
            }
            guard let run = unfinished else { return "no run of it is unfinished" }
            let next = "trawl run \(ShellWord.quoted(job.name)) begins anew"
            guard run.state == .active else {
                try RunOpening.discard(run.id, store: store)
                return "run \(run.number) is gone, as its URLs were still being read; \(next)"
            }
            let skipped = try store.abandon(
                run.id, runner: runner, now: FetchEnvironment.system.wallClock())
            return
                "run \(run.number) has ended, \(Wording.count(skipped, "page")) not requested; \(next)"
        } catch {
            guard error.kind == .alreadyRunning else { throw CommandFailure(error) }
            throw CommandFailure(.alreadyRunning, "\(job.name) \(error.description)")
        }
    }
}
