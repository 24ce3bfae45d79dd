internal import ArgumentParser
internal import CrawlFetch
internal import TrawlSQLite
internal import TrawlStore
internal import Logging

/// `trawl retry`
struct RetryCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put the failed pages of a job's last run back to pending.",
        discussion:
            "They get all their attempts again once the job is run; what went wrong stays in `attempts`.")

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.existing)
        let job = try store.existingJob(job)
        let run = try store.existingRun(.latest, of: job)
        let count: Int
        do throws(StoreError) {
            count = try store.write { transaction in
                try transaction.reapRunners(LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                let run = try transaction.run(run.id) ?? run
                if let pid = run.runnerPID {
                    throw StoreError(.alreadyRunning, "\(job.name) is being run by process \(pid)")
                }
                guard run.state != .importing else {
                    throw StoreError(
                        .notFound,
                        "\(job.name): run \(run.number) was stopped while its URLs were read; "
                            + "nothing failed yet; start over with: trawl run \(job.name)")
                }
                return try transaction.retryFailed(run.id)
            }
        } catch {
            throw CommandFailure(error)
        }
        let pages = Wording.count(Int64(count), "page")
        Logger(output).notice(
            count == 0
                ? "\(job.name): no page failed that could be requested again"
                : "\(job.name): \(pages) pending again; go on with: trawl run \(job.name)")
    }
}
