internal import ArgumentParser
internal import CrawlCore
internal import CrawlStore
internal import Glibc

/// `trawl status`
struct StatusCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far runs are, from another terminal while they go.",
        discussion: "Without a JOB: every job with a run.")

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let palette = Palette(isOn: output.usesColor(on: STDOUT_FILENO))
        do {
            let jobs = try job.map { [try store.existingJob($0)] } ?? store.read { try $0.jobs() }
            for job in jobs {
                guard let run = try store.read({ try $0.latestRun(of: job.id) }) else {
                    if self.job != nil { throw CommandFailure(.usage, "\(job.name) has not been run yet") }
                    continue
                }
                try Terminal.put(text(job, run, palette))
            }
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    private func text(_ job: JobRecord, _ run: RunRecord, _ palette: Palette) -> String {
        let progress = run.progress
        let settled = progress.pages - progress.pending
        let elapsed = progress.elapsedMilliseconds
        let fetched = progress.done + progress.failed
        let rate = elapsed > 0 ? Double(fetched) * 1000 / Double(elapsed) : 0
        var line = "\(palette.bold(Terminal.sanitized(job.name))) run \(run.number), \(run.situation): "
        line += "\(Wording.count(settled))/\(Wording.count(progress.pages)) pages, "
        line += "\(Wording.count(progress.done)) done, \(Wording.count(progress.failed)) failed, "
        line +=
            "\(Wording.count(progress.skipped)) skipped, \(Wording.count(Int64(rate.rounded())))/s on the whole, "
        line += "elapsed \(Wording.time(milliseconds: elapsed))"
        if progress.pending > 0, rate > 0 {
            line += ", ETA \(Wording.time(milliseconds: Int64(Double(progress.pending) / rate) * 1000))"
        }
        return line + "\n"
    }
}
