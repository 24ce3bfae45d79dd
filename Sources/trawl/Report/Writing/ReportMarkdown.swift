/// A report as Markdown (GitHub Flavored), for the summary that a CI system shows of a job.
///
/// GitHub takes 1 MiB of a step and drops more without a word, so this ends earlier and says what is cut. Strangers' texts are code.
struct ReportMarkdown {
    /// How many bytes it has at most.
    static let limit = 900 << 10
    /// How many rows of a table it has at most.
    private static let rows = 20
    /// How many characters of a cell.
    private static let width = 120

    private let document: RunReportDocument
    private let limit: Int
    private var text = ""
    /// Sections and tables that did not fit.
    private var cut: [String] = []

    init(_ document: RunReportDocument, limit: Int = ReportMarkdown.limit) {
        self.document = document
        self.limit = limit
    }

    static func text(_ document: RunReportDocument, limit: Int = ReportMarkdown.limit) -> String {
        var writer = ReportMarkdown(document, limit: limit)
        writer.write()
        return writer.text
    }

    /// Adds a part where there is room for it and for the word on what is cut.
    private mutating func add(_ part: String, _ name: String) {
        guard text.utf8.count + part.utf8.count + 2_000 <= limit else { return cut.append(name) }
        text += part
    }

    private mutating func write() {
        add(summary, "summary")
        for section in document.sections {
            var part = "\n## \(section.title)\n"
            if let note = section.note { part += "\n\(note)\n" }
            for chart in section.charts { part += table(chart) }
            add(part, section.title)
            for table in section.tables where table.rows > 0 { add(self.table(table), table.title) }
        }
        if !document.settings.isEmpty {
            add("\n## The job\n\n\(settings)", "The job")
        }
        if !cut.isEmpty {
            text +=
                "\nCut, as this is to stay below \(Wording.bytes(Int64(limit))): \(cut.prefix(30).joined(separator: ", ")).\n"
        }
    }

    private var summary: String {
        let run = document.run
        var text = "# \(code(document.job)), run \(run.number)\n\nBegun \(ReportText.instant(run.startedAt))"
        if let end = run.finishedAt { text += ", finished \(ReportText.instant(end))" }
        text += " UTC.\n"
        if !run.isFinished {
            text += "\n**Not finished.** These numbers are of a run that is under way or was stopped.\n"
        }
        text += "\n| | |\n|---|---:|\n"
        for figure in document.figures { text += "| \(figure.heading) | \(figure.text) |\n" }
        if !document.failures.isEmpty {
            text += "\n**Why pages failed:** "
            text +=
                document.failures.prefix(8).map { "\(code($0.word)) × \(Wording.count($0.count))" }.joined(
                    separator: ", ") + "\n"
        }
        if let changes = document.changes {
            let words = changes.counts.map { "\(Wording.count($0.count)) \(ReportText.change($0.word))" }
            text +=
                "\n**Since run \(changes.since):** \(words.isEmpty ? "nothing changed" : words.joined(separator: ", "))\n"
        }
        if !document.findings.isEmpty {
            text += "\n## Mend first\n\n"
            for finding in document.findings {
                text +=
                    "1. **\(finding.severity.rawValue)**: \(finding.what)\(finding.subject.map { " " + code($0) } ?? ""). \(finding.advice)\n"
            }
        }
        if !document.limits.isEmpty {
            text += "\n## Not looked at\n\n" + document.limits.map { "- \($0)\n" }.joined()
        }
        return text
    }

    private var settings: String {
        // Four spaces make it code, whatever is in it.
        document.settings.split(separator: "\n").map { "    \(ForeignText.visible(String($0)))\n" }.joined()
    }

    private func table(_ chart: ReportChart) -> String {
        var text = "\n**\(ForeignText.visible(chart.title))**\n\n| \(chart.label) |"
        for series in chart.series { text += " \(series.heading) |" }
        text += "\n|---|" + String(repeating: "---:|", count: chart.series.count) + "\n"
        for bar in chart.bars.prefix(Self.rows) {
            text +=
                "| \(cell(bar.label)) | \(bar.values.map { Wording.count($0) }.joined(separator: " | ")) |\n"
        }
        if chart.bars.count > Self.rows { text += "\nand \(chart.bars.count - Self.rows) more rows\n" }
        return text
    }

    private func table(_ table: ReportTable) -> String {
        let total = max(table.total, Int64(table.rows))
        var text = "\n### \(table.title): \(Wording.count(total))\n\n|"
        for column in table.columns { text += " \(column.heading) |" }
        text += "\n|"
        for column in table.columns { text += [.number, .status].contains(column.kind) ? "---:|" : "---|" }
        text += "\n"
        let shown = min(table.rows, Self.rows)
        for row in 0..<shown {
            text += "|"
            for column in table.columns {
                switch column.cells[row] {
                case .number(let number): text += " \(ReportText.text(number, column.kind)) |"
                case .text(let words): text += " \(words.map(cell) ?? "") |"
                }
            }
            text += "\n"
        }
        if total > Int64(shown) {
            text += "\n\(Wording.count(total - Int64(shown))) more rows are not shown here.\n"
        }
        return text
    }

    private func code(_ text: String) -> String {
        ForeignText.markdownCode(ForeignText.cut(text, to: Self.width))
    }

    private func cell(_ text: String) -> String {
        ForeignText.markdownCode(ForeignText.cut(text, to: Self.width), isCell: true)
    }
}
