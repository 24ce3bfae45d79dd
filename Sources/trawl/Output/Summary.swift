internal import CrawlCore
internal import CrawlStore

/// What a run came to, for people.
enum Summary {
    /// A few lines, each ended.
    static func text(
        job: String, run: Int, progress: RunProgress, report: RunReport, isFinished: Bool, palette: Palette
    ) -> String {
        var lines: [String] = []
        let end = isFinished ? palette.green("finished") : palette.yellow("not finished")
        lines.append(
            "\(palette.bold(Terminal.sanitized(job))) run \(run): \(end) after "
                + Wording.time(milliseconds: progress.elapsedMilliseconds))
        var states = ["\(Wording.count(progress.done)) done"]
        if progress.failed > 0 { states.append(palette.red("\(Wording.count(progress.failed)) failed")) }
        if progress.skipped > 0 { states.append("\(Wording.count(progress.skipped)) skipped") }
        if progress.pending > 0 { states.append("\(Wording.count(progress.pending)) pending") }
        lines.append(row("pages", "\(Wording.count(progress.pages)): " + states.joined(separator: ", ")))
        add("status", report.statuses.map { ("\($0.status)", $0.pages) }, to: &lines)
        add("errors", report.errors.map { ($0.kind, $0.pages) }, to: &lines)
        add("skipped", report.skips.map { ($0.reason, $0.pages) }, to: &lines)
        lines.append(
            row(
                "requests",
                "\(Wording.count(progress.requests)), \(Wording.bytes(progress.sizeDownload)) received\(rate(progress))"
            ))
        for (index, host) in report.slowestHosts.enumerated() {
            lines.append(
                row(
                    index == 0 ? "slowest" : "",
                    "\(Terminal.sanitized(host.host))  mean \(Wording.time(milliseconds: host.meanMilliseconds)), "
                        + "max \(Wording.time(milliseconds: host.maxMilliseconds)), "
                        + Wording.count(host.pages, "page")))
        }
        if let speedUp = speedUp(progress) { lines.append(row("speed-up", speedUp)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ label: String, _ text: String) -> String {
        "  " + label + String(repeating: " ", count: max(1, 10 - label.count)) + text
    }

    private static func add(_ label: String, _ counts: [(String, Int64)], to lines: inout [String]) {
        guard !counts.isEmpty else { return }
        lines.append(row(label, counts.map { "\($0.0) × \(Wording.count($0.1))" }.joined(separator: ", ")))
    }

    private static func rate(_ progress: RunProgress) -> String {
        guard progress.elapsedMilliseconds > 0 else { return "" }
        let settled = progress.done + progress.failed
        return ", \(Wording.count(settled * 1000 / progress.elapsedMilliseconds)) pages/s"
    }

    /// The sum of the requests' times against the time the run took.
    private static func speedUp(_ progress: RunProgress) -> String? {
        guard progress.elapsedMilliseconds > 0, progress.requestMicroseconds > 0 else { return nil }
        let sum = progress.requestMicroseconds / 1000
        let tenths = progress.requestMicroseconds / (progress.elapsedMilliseconds * 100)
        return
            "\(tenths / 10).\(tenths % 10) × (the requests one at a time: \(Wording.time(milliseconds: sum)))"
    }
}
