internal import CrawlCore
internal import CrawlEngine
internal import Synchronization
internal import TrawlStore

/// What goes on in this process: how its jobs' runs are doing, and what there is to complain of. The crawls and the daemon write it.
/// Nothing here is read from the database, so that a question slows no crawl down.
final class LiveState: Sendable {
    /// One job in this process.
    struct Job: Sendable {
        /// The counts of all its runs since the process started.
        var total = RunProgress()
        /// The run that is under way; nil where none is.
        var current: Current?
        /// Runs that ended, by the word for their exit status.
        var runs: [String: Int64] = [:]
        /// Due times, by outcome.
        var starts: [String: Int64] = [:]
        var nextStartAt: Int64?
        /// What its tries came to.
        let tally = SharedTally()
    }

    /// A run that is under way.
    struct Current: Sendable {
        var snapshot: RunSnapshot
        /// Unix milliseconds when this process took it up.
        let since: Int64
        /// How many pages are settled.
        var meter = RateMeter()
    }

    struct Values: Sendable {
        var jobs: [String: Job] = [:]
        var jobCount = 0
        var pausedCount = 0
        /// When the daemon's loop turned last; nil where there is no daemon.
        var turnedAt: MonotonicInstant?
        /// Jobs whose crawl stands still: no driver or loop of it has turned for too long.
        var stuck: [String] = []
        /// Why the last look at the jobs failed; nil where it did not.
        var databaseFault: String?
    }

    private let values = Mutex(Values())
    /// The database's file, or its URL without a password.
    let file: String
    /// Tells the time, in unix milliseconds.
    let wallClock: @Sendable () -> Int64

    init(file: String, wallClock: @escaping @Sendable () -> Int64) {
        self.file = file
        self.wallClock = wallClock
    }

    func change(_ body: (inout sending Values) -> Void) { values.withLock { body(&$0) } }

    var current: Values { values.withLock { $0 } }

    /// Notes that a job's run is over.
    ///
    /// - Returns: its latest progress.
    func end(_ job: String, _ status: ExitStatus) -> RunProgress {
        values.withLock { values in
            let progress = values.jobs[job]?.current?.snapshot.progress ?? RunProgress()
            values.jobs[job, default: Job()].current = nil
            values.jobs[job]?.runs[status.word, default: 0] += 1
            return progress
        }
    }

    /// An observer that writes the progress of a job's run here.
    func observer(of job: String) -> any RunObserver {
        let tally = values.withLock { values in
            let entry = values.jobs[job] ?? Job()
            values.jobs[job] = entry
            return entry.tally
        }
        return JobObserver(state: self, job: job, tally: tally)
    }
}

/// A tally that a run's driver writes, and others read.
final class SharedTally: Sendable {
    private let tally = Mutex(CrawlTally())

    func note(_ outcomes: [PageOutcome]) { tally.withLock { $0.note(outcomes) } }

    func read<Value: Sendable>(_ body: (CrawlTally) -> Value) -> Value { tally.withLock { body($0) } }
}

private final class JobObserver: RunObserver {
    private let state: LiveState
    private let job: String
    private let tally: SharedTally
    private let last = Mutex<RunProgress?>(nil)

    init(state: LiveState, job: String, tally: SharedTally) {
        self.state = state
        self.job = job
        self.tally = tally
    }

    func committed(_ outcomes: [PageOutcome]) { tally.note(outcomes) }

    func progressed(_ snapshot: RunSnapshot) {
        let before = last.withLock { last in
            defer { last = snapshot.progress }
            return last
        }
        let (now, clock) = (state.wallClock(), MonotonicInstant.now)
        state.change { values in
            var current =
                values.jobs[job]?.current ?? LiveState.Current(snapshot: snapshot, since: now)
            // The only other reference, without which the samples need not be copied.
            values.jobs[job]?.current = nil
            current.snapshot = snapshot
            current.meter.note(snapshot.progress.settled, at: clock)
            values.jobs[job, default: LiveState.Job()].current = current
            // The first snapshot holds what an earlier process did, which does not count here.
            if let before { values.jobs[job]?.total.add(snapshot.progress.since(before)) }
        }
    }
}

extension RunProgress {
    /// Pages that are settled.
    var settled: Int64 { pages - pending }

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
