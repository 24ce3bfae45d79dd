internal import CrawlCore
internal import CrawlEngine
internal import TrawlSQLite
internal import TrawlStore
internal import Synchronization

/// What a daemon knows of itself, for whoever asks over HTTP. Written by the daemon and its crawls; nothing here is read from
/// the database, so that asking costs no crawl anything.
final class DaemonState: Sendable {
    /// What runs of one job have come to since the daemon started, and how the one under way is doing.
    struct Job: Sendable {
        var total = RunProgress()
        /// The run under way as it was told last.
        var snapshot: RunSnapshot?
        /// Runs that ended, by what they came to.
        var runs: [String: Int64] = [:]
        /// Due times, by what became of them.
        var starts: [String: Int64] = [:]
        var nextStartAt: Int64?
    }

    struct Values: Sendable {
        var jobs: [String: Job] = [:]
        var jobCount = 0
        var pausedCount = 0
        /// When the daemon's own loop turned last.
        var turnedAt = MonotonicInstant.now
        /// Crawls that have not been seen at work for too long.
        var stuck: [String] = []
        /// Why jobs could not be looked at the last time; nil where they could.
        var databaseFault: String?
    }

    private let values = Mutex(Values())
    /// The database's file.
    let file: String

    init(file: String) { self.file = file }

    func change(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

    var current: Values { values.withLock { $0 } }

    /// Notes what a look at all jobs came to.
    func note(_ review: Agenda.Review) {
        change { values in
            values.jobCount = review.plan.names.count
            values.pausedCount = review.plan.pausedCount
            // A job that is gone is told of no more.
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
    /// - Returns: how far it was when it was told last.
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

    /// Who is told how a job's run goes.
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
            // What an earlier process has done is not this one's.
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
