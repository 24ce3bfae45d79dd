internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore

/// What the driver sees to once a second: hosts that others wait for, signs of life, and how the run is doing.
extension RunDriver {
    /// How long a host is kept at least, however many wait for it: a change of hands costs its connections.
    private static let leastHold: Duration = .seconds(2)
    private static let rateWindow: Duration = .seconds(5)
    /// How long until a log that is too large is looked at, and warned of, again.
    private static let logCheckInterval: Duration = .seconds(60)
    private static let logWarningInterval: Duration = .seconds(600)

    /// Begins to give up the hosts that others wait for, and frees those of runners that are gone.
    func yieldHosts(
        clock: MonotonicInstant, now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        for host in try transaction.wantedHosts(of: runner, now: now) {
            guard let entry = window[host], !entry.isYielding,
                entry.openedAt + RunDriver.leastHold <= clock
            else { continue }
            window.update(host) { $0.isYielding = true }
            dispatch.messages[entry.loop].append(.surrender(host))
        }
        guard wasDenied else { return }
        wasDenied = false
        try transaction.reapRunners(options.processes, now: now)
    }

    /// How the run is doing.
    func activity(clock: MonotonicInstant, now: Int64) -> RunActivity {
        samples.append((clock, progress.pages - progress.pending))
        while samples.count > 2, samples[1].at + RunDriver.rateWindow <= clock { samples.removeFirst() }
        var activity = RunActivity()
        activity.updatedAt = now
        activity.inFlight = permits.inFlight
        activity.hosts = window.hosts.count
        activity.hostsWaiting = loops.reduce(0) { $0 + $1.waitingHosts }
        if let first = samples.first, let last = samples.last, last.at > first.at {
            activity.pagesPerSecond =
                Double(last.settled - first.settled) / ((last.at - first.at) / .seconds(1))
        }
        return activity
    }

    /// Renews its leases, and shows that it is at work, where it is busy for long with something else than requests.
    func stayAlive() throws {
        let clock = MonotonicInstant.now
        guard lastRenewal + RunDriver.renewalInterval <= clock else { return }
        let now = environment.wallClock()
        try store.write { try $0.renewRunner(runner, now: now) }
        lastRenewal = clock
        feelPulse(at: clock)
    }

    /// Says so where somebody reads the database all the time, so that its write-ahead log grows for ever.
    func watchLog(at clock: MonotonicInstant) {
        guard logCheckAt <= clock, store.logSize > options.logLimit else { return }
        let isHeld = store.isLogHeld()
        logCheckAt = clock + (isHeld ? RunDriver.logWarningInterval : RunDriver.logCheckInterval)
        if isHeld { observer.logIsHeld(bytes: store.logSize) }
    }

    /// Notes which loops have turned since the last time, and has each turn once more.
    func feelPulse(at clock: MonotonicInstant) {
        if pulses.isEmpty { pulses = loops.map { _ in (-1, clock) } }
        for (index, loop) in loops.enumerated() {
            let turns = loop.turns
            if turns != pulses[index].turns { pulses[index] = (turns, clock) }
            loop.wake()
        }
        // Once it is stopping, a loop that has ended is no stuck one.
        heartbeat.beat(at: isStopping ? clock : pulses.map(\.at).min() ?? clock)
    }
}
