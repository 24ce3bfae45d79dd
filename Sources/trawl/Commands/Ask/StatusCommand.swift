internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import Glibc

/// `trawl status`
struct StatusCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far runs are, from another terminal while they go.",
        discussion: "Without a JOB: every job.")

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
        let palette = Palette(isOn: output.usesColor(on: STDOUT_FILENO))
        var forecasts = RunForecasts()
        while true {
            let reports = try reports(store, &forecasts)
            let columns = isLive ? Terminal.columns(STDOUT_FILENO) : nil
            var text = reports.map { json ? $0.json : $0.text(palette, columns: columns) }.joined()
            if reports.isEmpty, !json {
                text = "\(database.file) has no job yet; begin with: trawl run FILE.yaml, or trawl run URL\n"
            }
            // Clear the screen and begin at its top.
            try Terminal.put(isLive ? "\u{1b}[H\u{1b}[2J" + text : text)
            guard watch, reports.contains(where: \.isUnderWay) else { return }
            sleep(1)
        }
    }

    private func reports(_ store: any CrawlDatabase, _ forecasts: inout RunForecasts) throws -> [JobStatus] {
        let now = FetchEnvironment.system.wallClock()
        let named = try job.map { try store.existingJob($0) }
        do throws(StoreError) {
            return try store.read { transaction in
                let gone = try transaction.goneRunners(LinuxProcessTable(), now: now)
                return try (named.map { [$0] } ?? transaction.jobs()).map { job in
                    let run = try transaction.latestRun(of: job.id)?.without(gone)
                    return try JobStatus(
                        job: job.name,
                        run: run.map { run in
                            RunStatus(
                                job: job.name, run: run, activity: try transaction.activity(of: run.id),
                                waits: try transaction.hostWaits(
                                    of: run.id, now: now, limit: RunStatus.shownHosts),
                                isForeseeable: forecasts.isForeseeable(run, of: job.name), now: now)
                        })
                }
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// Whether it can be told how many pages runs will have, which is read out of each job once.
struct RunForecasts {
    private var known: [RunID: Bool] = [:]

    /// False for a run whose pages lead to others, and for one that is still reading its list.
    mutating func isForeseeable(_ run: RunRecord, of job: String) -> Bool {
        guard run.state == .active, run.runnerPID != nil else { return false }
        if let known = known[run.id] { return known }
        let spec = try? JobSpec(stored: run.spec, job: job)
        let isForeseeable = spec?.hasAllPages ?? false
        known[run.id] = isForeseeable
        return isForeseeable
    }

    /// The same of a run without its job file, which is read where the answer is not known yet.
    mutating func isForeseeable(_ run: ListedRun, in reader: any StoreReader) throws -> Bool {
        if let known = known[run.id] { return known }
        guard let record = try reader.run(run.id) else { return false }
        return isForeseeable(record, of: run.job)
    }
}
