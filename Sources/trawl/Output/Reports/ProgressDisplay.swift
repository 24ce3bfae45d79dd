internal import CrawlCore
internal import CrawlEngine
internal import Glibc

/// The progress of a run on stderr: a live line on a terminal, else a line every ten seconds.
///
/// It is a value: it takes the time and returns what to write.
struct ProgressDisplay {
    private let job: String
    /// Whether each line replaces the one before, on a terminal.
    private let isLive: Bool
    private var lastLine: ContinuousClock.Instant
    /// Settled pages at earlier instants, for the rate over the last seconds.
    private var samples: [(at: ContinuousClock.Instant, settled: Int64)] = []

    static let lineInterval: Duration = .seconds(10)
    private static let rateWindow: Duration = .seconds(5)

    init(job: String, isLive: Bool, now: ContinuousClock.Instant) {
        self.job = job
        self.isLive = isLive
        lastLine = now
    }

    /// The text to write for a new snapshot; nil for none.
    mutating func update(_ snapshot: RunSnapshot, columns: Int, now: ContinuousClock.Instant) -> String? {
        let settled = snapshot.progress.pages - snapshot.progress.pending
        samples.append((now, settled))
        while samples.count > 2, samples[1].at + ProgressDisplay.rateWindow <= now { samples.removeFirst() }
        let segments = segments(snapshot, rate: rate)
        if isLive { return "\r" + ProgressDisplay.fit(segments, columns: columns) + "\u{1b}[K" }
        guard lastLine + ProgressDisplay.lineInterval <= now else { return nil }
        lastLine = now
        return segments.joined(separator: ", ") + "\n"
    }

    /// The text that clears the live line.
    var clearing: String { isLive ? "\r\u{1b}[K" : "" }

    /// Pages settled a second over the last seconds; nil where too little is known.
    private var rate: Double? {
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return nil }
        return Double(last.settled - first.settled) / ((last.at - first.at) / .seconds(1))
    }

    private func segments(_ snapshot: RunSnapshot, rate: Double?) -> [String] {
        let progress = snapshot.progress
        let settled = progress.pages - progress.pending
        var segments = ["\(job): \(Wording.count(settled))/\(Wording.count(progress.pages)) pages"]
        if let rate { segments.append("\(Wording.count(Int64(rate.rounded())))/s") }
        segments.append("\(snapshot.inFlight) in flight")
        if progress.failed > 0 { segments.append("\(Wording.count(progress.failed)) failed") }
        if snapshot.waitingHosts > 0 {
            segments.append(Wording.count(Int64(snapshot.waitingHosts), "host") + " waiting")
        }
        if let rate, rate > 0, progress.pending > 0 {
            let left = Double(progress.pending) / rate
            segments.append("ETA \(Wording.time(milliseconds: Int64(left.rounded()) * 1000))")
        }
        return segments
    }

    /// As many segments as fit into a line. If the first alone is too long, it is cut.
    static func fit(_ segments: [String], columns: Int) -> String {
        // The last column stays free: some terminals wrap when it is written.
        let room = max(columns - 1, 1)
        var line = String(DisplayWidth.prefix(segments.first ?? "", columns: room))
        for segment in segments.dropFirst() {
            guard DisplayWidth.columns(line) + 2 + DisplayWidth.columns(segment) <= room else { break }
            line += ", " + segment
        }
        return line
    }
}
