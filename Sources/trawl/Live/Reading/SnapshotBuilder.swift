internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// Puts the live page's snapshots together.
struct SnapshotBuilder {
    let state: LiveState
    private let processes = LinuxProcessTable()
    private var forecasts = RunForecasts()
    /// Whether several processes may work on one run.
    var sharesRuns = false
    /// How fast the runs go that several may work on, since somebody has looked.
    private var meters: [RunID: RateMeter] = [:]

    /// How long ago, in milliseconds, a runner may have published its figures to count as at work.
    private static let fresh: Int64 = 10_000

    init(_ state: LiveState) { self.state = state }

    /// What the database says now, in one state of it, and what this process knows.
    mutating func snapshot(from reader: any StoreReader) throws -> LiveSnapshot {
        let now = state.wallClock()
        let values = state.current
        var snapshot = LiveSnapshot(now: now)
        snapshot.trouble = Health.trouble(values)
        let gone = try reader.goneRunners(processes, now: now)
        let (jobs, total) = try reader.listedJobs(limit: LiveSnapshot.shownJobs)
        snapshot.jobCount = total
        snapshot.jobs = jobs.map { job in
            LiveSnapshot.Job(
                name: job.name, isPaused: job.isPaused, nextStartAt: values.jobs[job.name]?.nextStartAt)
        }
        for listed in try reader.listedRuns(limit: LiveSnapshot.shownRuns) {
            var run = LiveSnapshot.Run(listed: listed, isUnderWay: false)
            if listed.state != .finished {
                run.activity = try reader.activity(of: listed.id)
                let isFresh = run.activity.map { now - $0.updatedAt < Self.fresh } ?? false
                // Of a run that several may work on, the database names only the one that began it.
                run.isUnderWay =
                    listed.runner.map { !gone.contains($0) } ?? false || sharesRuns && isFresh
            }
            if run.isUnderWay {
                try add(to: &run, values.jobs[listed.job], from: reader)
                for wait in try reader.hostWaits(of: listed.id, now: now, limit: LiveSnapshot.shownHosts) {
                    snapshot.hosts.append(LiveSnapshot.Host(key: wait.host, job: listed.job, wait: wait))
                }
            }
            snapshot.runs.append(run)
        }
        meters = meters.filter { id, _ in snapshot.runs.contains { $0.listed.id == id && $0.isUnderWay } }
        addTallies(values, to: &snapshot)
        return snapshot
    }

    /// Without a database: what this process knows, and why there is no more.
    func snapshot(without reason: String) -> LiveSnapshot {
        var snapshot = LiveSnapshot(now: state.wallClock())
        snapshot.trouble = reason
        addTallies(state.current, to: &snapshot)
        return snapshot
    }

    private mutating func add(
        to run: inout LiveSnapshot.Run, _ job: LiveState.Job?, from reader: any StoreReader
    ) throws {
        if let job, job.current != nil {
            run.kinds = job.tally.read { $0.failed }.map { ($0.key.rawValue, $0.value) }
                .sorted { ($1.pages, $0.kind) < ($0.pages, $1.kind) }
        }
        if sharesRuns {
            // What this process has done of it is not all.
            meters[run.listed.id, default: RateMeter()].note(run.listed.progress.settled, at: .now)
            run.rates = meters[run.listed.id].map(Self.rates)
        } else if let current = job?.current {
            // What is published is up to a second old.
            run.activity?.inFlight = current.snapshot.inFlight
            run.activity?.hostsWaiting = current.snapshot.waitingHosts
            run.rates = Self.rates(current.meter)
        }
        let progress = run.listed.progress
        let rate = run.rates?.minute ?? run.activity?.pagesPerSecond ?? 0
        guard progress.pending > 0, rate > 0,
            try forecasts.isForeseeable(run.listed, in: reader)
        else { return }
        run.eta = Int64((Double(progress.pending) / rate).rounded(.up)) * 1000
    }

    private static func rates(_ meter: RateMeter) -> (now: Double?, minute: Double?, past: [Double]) {
        (meter.rate(over: .seconds(10)), meter.rate(over: .seconds(60)), meter.rates(each: .seconds(5)))
    }

    /// Adds the slowest hosts and the last failures of all jobs in this process.
    private func addTallies(_ values: LiveState.Values, to snapshot: inout LiveSnapshot) {
        var slowest: [LiveSnapshot.Host] = []
        for (name, job) in values.jobs {
            let (hosts, failures) = job.tally.read {
                ($0.hosts.slowest(LiveSnapshot.shownHosts), $0.failures)
            }
            snapshot.failures += failures.map { LiveSnapshot.Failure(job: name, failure: $0) }
            guard job.current != nil else { continue }
            slowest += hosts.map { LiveSnapshot.Host(key: $0.key, job: name, times: $0) }
        }
        slowest.sort { ($0.times?.meanMilliseconds ?? 0) > ($1.times?.meanMilliseconds ?? 0) }
        for host in slowest.prefix(LiveSnapshot.shownHosts) {
            if let place = snapshot.hosts.firstIndex(where: { $0.key == host.key && $0.job == host.job }) {
                snapshot.hosts[place].times = host.times
            } else {
                snapshot.hosts.append(host)
            }
        }
        snapshot.failures.sort { ($0.failure.at, $0.failure.url) > ($1.failure.at, $1.failure.url) }
        snapshot.failures = Array(snapshot.failures.prefix(CrawlTally.keptFailures))
    }
}
