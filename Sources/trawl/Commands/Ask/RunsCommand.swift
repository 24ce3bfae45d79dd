internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import Glibc

/// `trawl runs`
struct RunsCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List the runs of a job, the latest first.")

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let job = try store.existingJob(job)
        var table = TextTable(["RUN", "STATE", "PAGES", "DONE", "FAILED", "SKIPPED", "ELAPSED", "STARTED"])
        do throws(StoreError) {
            let now = FetchEnvironment.system.wallClock()
            let runs = try store.read { transaction in
                let gone = try transaction.goneRunners(LinuxProcessTable(), now: now)
                return try transaction.runs(of: job.id).map { $0.without(gone) }
            }
            for run in runs {
                let progress = run.progress
                table.add(
                    [
                        "\(run.number)", run.situation, Wording.count(progress.pages),
                        Wording.count(progress.done),
                        Wording.count(progress.failed), Wording.count(progress.skipped),
                        Wording.time(milliseconds: progress.elapsedMilliseconds),
                        Wording.instant(milliseconds: run.startedAt),
                    ])
            }
        } catch {
            throw CommandFailure(error)
        }
        try Terminal.put(
            table.text(
                Palette(isOn: output.usesColor(on: STDOUT_FILENO)), columns: Terminal.columns(STDOUT_FILENO)))
    }
}
