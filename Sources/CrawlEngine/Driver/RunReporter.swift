internal import CrawlCore
internal import Curl
internal import TrawlStore

/// Tells the observer how a run is doing.
struct RunReporter {
    private let observer: any RunObserver
    /// Once the database's log has so many bytes, the reporter looks whether a reader keeps it from being emptied.
    private let logLimit: Int64
    /// The run's counters.
    private(set) var progress: RunProgress
    /// Settled pages at earlier instants, for the rate over the last seconds.
    private var samples: [(at: MonotonicInstant, settled: Int64)] = []
    /// When the size of the log is looked at next.
    private var logCheckAt: MonotonicInstant
    private var lastReport: MonotonicInstant

    private static let rateWindow: Duration = .seconds(5)
    private static let reportInterval: Duration = .milliseconds(250)
    /// How long until a log that is too large is looked at, and warned of, again.
    private static let logCheckInterval: Duration = .seconds(60)
    private static let logWarningInterval: Duration = .seconds(600)

    init(_ progress: RunProgress, observer: any RunObserver, logLimit: Int64, now: MonotonicInstant) {
        self.progress = progress
        self.observer = observer
        self.logLimit = logLimit
        logCheckAt = now
        // In the past, so that the observer is told at once where the run begins.
        lastReport = now - .seconds(1)
    }

    /// Takes in what a turn has changed, and tells of it.
    mutating func committed(_ outcomes: [[PageOutcome]], _ reply: TurnReply) {
        progress.add(reply.counted)
        progress.add(reply.grown)
        for batch in outcomes where !batch.isEmpty { observer.committed(batch) }
        if !reply.finished.isEmpty { observer.finished(reply.finished) }
    }

    /// How the run is doing, as it is published once a second.
    mutating func activity(_ loops: LoopGroup, hosts: Int, clock: MonotonicInstant, now: Int64) -> RunActivity
    {
        samples.append((clock, progress.pages - progress.pending))
        while samples.count > 2, samples[1].at + RunReporter.rateWindow <= clock { samples.removeFirst() }
        var activity = RunActivity()
        activity.updatedAt = now
        activity.inFlight = loops.inFlight
        activity.hosts = hosts
        activity.hostsWaiting = loops.waitingHosts
        if let first = samples.first, let last = samples.last, last.at > first.at {
            activity.pagesPerSecond =
                Double(last.settled - first.settled) / ((last.at - first.at) / .seconds(1))
        }
        return activity
    }

    /// Tells where the run stands, four times a second at most.
    mutating func tell(_ loops: LoopGroup, now: MonotonicInstant, isLast: Bool = false) {
        guard isLast || lastReport + RunReporter.reportInterval <= now else { return }
        lastReport = now
        var snapshot = RunSnapshot()
        snapshot.progress = progress
        snapshot.inFlight = loops.inFlight
        snapshot.waitingHosts = loops.waitingHosts
        observer.progressed(snapshot)
    }

    /// Warns if another program never stops reading the database, which makes its log grow without end.
    mutating func watchLog(of store: any RunStore, at now: MonotonicInstant) {
        guard logCheckAt <= now else { return }
        switch store.logState(beyond: logLimit) {
        case .small: break
        case .emptied: logCheckAt = now + RunReporter.logCheckInterval
        case .held(let bytes):
            logCheckAt = now + RunReporter.logWarningInterval
            observer.logIsHeld(bytes: bytes)
        }
    }
}
