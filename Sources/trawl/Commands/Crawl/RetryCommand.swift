internal import ArgumentParser
internal import CrawlFetch
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
        let failures: [FailureCount]
        do throws(StoreError) {
            failures = try store.write { transaction in
                try transaction.reapRunners(LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                let run = try transaction.run(run.id) ?? run
                if let pid = run.runnerPID, !store.sharesRuns {
                    throw StoreError(.alreadyRunning, "\(job.name) is being run by process \(pid)")
                }
                guard run.state != .importing else {
                    throw StoreError(
                        .notFound,
                        "\(job.name): run \(run.number) was stopped while its URLs were read; "
                            + "nothing failed yet; start over with: trawl run \(ShellWord.quoted(job.name))")
                }
                let failures = try transaction.failures(of: run.id)
                _ = try transaction.retryFailed(run.id)
                return failures
            }
        } catch {
            throw CommandFailure(error)
        }
        let (retried, others) = (failures.filter(\.isRetryable), failures.filter { !$0.isRetryable })
        let count = retried.reduce(0) { $0 + $1.pages }
        let rest =
            others.isEmpty ? "" : "; what no request can mend stays failed: \(RetryCommand.list(others))"
        let pages = Wording.count(count, "page")
        Logger(output).notice(
            count == 0
                ? "\(job.name): no page failed that could be requested again\(rest)"
                : "\(job.name): \(pages) pending again: \(RetryCommand.list(retried))\(rest); go on with: trawl run \(ShellWord.quoted(job.name))"
        )
    }

    /// `404 × 12, dns × 3`.
    private static func list(_ failures: [FailureCount]) -> String {
        failures.map { "\($0.status.map(String.init) ?? $0.kind) × \(Wording.count($0.pages))" }
            .joined(separator: ", ")
    }
}
