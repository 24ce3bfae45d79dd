internal import CrawlCore
internal import TrawlStore

/// The pictures of a report, out of counts.
enum ReportCharts {
    private typealias Bar = ReportChart.Bar
    private static let pages = [ReportChart.Series(name: "pages", heading: "Pages", tone: .plain)]

    // MARK: What came of pages

    static func statuses(_ report: RunReport) -> ReportChart? {
        let bars = report.statuses.map { status, pages in
            Bar(label: "\(status)", values: [pages], tone: tone(status))
        }
        return counted("status", "Answers by status", "status", bars)
    }

    static func errors(_ report: RunReport) -> ReportChart? {
        counted(
            "errors", "What went wrong", "error",
            report.errors.map { Bar(label: $0.kind, values: [$0.pages], tone: .bad) })
    }

    static func skips(_ report: RunReport) -> ReportChart? {
        counted(
            "skips", "Why pages were skipped", "reason",
            report.skips.map { Bar(label: $0.reason, values: [$0.pages], tone: .other) })
    }

    static func types(_ types: [(type: String, pages: Int64, bytes: Int64)]) -> ReportChart? {
        var bars = types.prefix(10).map {
            Bar(label: $0.type.isEmpty ? "(none)" : $0.type, values: [$0.pages])
        }
        let rest = types.dropFirst(10).reduce(0) { $0 + $1.pages }
        if rest > 0 { bars.append(Bar(label: "all others", values: [rest])) }
        return counted("types-chart", "Pages by content type", "type", bars)
    }

    static func changes(_ changes: RunReportDocument.Changes) -> ReportChart? {
        let bars = changes.counts.map { count in
            let tone: ReportChart.Tone? =
                switch count.word {
                case "new": .good
                case "gone": .bad
                default: .other
                }
            return Bar(label: count.word, values: [count.count], tone: tone)
        }
        return counted("changes-chart", "Changes since run \(changes.since)", "change", bars)
    }

    private static func counted(_ id: String, _ title: String, _ label: String, _ bars: [ReportChart.Bar])
        -> ReportChart?
    {
        guard !bars.isEmpty else { return nil }
        let parts = bars.prefix(6).map { "\($0.label): \(Wording.count($0.total))" }
        let rest = bars.count > 6 ? ", and \(bars.count - 6) more" : ""
        return ReportChart(
            id: id, title: title, summary: parts.joined(separator: ", ") + rest + ".", kind: .bars,
            label: label,
            series: pages, bars: bars)
    }

    private static func tone(_ status: Int) -> ReportChart.Tone {
        switch status {
        case 200...299, 304: .good
        case 400...: .bad
        default: .other
        }
    }

    private static let outcomes = [
        ReportChart.Series(name: "done", heading: "Done", tone: .good),
        ReportChart.Series(name: "failed", heading: "Failed", tone: .bad),
        ReportChart.Series(name: "skipped", heading: "Skipped", tone: .other),
    ]

    static func depths(_ depths: [Int: (done: Int64, failed: Int64, skipped: Int64)]) -> ReportChart? {
        guard depths.count > 1 else { return nil }
        let last = 10
        var bars: [Bar] = []
        for depth in depths.keys.sorted() where depth < last {
            let counts = depths[depth] ?? (0, 0, 0)
            bars.append(Bar(label: "\(depth)", values: [counts.done, counts.failed, counts.skipped]))
        }
        let deep = depths.filter { $0.key >= last }.values
        if !deep.isEmpty {
            bars.append(
                Bar(
                    label: "\(last) and more",
                    values: [
                        deep.reduce(0) { $0 + $1.done }, deep.reduce(0) { $0 + $1.failed },
                        deep.reduce(0) { $0 + $1.skipped },
                    ]))
        }
        return ReportChart(
            id: "depth", title: "Pages by links away from the job's own URLs",
            summary: "The deepest page is \(depths.keys.max() ?? 0) links away.", kind: .bars, label: "depth",
            series: outcomes, bars: bars)
    }

    // MARK: Time

    /// Pages over the time of the run, in at most so many columns.
    static func timeline(_ seconds: [Int64: (done: Int64, failed: Int64)], columns limit: Int = 100)
        -> ReportChart?
    {
        guard let first = seconds.keys.min(), let last = seconds.keys.max() else { return nil }
        let width = widths.first { (last - first) / $0 < Int64(limit) } ?? (last - first) / Int64(limit) + 1
        let start = first / width * width
        var columns = [(done: Int64, failed: Int64)](
            repeating: (0, 0), count: Int((last - start) / width) + 1)
        for (second, counts) in seconds {
            columns[Int((second - start) / width)].done += counts.done
            columns[Int((second - start) / width)].failed += counts.failed
        }
        let bars = columns.enumerated().map { index, counts in
            Bar(
                label: clock((start + Int64(index) * width), isLong: last - start > 86_400),
                values: [counts.done, counts.failed])
        }
        let most = bars.max { $0.total < $1.total }
        return ReportChart(
            id: "timeline", title: "Pages over the run, each \(Wording.duration(seconds: width)) (UTC)",
            summary: "From \(bars.first?.label ?? "") to \(bars.last?.label ?? ""). "
                + "The most were \(Wording.count(most?.total ?? 0)) at \(most?.label ?? "").",
            kind: .columns, label: "time", series: Array(outcomes.prefix(2)), bars: bars)
    }

    private static let widths: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
    ]

    private static func clock(_ second: Int64, isLong: Bool) -> String {
        let instant = Wording.instant(milliseconds: second * 1000)
        let shown = isLong ? instant.prefix(16) : instant.dropFirst(11).prefix(8)
        return String(shown.replacing("T", with: " "))
    }

    /// How long requests took, in ranges that grow with the time.
    static func distribution(_ times: TimeCounts) -> ReportChart? {
        let percentiles = times.percentiles([0.5, 0.95, 0.99])
        guard percentiles.count == 3 else { return nil }
        let bins = times.histogram(bounds)
        guard let first = bins.firstIndex(where: { $0 > 0 }), let last = bins.lastIndex(where: { $0 > 0 })
        else {
            return nil
        }
        let shown = max(0, first - 1)...min(bins.count - 1, last + 1)
        let bars = shown.map { index in
            let lower = index == 0 ? 0 : bounds[index - 1]
            let label =
                index == bounds.count
                ? "\(Wording.time(milliseconds: lower)) and more"
                : "\(Wording.time(milliseconds: lower)) to \(Wording.time(milliseconds: bounds[index]))"
            return Bar(label: label, values: [bins[index]])
        }
        let marks = zip(["p50", "p95", "p99"], percentiles).map { name, time in
            ReportChart.Mark(
                place: (place(time) - Double(shown.lowerBound)) / Double(shown.count),
                label: "\(name) \(Wording.time(milliseconds: time))")
        }
        return ReportChart(
            id: "distribution", title: "How long requests took",
            summary: marks.map(\.label).joined(separator: ", ") + ".", kind: .columns, label: "time",
            series: pages, bars: bars, marks: marks)
    }

    private static let bounds: [Int64] = [
        1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000,
        7000, 10_000,
        15_000, 20_000, 30_000, 60_000,
    ]

    /// The bin of a time, and how far it is into it.
    private static func place(_ time: Int64) -> Double {
        let index = bounds.firstIndex { time < $0 } ?? bounds.count
        let lower = index == 0 ? 0 : Double(bounds[index - 1])
        guard index < bounds.count else { return Double(index) + 0.5 }
        return Double(index) + (Double(time) - lower) / (Double(bounds[index]) - lower)
    }

    /// The phases of a request.
    static func phases(_ phases: [RequestPhase: TimeCounts]) -> ReportChart? {
        let bars = RequestPhase.allCases.compactMap { phase -> Bar? in
            guard let values = phases[phase]?.percentiles([0.5, 0.95, 0.99]), values.count == 3 else {
                return nil
            }
            let names = zip(["p50", "p95", "p99"], values)
            return Bar(
                label: phase.heading, values: values,
                text: names.map { "\($0) \(Wording.time(milliseconds: $1))" }.joined(separator: ", "))
        }
        guard !bars.isEmpty else { return nil }
        return ReportChart(
            id: "phases", title: "Where the time goes",
            summary: bars.map { "\($0.label): \($0.text ?? "")" }.joined(separator: "; ") + ".",
            kind: .nested,
            label: "phase",
            series: [
                ReportChart.Series(name: "p50_ms", heading: "p50, ms", tone: .plain),
                ReportChart.Series(name: "p95_ms", heading: "p95, ms", tone: .plain),
                ReportChart.Series(name: "p99_ms", heading: "p99, ms", tone: .plain),
            ], bars: bars)
    }
}

extension Wording {
    /// `second`, `15 seconds`, `hour`: a width of time after "each".
    static func duration(seconds: Int64) -> String {
        let (number, unit): (Int64, String) =
            switch seconds {
            case 86_400...: (seconds / 86_400, "day")
            case 3600...: (seconds / 3600, "hour")
            case 60...: (seconds / 60, "minute")
            default: (seconds, "second")
            }
        return number == 1 ? unit : "\(number) \(unit)s"
    }
}
