internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import JobFile

/// `trawl jobs`
struct JobsCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the jobs of a database and how far they are.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        var table = TextTable([
            "JOB", "STATE", "RUN", "PAGES", "DONE", "FAILED", "SKIPPED", "STARTED", "NEXT DUE",
        ])
        do throws(StoreError) {
            try store.read { transaction in
                let gone = try transaction.goneRunners(
                    LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                for standing in try transaction.jobStandings() {
                    let job = standing.job
                    let run = try transaction.latestRun(of: job.id)?.without(gone)
                    table.add(
                        [
                            job.name, job.isPaused ? "paused" : run?.situation ?? "never run",
                            run.map { "\($0.number)" } ?? "",
                            run.map { Wording.count($0.progress.pages) } ?? "",
                            run.map { Wording.count($0.progress.done) } ?? "",
                            run.map { Wording.count($0.progress.failed) } ?? "",
                            run.map { Wording.count($0.progress.skipped) } ?? "",
                            run.map { Wording.instant(milliseconds: $0.startedAt) } ?? "",
                            nextDue(standing),
                        ])
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        try Terminal.put(
            table.text(
                Palette(isOn: output.usesColor(on: STDOUT_FILENO)), columns: Terminal.columns(STDOUT_FILENO)))
    }

    /// The job's next due time that is not settled yet. If it is in the past, the next daemon or bare `trawl run` makes up for it.
    private func nextDue(_ standing: JobStanding) -> String {
        let job = standing.job
        guard !job.isPaused, let schedule = try? JobSpec(stored: job.spec, job: job.name).schedule else {
            return ""
        }
        let now = FetchEnvironment.system.wallClock()
        let considered = standing.schedule?.consideredAt(now: now) ?? (standing.hasRun ? now : job.createdAt)
        guard let zone = try? NamedTimeZone(schedule.timeZone) else { return "" }
        let verdict = schedule.verdict(job: job.name, considered: considered, now: now, zone: zone)
        return (verdict.starts ? verdict.due : verdict.nextStart).map {
            Wording.localInstant(milliseconds: $0, zone: zone)
        } ?? ""
    }
}

extension RunRecord {
    /// How far a run is, in a word or two.
    var situation: String {
        switch state {
        case .finished: "finished"
        case .importing: runnerPID == nil ? "interrupted" : "reading URLs"
        case .active: runnerPID.map { "running (\($0))" } ?? "unfinished"
        }
    }
}
