internal import CrawlCore
internal import CrawlEngine

/// The progress of a run on stderr: some lines that are drawn again and again on a terminal, else a line every ten seconds.
///
/// It is a value: it takes the time and returns what to write.
struct ProgressDisplay {
    /// The terminal's size.
    struct Size: Equatable {
        var columns = 80
        var rows = 24
    }

    private let job: String
    /// Whether the lines are drawn again and again, on a terminal.
    let isLive: Bool
    /// Whether the run has all its pages, so that its end can be foreseen.
    var isForeseeable = false
    private var lastLine: MonotonicInstant
    private let since: MonotonicInstant
    private var meter = RateMeter()

    static let lineInterval: Duration = .seconds(10)
    private static let rateWindow: Duration = .seconds(5)
    /// The rate of the end's forecast is that of the last minute, and none is made before so long.
    private static let forecastWindow: Duration = .seconds(60)
    private static let forecastAfter: Duration = .seconds(5)

    init(job: String, isLive: Bool, now: MonotonicInstant) {
        self.job = job
        self.isLive = isLive
        lastLine = now
        since = now
    }

    /// The text to write for a new snapshot; nil for none.
    ///
    /// - Parameter tally: what the run's tries came to.
    mutating func update(
        _ snapshot: RunSnapshot, _ tally: CrawlTally, size: Size, now: MonotonicInstant
    ) -> String? {
        meter.note(snapshot.progress.settled, at: now)
        if isLive {
            return LiveBlock.drawing(lines(snapshot, tally, size, now).prefix(max(1, size.rows - 1)))
        }
        guard lastLine + Self.lineInterval <= now else { return nil }
        lastLine = now
        return line(snapshot, now) + "\n"
    }

    // MARK: A line for a log

    private func line(_ snapshot: RunSnapshot, _ now: MonotonicInstant) -> String {
        var words = ["\(job): \(pages(snapshot.progress))"]
        if let rate = meter.rate(over: Self.rateWindow) { words.append("\(Self.count(rate))/s") }
        words += doings(snapshot)
        if let eta = eta(snapshot.progress, now) { words.append(eta) }
        return words.joined(separator: ", ")
    }

    // MARK: Lines for a terminal

    private func lines(
        _ snapshot: RunSnapshot, _ tally: CrawlTally, _ size: Size, _ now: MonotonicInstant
    ) -> [String] {
        // The last column stays free: some terminals wrap when it is written.
        let room = max(size.columns - 1, 1)
        var lines = [headline(snapshot, room, now)]
        lines.append(LiveBlock.fitting(doings(snapshot), columns: room, indent: 2))
        let kinds = tally.failed.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.key.rawValue) × \(Wording.count($0.value))" }
        if !kinds.isEmpty {
            lines.append(LiveBlock.fitting(kinds, columns: room, indent: 2, label: "failed: "))
        }
        guard tally.hosts.count > 1, size.rows >= 12 else { return lines }
        for host in tally.hosts.slowest(3) { lines.append(Self.line(host, room)) }
        return lines
    }

    /// A host that is slow. Where there is little room its name is without a scheme, and how many requests it had is left out.
    private static func line(_ host: HostTimes.Host, _ room: Int) -> String {
        let mean = ", mean \(Wording.time(milliseconds: host.meanMilliseconds))"
        let facts = mean + ", \(Wording.count(host.tries, "request"))"
        let whole = Terminal.sanitized(host.key)
        let name = whole.firstRange(of: "://").map { String(whole[$0.upperBound...]) } ?? whole
        for line in ["  slow \(whole)\(facts)", "  slow \(name)\(facts)", "  slow \(name)\(mean)"]
        where DisplayWidth.columns(line) <= room {
            return line
        }
        let short = DisplayWidth.middle(name, columns: max(12, room - 7 - DisplayWidth.columns(mean)))
        return DisplayWidth.cut("  slow \(short)\(mean)", columns: room)
    }

    /// The name, how far the run is, and what fits beside that.
    private func headline(_ snapshot: RunSnapshot, _ room: Int, _ now: MonotonicInstant) -> String {
        let progress = snapshot.progress
        var facts = [pages(progress)]
        if let rate = meter.rate(over: Self.rateWindow) { facts.append("\(Self.count(rate))/s") }
        if let eta = eta(progress, now) { facts.append(eta) }
        // The numbers change, so they matter more than a long name.
        let name = DisplayWidth.cut(
            job, columns: max(8, room - 1 - DisplayWidth.columns(facts.joined(separator: ", "))))
        let left = room - DisplayWidth.columns(name) - 1
        let text = LiveBlock.fitting(facts, columns: left)
        let bar = left - DisplayWidth.columns(text) - 1
        guard isForeseeable, bar >= 12 else { return name + " " + text }
        return name + " " + Self.bar(progress, columns: min(bar, 40)) + " " + text
    }

    private static func bar(_ progress: RunProgress, columns: Int) -> String {
        let width = columns - 2
        let full = progress.pages > 0 ? Int(Int64(width) * progress.settled / progress.pages) : 0
        return "[" + String(repeating: "#", count: full) + String(repeating: "-", count: width - full) + "]"
    }

    private func pages(_ progress: RunProgress) -> String {
        // Of a run that finds its pages as it goes, nobody knows how many there will be.
        isForeseeable
            ? "\(Wording.count(progress.settled))/\(Wording.count(progress.pages)) pages"
            : "\(Wording.count(progress.settled)) of \(Wording.count(progress.pages)) pages found"
    }

    private func doings(_ snapshot: RunSnapshot) -> [String] {
        let progress = snapshot.progress
        var words = ["\(snapshot.inFlight) in flight"]
        if progress.failed > 0 { words.append("\(Wording.count(progress.failed)) failed") }
        if snapshot.waitingHosts > 0 {
            words.append(Wording.count(Int64(snapshot.waitingHosts), "host") + " waiting")
        }
        if progress.skipped > 0 { words.append("\(Wording.count(progress.skipped)) skipped") }
        words.append("\(Wording.bytes(progress.sizeDownload)) received")
        return words
    }

    /// When the run will be over, where that can be told: all its pages are known, and some seconds have passed.
    private func eta(_ progress: RunProgress, _ now: MonotonicInstant) -> String? {
        guard isForeseeable, progress.pending > 0, now - since >= Self.forecastAfter,
            let rate = meter.rate(over: Self.forecastWindow), rate > 0
        else { return nil }
        let left = Int64((Double(progress.pending) / rate).rounded(.up))
        return "ETA " + (left < 60 ? "\(left) s" : Wording.time(milliseconds: left * 1000))
    }

    private static func count(_ rate: Double) -> String { Wording.count(Int64(rate.rounded())) }
}
