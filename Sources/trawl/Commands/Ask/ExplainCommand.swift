internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import Glibc

/// `trawl explain`
struct ExplainCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a URL was, or would be, fetched, skipped or delayed.",
        discussion: "Nothing is requested: all of it is what the job says and the database knows.")

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Argument(help: ArgumentHelp("The URL, absolute.", valueName: "url"))
    var url: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let record = try store.existingJob(job)
        let explanation: Explanation
        // An error of the database is a StoreError; a mistake in the URL or the job is not.
        var failure: CommandFailure?
        do throws(StoreError) {
            explanation = try store.read { transaction in
                do {
                    return try explain(record, in: transaction)
                } catch {
                    failure = error as? CommandFailure
                    throw error
                }
            }
        } catch {
            throw failure ?? CommandFailure(error)
        }
        try Terminal.put(explanation.text(Palette(isOn: output.usesColor(on: STDOUT_FILENO))))
    }

    private func explain(_ record: JobRecord, in transaction: any StoreReader) throws -> Explanation {
        let run = try transaction.latestRun(of: record.id)
        // A run goes by the job as it was when the run began.
        let json = run.flatMap { $0.finishedAt == nil ? $0.spec : nil } ?? record.spec
        return try Explanation(
            of: url, job: JobSpec(stored: json, job: job), run: run, in: transaction,
            now: FetchEnvironment.system.wallClock())
    }
}
