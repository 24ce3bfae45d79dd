internal import CrawlCore
internal import TrawlStore

/// The summary of a run.
struct Summary {
    let job: String
    let run: Int
    let progress: RunProgress
    let report: RunReport
    let isFinished: Bool
    /// False where the run has pages and none succeeded.
    let hasSuccess: Bool
    /// How many pages have which verdict; empty where the run keeps no links.
    var verdicts: [VerdictCount] = []
    /// What is broken though no page of the run is.
    var brokenReferences: [(reason: LinkReason, count: Int)] = []
    /// The command to be typed next; nil for none.
    var hint: String?

    /// Why pages did not succeed, and how many: `robots × 5, dns × 2`.
    var reasons: String {
        Summary.list(report.skips.map { ($0.reason, $0.pages) } + report.errors.map { ($0.kind, $0.pages) })
    }

    private var end: String {
        isFinished ? (hasSuccess ? "finished" : "finished, no page succeeded") : "not finished"
    }

    /// The summary as a line of the JSON log, each number a member of its own.
    ///
    /// - Parameter now: unix milliseconds.
    func json(now: Int64) -> String {
        var line = JSONLine()
        line.add("time", Wording.instant(milliseconds: now))
        line.add("level", "notice")
        line.add("message", "\(job) run \(run): \(end)")
        line.add("job", job)
        line.add("run", run)
        line.add("state", isFinished ? "finished" : "active")
        addNumbers(to: &line)
        return line.line
    }

    /// Adds the numbers to an object.
    func addNumbers(to line: inout JSONLine) {
        line.add("pages", progress.pages)
        line.add("pages_done", progress.done)
        line.add("pages_failed", progress.failed)
        line.add("pages_skipped", progress.skipped)
        line.add("pages_pending", progress.pending)
        line.add("status_codes", json: Summary.object(report.statuses.map { ("\($0.status)", $0.pages) }))
        line.add("error_kinds", json: Summary.object(report.errors.map { ($0.kind, $0.pages) }))
        line.add("skip_reasons", json: Summary.object(report.skips.map { ($0.reason, $0.pages) }))
        line.add("skipped_links", json: Summary.object(report.skippedLinks.map { ($0.reason, $0.links) }))
        if !verdicts.isEmpty {
            if !brokenReferences.isEmpty {
                line.add(
                    "broken_references",
                    json: Summary.object(brokenReferences.map { ($0.reason.rawValue, Int64($0.count)) }))
            }
            line.add("verdicts", json: Summary.object(verdictTotals.map { ($0.word, $0.pages) }))
            line.add(
                "verdict_reasons",
                json: Summary.object(
                    verdicts.filter { $0.reason != nil }.map { ("\($0.name) \($0.why)", Int64($0.pages)) }))
        }
        if let sitemaps = report.sitemaps {
            line.add("sitemaps", sitemaps.sitemaps)
            line.add("sitemap_entries", sitemaps.entries)
            line.add("sitemap_entries_left_out", sitemaps.leftOut)
            line.add("sitemap_error", sitemaps.firstMistake)
        }
        line.add("requests", progress.requests)
        line.add("size_download", progress.sizeDownload)
        line.add("elapsed_ms", progress.elapsedMilliseconds)
        line.add("request_time_ms", progress.requestMicroseconds / 1000)
    }

    private static func object(_ counts: [(String, Int64)]) -> String {
        var object = JSONLine()
        for (key, count) in counts { object.add(key, count) }
        return object.line
    }

    /// The summary as lines for people.
    ///
    /// - Parameter columns: of the terminal that the lines are to fit; nil for lines in full. The command is never broken, so that it
    ///   can be copied.
    func text(_ palette: Palette, columns: Int? = nil) -> String {
        var lines: [String] = []
        let end = !isFinished ? palette.yellow(end) : hasSuccess ? palette.green(end) : palette.red(end)
        lines.append(
            "\(palette.bold(Terminal.sanitized(job))) run \(run): \(end) after "
                + Wording.time(milliseconds: progress.elapsedMilliseconds))
        var states = ["\(Wording.count(progress.done)) done"]
        if progress.failed > 0 { states.append(palette.red("\(Wording.count(progress.failed)) failed")) }
        if progress.skipped > 0 { states.append("\(Wording.count(progress.skipped)) skipped") }
        if progress.pending > 0 { states.append("\(Wording.count(progress.pending)) pending") }
        lines.append(
            Summary.row("pages", "\(Wording.count(progress.pages)): " + states.joined(separator: ", ")))
        Summary.add("status", report.statuses.map { ("\($0.status)", $0.pages) }, to: &lines)
        Summary.add("errors", report.errors.map { ($0.kind, $0.pages) }, to: &lines)
        Summary.add("skipped", report.skips.map { ($0.reason, $0.pages) }, to: &lines)
        if !verdicts.isEmpty { lines.append(Summary.row("verdicts", verdictText)) }
        if !brokenReferences.isEmpty {
            lines.append(
                Summary.row(
                    "besides", "\(Wording.count(Int64(brokenReferenceCount))) broken (\(brokenReferenceText))"
                ))
        }
        Summary.add("links out", report.skippedLinks.map { ($0.reason, $0.links) }, to: &lines)
        Summary.add(report.sitemaps, to: &lines)
        lines.append(
            Summary.row(
                "requests",
                "\(Wording.count(progress.requests)), \(Wording.bytes(progress.sizeDownload)) received\(Summary.rate(progress))\(Summary.mean(progress))"
            ))
        for (index, host) in report.slowestHosts.enumerated() {
            lines.append(
                Summary.row(
                    index == 0 ? "slowest" : "",
                    "\(Terminal.sanitized(host.host))  mean \(Wording.time(milliseconds: host.meanMilliseconds)), "
                        + "max \(Wording.time(milliseconds: host.maxMilliseconds)), "
                        + Wording.count(host.pages, "page")))
        }
        if let speedUp = Summary.speedUp(progress) { lines.append(Summary.row("speed-up", speedUp)) }
        // The last column stays free: some terminals wrap when it is written.
        let room = columns.map { max($0 - 1, 1) }
        lines = lines.map { WrappedText.lines($0, columns: room, hanging: Summary.indent) }
        if let hint { lines.append(Summary.row(isFinished ? "see" : "go on", Terminal.sanitized(hint))) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// How many columns stand before the text of a row.
    private static let indent = 12

    private static func row(_ label: String, _ text: String) -> String {
        "  " + label + String(repeating: " ", count: max(1, indent - 2 - label.count)) + text
    }

    private static func add(_ label: String, _ counts: [(String, Int64)], to lines: inout [String]) {
        guard !counts.isEmpty else { return }
        // All of it is to be seen at once.
        let left = counts.count - shownCounts
        lines.append(
            Summary.row(
                label, list(Array(counts.prefix(shownCounts))) + (left > 0 ? " and \(left) more" : "")))
    }

    /// How many statuses or kinds are shown on a line.
    private static let shownCounts = 10

    private static func list(_ counts: [(String, Int64)]) -> String {
        counts.map { "\($0.0) × \(Wording.count($0.1))" }.joined(separator: ", ")
    }

    /// How many sitemap entries were read and left out, and the first fault of a sitemap.
    private static func add(_ sitemaps: SitemapReport?, to lines: inout [String]) {
        guard let sitemaps else { return }
        let leftOut = sitemaps.leftOut > 0 ? ", \(Wording.count(sitemaps.leftOut)) left out" : ""
        let entries = sitemaps.entries == 1 ? "1 entry" : "\(Wording.count(sitemaps.entries)) entries"
        lines.append(
            Summary.row("sitemaps", "\(Wording.count(sitemaps.sitemaps)) read: \(entries)\(leftOut)"))
        if let mistake = sitemaps.firstMistake { lines.append(Summary.row("", Terminal.sanitized(mistake))) }
    }

    private static func rate(_ progress: RunProgress) -> String {
        guard progress.elapsedMilliseconds > 0 else { return "" }
        let settled = progress.done + progress.failed
        return ", \(Wording.count(settled * 1000 / progress.elapsedMilliseconds)) pages/s"
    }

    private static func mean(_ progress: RunProgress) -> String {
        guard progress.requests > 0, progress.requestMicroseconds > 0 else { return "" }
        return ", mean \(Wording.time(milliseconds: progress.requestMicroseconds / progress.requests / 1000))"
    }

    /// The sum of the requests' times divided by the time that the run took; nil where the run took longer, as with a delay.
    private static func speedUp(_ progress: RunProgress) -> String? {
        guard progress.elapsedMilliseconds > 0, progress.requestMicroseconds > 0 else { return nil }
        let sum = progress.requestMicroseconds / 1000
        guard sum > progress.elapsedMilliseconds else { return nil }
        let tenth = progress.elapsedMilliseconds * 100
        let tenths = (progress.requestMicroseconds + tenth / 2) / tenth
        guard tenths > 10 else { return nil }
        return
            "\(tenths / 10).\(tenths % 10) × (the requests one at a time: \(Wording.time(milliseconds: sum)))"
    }
}
