internal import CrawlCore
internal import TrawlSQLite
internal import TrawlStore

/// The status of a run, as `trawl status` shows it.
struct RunStatus {
    let job: String
    let run: RunRecord
    /// The runner's latest figures; nil where no runner has the run.
    let activity: RunActivity?
    /// Hosts that the run waits for, the longest waits first.
    let waits: [HostWait]
    /// Unix milliseconds.
    let now: Int64

    /// How many hosts are shown.
    static let shownHosts = 5
    /// How old figures may be, in milliseconds, to be shown.
    private static let fresh: Int64 = 5_000

    var isUnderWay: Bool { run.state != .finished && run.runnerPID != nil }

    private var current: RunActivity? {
        activity.flatMap { now - $0.updatedAt <= RunStatus.fresh ? $0 : nil }
    }

    /// Pages fetched a second since the run began.
    private var meanRate: Double {
        let progress = run.progress
        guard progress.elapsedMilliseconds > 0 else { return 0 }
        return Double(progress.done + progress.failed) * 1000 / Double(progress.elapsedMilliseconds)
    }

    /// Milliseconds to the end: at the present rate if it is known, else at the rate of the whole run.
    private var eta: Int64? {
        let rate = current?.pagesPerSecond.flatMap { $0 > 0 ? $0 : nil } ?? meanRate
        guard run.progress.pending > 0, rate > 0 else { return nil }
        return Int64(Double(run.progress.pending) / rate) * 1000
    }

    func text(_ palette: Palette) -> String {
        let progress = run.progress
        let settled = progress.pages - progress.pending
        var line = "\(palette.bold(Terminal.sanitized(job))) run \(run.number), \(run.situation): "
        line += "\(Wording.count(settled))/\(Wording.count(progress.pages)) pages, "
        line += "\(Wording.count(progress.done)) done, \(Wording.count(progress.failed)) failed, "
        line += "\(Wording.count(progress.skipped)) skipped, "
        if let rate = current?.pagesPerSecond { line += "\(Wording.count(Int64(rate.rounded())))/s, " }
        line += "\(Wording.count(Int64(meanRate.rounded())))/s on the whole, "
        line += "elapsed \(Wording.time(milliseconds: progress.elapsedMilliseconds))"
        if let current {
            line += ", \(current.inFlight) in flight"
            if current.hostsWaiting > 0 {
                line += ", \(Wording.count(Int64(current.hostsWaiting), "host")) waiting"
            }
        }
        if let eta { line += ", ETA \(Wording.time(milliseconds: eta))" }
        line += "\n"
        guard isUnderWay else { return line }
        for wait in waits { line += "  \(Terminal.sanitized(wait.host)): \(words(wait))\n" }
        return line
    }

    private func words(_ wait: HostWait) -> String {
        let left = wait.until.map { " for " + Wording.time(milliseconds: max(0, $0 - now)) } ?? ""
        switch wait.reason {
        case .snoozed: return "asked for a pause (Retry-After)\(left)"
        case .unreachable: return "cannot be reached, not tried\(left)"
        case .throttled: return "answers 429 or 503 or too slowly, requested less often"
        case .taken: return "leased by another run"
        }
    }

    /// A JSON object on one line. Members are added, never renamed.
    var json: String {
        let progress = run.progress
        var line = JSONLine()
        line.add("job", job)
        line.add("run", run.number)
        line.add("state", run.state.rawValue)
        line.add("pid", run.runnerPID.map(Int64.init))
        line.add("pages", progress.pages)
        line.add("pages_pending", progress.pending)
        line.add("pages_done", progress.done)
        line.add("pages_failed", progress.failed)
        line.add("pages_skipped", progress.skipped)
        line.add("requests", progress.requests)
        line.add("size_download", progress.sizeDownload)
        line.add("elapsed_ms", progress.elapsedMilliseconds)
        line.add("in_flight", current.map { Int64($0.inFlight) })
        line.add("hosts", current.map { Int64($0.hosts) })
        line.add("hosts_waiting", current.map { Int64($0.hostsWaiting) })
        line.add(
            "pages_per_second", json: current?.pagesPerSecond.map { "\(($0 * 10).rounded() / 10)" } ?? "null")
        line.add("eta_ms", isUnderWay ? eta : nil)
        let waits = waits.map { wait in
            var entry = JSONLine()
            entry.add("host", wait.host)
            entry.add("reason", wait.reason.rawValue)
            entry.add("until", wait.until)
            return entry.line
        }
        line.add("waiting", json: "[" + (isUnderWay ? waits : []).joined(separator: ",") + "]")
        return line.line + "\n"
    }
}
