internal import ArgumentParser
internal import CrawlCore
internal import CrawlStore
internal import Glibc

/// `trawl jobs`
struct JobsCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the jobs of a database and how far they are.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        var table = TextTable(["JOB", "STATE", "RUN", "PAGES", "DONE", "FAILED", "STARTED"])
        do throws(StoreError) {
            try store.read { transaction in
                for job in try transaction.jobs() {
                    let run = try transaction.latestRun(of: job.id)
                    table.add(
                        [
                            job.name, job.isPaused ? "paused" : run?.situation ?? "never run",
                            run.map { "\($0.number)" } ?? "",
                            run.map { Wording.count($0.progress.pages) } ?? "",
                            run.map { Wording.count($0.progress.done) } ?? "",
                            run.map { Wording.count($0.progress.failed) } ?? "",
                            run.map { Wording.instant(milliseconds: $0.startedAt) } ?? "",
                        ])
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        try Terminal.put(table.text(Palette(isOn: output.usesColor(on: STDOUT_FILENO))))
    }
}

extension RunRecord {
    /// Where a run stands, in a word or two.
    var situation: String {
        switch state {
        case .finished: "finished"
        case .importing: runnerPID == nil ? "interrupted" : "reading URLs"
        case .active: runnerPID.map { "running (\($0))" } ?? "unfinished"
        }
    }
}
