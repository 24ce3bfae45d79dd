internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore
internal import Logging

/// Writes the daemon's log. Each line is a sentence for people, with an `event` and values for machines. Events are never renamed.
struct DaemonLog {
    let logger: Logger
    /// Faults that were logged, by job, so that each is logged once.
    private var faults: [JobID: String] = [:]

    init(_ logger: Logger) { self.logger = logger }

    // MARK: The daemon

    func ready(jobs: Int) {
        notice("ready", "running jobs on their schedules; \(Wording.count(Int64(jobs), "job"))")
    }

    func stopping() {
        notice("stopping", "stopping once the requests under way are done; a second signal ends them at once")
    }

    func stopped() { notice("stopped", "stopped") }

    mutating func reloaded() {
        notice("reloaded", "reloaded")
        faults = [:]
    }

    mutating func reloadFailed(_ message: String) {
        logger.error("\(message); the jobs stay as they were", metadata: ["event": "reload_failed"])
        faults = [:]
    }

    func databaseFailed(_ error: StoreError) {
        logger.error("\(error.description)", metadata: ["event": "database_failed"])
    }

    func databaseRecovered() { notice("database_recovered", "the database can be used again") }

    private func notice(_ event: String, _ sentence: String) {
        logger.notice("\(sentence)", metadata: ["event": "\(event)"])
    }

    // MARK: Due times

    /// Logs the result of a look at all jobs.
    mutating func note(_ review: Agenda.Review) {
        for job in review.plan.corrected {
            logger.warning(
                "\(job): a wrong clock had settled its due times up to hours from now; they count from now",
                metadata: ["event": "clock_corrected", "job": "\(job)"])
        }
        for (job, message) in review.plan.faults where faults[job.id] != message {
            faults[job.id] = message
            logger.error("\(message)", metadata: ["event": "job_refused", "job": "\(job.name)"])
        }
        for settled in review.settled { note(settled) }
    }

    private func note(_ settled: Agenda.Settled) {
        let due = Wording.instant(milliseconds: settled.due)
        let metadata: Logger.Metadata = [
            "event": "start_\(settled.outcome.rawValue)", "job": "\(settled.job)", "due_at": "\(due)",
            "missed": .stringConvertible(Int64(settled.missed)),
        ]
        switch settled.outcome {
        case .overlapped:
            logger.warning(
                "\(settled.job): due at \(due), but the run before is not finished", metadata: metadata)
        case .missed:
            logger.warning(
                "\(settled.job): \(Wording.count(Int64(settled.missed), "start")) missed", metadata: metadata)
        case .started, .failed:
            logger.info("\(settled.job): due at \(due)", metadata: metadata)
        }
    }

    // MARK: Runs

    func begins(_ job: JobRecord) {
        logger.notice(
            "\(job.name): run begins", metadata: ["event": "run_started", "job": "\(job.name)"])
    }

    func ended(_ job: JobRecord, _ failure: CommandFailure) {
        logger.error(
            "\(failure.message)",
            metadata: ["event": "run_failed", "job": "\(job.name)", "result": "\(failure.status.word)"])
    }

    func ended(_ job: JobRecord, _ status: ExitStatus, _ progress: RunProgress, after elapsed: Duration) {
        let elapsed = elapsed.wholeMilliseconds
        logger.notice(
            "\(job.name): run \(status.words), \(Wording.count(progress.done)) done, \(Wording.count(progress.failed)) failed in \(Wording.time(milliseconds: elapsed))",
            metadata: [
                "event": "run_ended", "job": "\(job.name)", "result": "\(status.word)",
                "pages_done": .stringConvertible(progress.done),
                "pages_failed": .stringConvertible(progress.failed),
                "elapsed_ms": .stringConvertible(elapsed),
            ])
    }

    // MARK: What is going on

    /// Logs what is under way and what comes next.
    func describe(_ runs: [(job: String, snapshot: RunSnapshot)], next: [(job: String, at: Int64)]) {
        for (job, snapshot) in runs {
            let progress = snapshot.progress
            logger.notice(
                "\(job): running, \(progress.pages - progress.pending)/\(progress.pages) pages, \(snapshot.inFlight) in flight, \(snapshot.waitingHosts) hosts waiting",
                metadata: [
                    "event": "state", "job": "\(job)", "pages": .stringConvertible(progress.pages),
                    "pages_pending": .stringConvertible(progress.pending),
                    "in_flight": .stringConvertible(Int64(snapshot.inFlight)),
                    "hosts_waiting": .stringConvertible(Int64(snapshot.waitingHosts)),
                ])
        }
        for (job, at) in next {
            let instant = Wording.instant(milliseconds: at)
            logger.notice(
                "\(job): next start \(instant)",
                metadata: ["event": "state", "job": "\(job)", "next_start_at": "\(instant)"])
        }
        if runs.isEmpty, next.isEmpty { notice("state", "nothing is running or scheduled") }
    }
}

extension ExitStatus {
    /// One word for machines; never renamed.
    var word: String {
        switch self {
        case .success: "success"
        case .internalError: "internal_error"
        case .usage: "usage"
        case .io: "io"
        case .someFailed: "some_failed"
        case .noneSucceeded: "none_succeeded"
        case .alreadyRunning: "already_running"
        case .interrupted: "interrupted"
        case .limitReached: "limit_reached"
        case .different: "changed"
        }
    }

    /// Some words for people.
    fileprivate var words: String {
        switch self {
        case .success: "finished"
        case .someFailed: "finished, some pages failed"
        case .noneSucceeded: "finished, no page succeeded"
        case .interrupted: "interrupted"
        case .limitReached: "stopped by a limit"
        case .internalError, .usage, .io, .alreadyRunning, .different: "failed"
        }
    }
}
