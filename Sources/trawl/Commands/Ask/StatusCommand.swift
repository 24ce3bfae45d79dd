internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlSQLite
internal import TrawlStore
internal import Glibc

/// `trawl status`
struct StatusCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far runs are, from another terminal while they go.",
        discussion: "Without a JOB: every job with a run.")

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String?

    @Flag(help: "Show it again each second, until interrupted or until no run is under way.")
    var watch = false

    @Flag(help: "One JSON object a job and line.")
    var json = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let isLive = watch && !json && Terminal.takesEscapes(STDOUT_FILENO)
        while true {
            let reports: [RunStatus]
            do {
                reports = try self.reports(store)
            } catch let error as StoreError {
                throw CommandFailure(error)
            }
            let palette = Palette(isOn: output.usesColor(on: STDOUT_FILENO))
            let text = reports.map { json ? $0.json : $0.text(palette) }.joined()
            // Clear the screen and begin at its top.
            try Terminal.put(isLive ? "\u{1b}[H\u{1b}[2J" + text : text)
            guard watch, reports.contains(where: \.isUnderWay) else { return }
            sleep(1)
        }
    }

    private func reports(_ store: SQLiteStore) throws -> [RunStatus] {
        let now = FetchEnvironment.system.wallClock()
        let jobs = try job.map { [try store.existingJob($0)] } ?? store.read { try $0.jobs() }
        let reports = try jobs.compactMap { job -> RunStatus? in
            try store.read { transaction in
                let gone = try transaction.goneRunners(LinuxProcessTable(), now: now)
                guard let run = try transaction.latestRun(of: job.id)?.without(gone) else { return nil }
                let waits = try transaction.hostWaits(of: run.id, now: now, limit: RunStatus.shownHosts)
                return RunStatus(
                    job: job.name, run: run, activity: try transaction.activity(of: run.id), waits: waits,
                    now: now)
            }
        }
        if reports.isEmpty, let job { throw CommandFailure(.usage, "\(job) has not been run yet") }
        return reports
    }
}
