internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore
internal import Synchronization

/// What the status server answers from. The daemon and its crawls write it. It reads nothing from the database, so that a request
/// to the server slows no crawl down.
final class DaemonState: Sendable {
    /// The counts of one job's runs since the daemon started, and the progress of the run that is under way.
    struct Job: Sendable {
        var total = RunProgress()
        /// The latest progress of the run under way; nil where none is.
        var snapshot: RunSnapshot?
        /// Runs that ended, by the word for their exit status.
        var runs: [String: Int64] = [:]
        /// Due times, by outcome.
        var starts: [String: Int64] = [:]
        var nextStartAt: Int64?
    }

    struct Values: Sendable {
        var jobs: [String: Job] = [:]
        var jobCount = 0
        var pausedCount = 0
        /// When the daemon's loop turned last.
        var turnedAt = MonotonicInstant.now
        /// Jobs whose crawl stands still: no driver or loop of it has turned for too long.
        var stuck: [String] = []
        /// Why the last look at the jobs failed; nil where it did not.
        var databaseFault: String?
    }

    private let values = Mutex(Values())
    /// The database's file.
    let file: String

    init(file: String) { self.file = file }

    func change(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

    var current: Values { values.withLock { $0 } }

    /// Takes over the result of a look at all jobs.
    func note(_ review: Agenda.Review) {
        change { values in
            values.jobCount = review.plan.names.count
            values.pausedCount = review.plan.pausedCount
            // A job that was deleted has no metrics any more.
            values.jobs = values.jobs.filter { review.plan.names.contains($0.key) }
            for job in values.jobs.keys { values.jobs[job]?.nextStartAt = nil }
            for (job, at) in review.plan.nextStarts { values.jobs[job, default: Job()].nextStartAt = at }
            for settled in review.settled {
                values.jobs[settled.job, default: Job()].starts[settled.outcome.rawValue, default: 0] += 1
            }
        }
    }

    /// Notes that a job's run is over.
    ///
    /// - Returns: its latest progress.
    func end(_ job: String, _ status: ExitStatus) -> RunProgress {
        values.withLock { values in
            var entry = values.jobs[job] ?? Job()
            let progress = entry.snapshot?.progress ?? RunProgress()
            entry.snapshot = nil
            entry.runs[status.word, default: 0] += 1
            values.jobs[job] = entry
            return progress
        }
    }

    /// An observer that writes the progress of a job's run here.
    func observer(of job: String) -> any RunObserver { JobObserver(state: self, job: job) }
}

private final class JobObserver: RunObserver {
    private let state: DaemonState
    private let job: String
    private let last = Mutex<RunProgress?>(nil)

    init(state: DaemonState, job: String) {
        self.state = state
        self.job = job
    }

    func committed(_ outcomes: [PageOutcome]) {}

    func progressed(_ snapshot: RunSnapshot) {
        let before = last.withLock { last in
            defer { last = snapshot.progress }
            return last
        }
        state.change { values in
            var entry = values.jobs[job] ?? DaemonState.Job()
            entry.snapshot = snapshot
            // The first snapshot holds what an earlier process did, which does not count here.
            if let before { entry.total.add(snapshot.progress.since(before)) }
            values.jobs[job] = entry
        }
    }
}

extension RunProgress {
    fileprivate func since(_ before: RunProgress) -> RunProgress {
        var change = RunProgress()
        change.done = done - before.done
        change.failed = failed - before.failed
        change.skipped = skipped - before.skipped
        change.requests = requests - before.requests
        change.requestMicroseconds = requestMicroseconds - before.requestMicroseconds
        change.sizeDownload = sizeDownload - before.sizeDownload
        return change
    }
}
