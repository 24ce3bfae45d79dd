internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// All that the live page shows, at one moment.
///
/// It is put together of what the database says of all jobs and runs, and of what this process knows of its own.
struct LiveSnapshot {
    /// A run that is not finished, or was last of all.
    struct Run {
        let listed: ListedRun
        /// Whether anybody is at work on it.
        var isUnderWay: Bool
        /// What its runner has published; nil where nobody is at work.
        var activity: RunActivity?
        /// Pages settled a second over the last ten seconds, the last minute, and each five seconds of the last minutes; where this process
        /// has the run.
        var rates: (now: Double?, minute: Double?, past: [Double])?
        /// Milliseconds to the end; nil where that cannot be told.
        var eta: Int64?
        /// Why pages failed; of the runs in this process.
        var kinds: [(kind: String, pages: Int64)] = []
    }

    /// A host that is slow, or waited for.
    struct Host {
        let key: String
        let job: String
        var times: HostTimes.Host?
        var wait: HostWait?
    }

    struct Failure {
        let job: String
        let failure: CrawlTally.Failure
    }

    struct Job {
        let name: String
        let isPaused: Bool
        let nextStartAt: Int64?
    }

    /// Unix milliseconds.
    let now: Int64
    var runs: [Run] = []
    var jobs: [Job] = []
    /// How many jobs there are in all.
    var jobCount = 0
    var hosts: [Host] = []
    var failures: [Failure] = []
    /// What is wrong with the process or its database, in a sentence; nil where all is well.
    var trouble: String?

    /// How many finished runs, and as many that are not, are shown.
    static let shownRuns = 40
    static let shownJobs = 200
    static let shownHosts = 20
}

extension LiveSnapshot {
    /// As one JSON object. Members are added, never renamed. Texts have escapes in place of what acts on a reader's screen.
    var json: String {
        var object = JSONLine()
        object.add("format", "trawl-live/1")
        object.add("at", now)
        object.add("version", Product.version)
        object.add("trouble", Self.text(trouble))
        object.add("job_count", jobCount)
        object.add("jobs", json: Self.array(jobs.map { Self.json($0) }))
        object.add("runs", json: Self.array(runs.map { Self.json($0) }))
        object.add("hosts", json: Self.array(hosts.map { Self.json($0) }))
        object.add("failures", json: Self.array(failures.map { Self.json($0) }))
        return object.line
    }

    private static func array(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

    /// A stranger's text with its control and direction characters made visible, so that a page or a terminal may show it.
    private static func text(_ text: String?) -> String? { text.map(ForeignText.visible) }

    private static func number(_ value: Double?) -> String {
        value.map { "\(($0 * 10).rounded() / 10)" } ?? "null"
    }

    private static func json(_ job: Job) -> String {
        var object = JSONLine()
        object.add("job", Self.text(job.name))
        object.add("paused", json: job.isPaused ? "true" : "false")
        object.add("next_start_at", job.nextStartAt)
        return object.line
    }

    private static func json(_ run: Run) -> String {
        let (listed, progress) = (run.listed, run.listed.progress)
        var object = JSONLine()
        object.add("id", listed.id.rawValue)
        object.add("job", Self.text(listed.job))
        object.add("run", listed.number)
        object.add(
            "state",
            listed.state == .finished ? "finished" : run.isUnderWay ? listed.state.rawValue : "stopped")
        object.add("started_at", listed.startedAt)
        object.add("finished_at", listed.finishedAt)
        object.add("pages", progress.pages)
        object.add("pages_done", progress.done)
        object.add("pages_failed", progress.failed)
        object.add("pages_skipped", progress.skipped)
        object.add("pages_pending", progress.pending)
        object.add("requests", progress.requests)
        object.add("size_download", progress.sizeDownload)
        object.add("elapsed_ms", progress.elapsedMilliseconds)
        guard listed.state != .finished else { return object.line }
        object.add("in_flight", run.activity?.inFlight)
        object.add("hosts", run.activity?.hosts)
        object.add("hosts_waiting", run.activity?.hostsWaiting)
        object.add("pages_per_second", json: number(run.rates?.now ?? run.activity?.pagesPerSecond))
        object.add("pages_per_second_60s", json: number(run.rates?.minute))
        object.add("past", json: array((run.rates?.past ?? []).map { number($0) }))
        object.add("eta_ms", run.eta)
        var kinds = JSONLine()
        for kind in run.kinds { kinds.add(kind.kind, kind.pages) }
        object.add("error_kinds", json: kinds.line)
        return object.line
    }

    private static func json(_ host: Host) -> String {
        var object = JSONLine()
        object.add("host", Self.text(host.key))
        object.add("job", Self.text(host.job))
        object.add("tries", host.times?.tries)
        object.add("failed", host.times?.failed)
        object.add("mean_ms", host.times?.meanMilliseconds)
        object.add("max_ms", host.times.map { $0.longest / 1000 })
        object.add("wait", host.wait?.reason.rawValue)
        object.add("until", host.wait?.until)
        return object.line
    }

    private static func json(_ failure: Failure) -> String {
        var object = JSONLine()
        object.add("at", failure.failure.at)
        object.add("job", Self.text(failure.job))
        object.add("url", Self.text(failure.failure.url))
        object.add("error_kind", failure.failure.kind)
        object.add("status", failure.failure.status)
        object.add("error", Self.text(failure.failure.error))
        return object.line
    }
}
