internal import CrawlCore
internal import TrawlStore

/// The status of a job: that of its latest run.
struct JobStatus {
    let job: String
    /// Nil where the job was never run.
    let run: RunStatus?

    var isUnderWay: Bool { run?.isUnderWay == true }

    /// Lines for people.
    ///
    /// - Parameter columns: of the terminal that the lines are to fit; nil for lines in full.
    func text(_ palette: Palette, columns: Int?) -> String {
        if let run { return run.text(palette, columns: columns) }
        return RunStatus.line(
            job, " has not been run yet; begin with: trawl run \(ShellWord.quoted(job))", palette, columns)
    }

    /// A JSON object on one line. Of a job that was never run it has the name, and null for the rest.
    var json: String {
        if let run { return run.json }
        var line = JSONLine()
        line.add("job", job)
        line.add("run", nil as Int?)
        line.add("state", nil as String?)
        return line.line + "\n"
    }
}

/// The status of a run, as `trawl status` shows it.
struct RunStatus {
    let job: String
    let run: RunRecord
    /// The runner's latest figures; nil where no runner has the run.
    let activity: RunActivity?
    /// Hosts that the run waits for, the longest waits first.
    let waits: [HostWait]
    /// Whether the run has all its pages, and somebody is at work on them.
    let isForeseeable: Bool
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

    /// Milliseconds to the end, at the present rate if that is known, else at the rate of the whole run. Nil where it cannot be told:
    /// nobody is at work, nothing comes in, or pages lead to more pages.
    private var eta: Int64? {
        let rate = current?.pagesPerSecond ?? meanRate
        guard isForeseeable, run.progress.pending > 0, rate > 0 else { return nil }
        return Int64((Double(run.progress.pending) / rate).rounded(.up)) * 1000
    }

    /// Lines for people: the run, then hosts that it waits for.
    ///
    /// - Parameter columns: of the terminal that the lines are to fit; nil for lines in full.
    func text(_ palette: Palette, columns: Int?) -> String {
        var text = RunStatus.line(job, " " + segments.joined(separator: ", "), palette, columns)
        guard isUnderWay else { return text }
        for wait in waits {
            text += RunStatus.line("", "  \(Terminal.sanitized(wait.host)): \(words(wait))", palette, columns)
        }
        return text
    }

    /// A line that begins with the name of a job.
    static func line(_ job: String, _ rest: String, _ palette: Palette, _ columns: Int?) -> String {
        let job = Terminal.sanitized(job)
        // The last column stays free: some terminals wrap when it is written.
        guard let room = columns.map({ max($0 - 1, 1) }) else { return palette.bold(job) + rest + "\n" }
        let name = DisplayWidth.cut(job, columns: room)
        return palette.bold(name) + DisplayWidth.cut(rest, columns: room - DisplayWidth.columns(name)) + "\n"
    }

    /// What there is to say, what matters most first, since a narrow terminal shows the beginning.
    private var segments: [String] {
        let progress = run.progress
        let settled = progress.pages - progress.pending
        var segments = [
            "run \(run.number), \(run.situation): \(Wording.count(settled))/\(Wording.count(progress.pages)) pages",
            "\(Wording.count(progress.done)) done", "\(Wording.count(progress.failed)) failed",
            "\(Wording.count(progress.skipped)) skipped",
        ]
        if let rate = current?.pagesPerSecond { segments.append("\(Wording.count(Int64(rate.rounded())))/s") }
        segments += [
            "\(Wording.count(Int64(meanRate.rounded())))/s on the whole",
            "elapsed \(Wording.time(milliseconds: progress.elapsedMilliseconds))",
        ]
        if let current {
            segments.append("\(current.inFlight) in flight")
            if current.hostsWaiting > 0 {
                segments.append(Wording.count(Int64(current.hostsWaiting), "host") + " waiting")
            }
        }
        if let eta { segments.append("ETA \(Wording.time(milliseconds: eta))") }
        return segments
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
        line.add("eta_ms", eta)
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
