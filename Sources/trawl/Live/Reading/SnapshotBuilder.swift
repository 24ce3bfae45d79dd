internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// Puts the live page's snapshots together.
struct SnapshotBuilder {
    let state: LiveState
    private let processes = LinuxProcessTable()
    private var forecasts = RunForecasts()

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
            let isUnderWay = listed.state != .finished && listed.runner.map { !gone.contains($0) } ?? false
            var run = LiveSnapshot.Run(listed: listed, isUnderWay: isUnderWay)
            if isUnderWay {
                try add(to: &run, values.jobs[listed.job], from: reader, now: now)
                for wait in try reader.hostWaits(of: listed.id, now: now, limit: LiveSnapshot.shownHosts) {
                    snapshot.hosts.append(LiveSnapshot.Host(key: wait.host, job: listed.job, wait: wait))
                }
            }
            snapshot.runs.append(run)
        }
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
        to run: inout LiveSnapshot.Run, _ job: LiveState.Job?, from reader: any StoreReader, now: Int64
    ) throws {
        run.activity = try reader.activity(of: run.listed.id)
        if let job, let current = job.current {
            // What is published is up to a second old.
            run.activity?.inFlight = current.snapshot.inFlight
            run.activity?.hostsWaiting = current.snapshot.waitingHosts
            let meter = current.meter
            run.rates = (
                meter.rate(over: .seconds(10)), meter.rate(over: .seconds(60)), meter.rates(each: .seconds(5))
            )
            run.kinds = job.tally.read { $0.failed }.map { ($0.key.rawValue, $0.value) }
                .sorted { ($1.pages, $0.kind) < ($0.pages, $1.kind) }
        }
        let progress = run.listed.progress
        let rate = run.rates?.minute ?? run.activity?.pagesPerSecond ?? 0
        guard progress.pending > 0, rate > 0,
            try forecasts.isForeseeable(run.listed, in: reader)
        else { return }
        run.eta = Int64((Double(progress.pending) / rate).rounded(.up)) * 1000
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
