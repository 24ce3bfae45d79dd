/// A report as one JSON object, for programs. docs/report.md says what its members are.
///
/// Texts are as strangers wrote them, cut where they are long; what a terminal acts on is written as escapes, which means the same.
struct ReportJSON {
    /// The form. It grows with members that are added, which does not change the number.
    static let format = "trawl-report/1"

    private let document: RunReportDocument
    private let put: (String) throws -> Void

    init(_ document: RunReportDocument, put: @escaping (String) throws -> Void) {
        self.document = document
        self.put = put
    }

    func write() throws {
        var head = JSONLine()
        head.add("format", Self.format)
        head.add("job", document.job)
        head.add("run", json: run)
        head.add("figures", json: object(document.figures.map { ($0.name, $0.value) }))
        head.add("failures", json: object(document.failures.map { ($0.word, $0.count) }))
        head.add("changes", json: changes)
        head.add("findings", json: "[" + document.findings.map(finding).joined(separator: ",") + "]")
        head.add("not_looked_at", json: JSONLine.array(document.limits))
        head.add("charts", json: charts)
        head.add("settings", document.settings)
        // The rows of the tables are many, and are written one by one.
        try put(ForeignText.json(String(head.line.dropLast())) + ",\n\"tables\":{")
        var isFirst = true
        for table in document.sections.flatMap(\.tables) {
            try put((isFirst ? "\n" : ",\n"))
            isFirst = false
            try write(table)
        }
        try put("\n}}\n")
    }

    private var run: String {
        let run = document.run
        var object = JSONLine()
        object.add("number", run.number)
        object.add("state", run.isFinished ? "finished" : "active")
        object.add("started_at", run.startedAt)
        object.add("finished_at", run.finishedAt)
        object.add("is_anonymous", FieldValue.flag(run.isAnonymous))
        return object.line
    }

    private var changes: String {
        guard let changes = document.changes else { return "null" }
        var object = JSONLine()
        object.add("since_run", changes.since)
        object.add("counts", json: self.object(changes.counts.map { ($0.word, $0.count) }))
        return object.line
    }

    private func finding(_ finding: RunReportDocument.Finding) -> String {
        var object = JSONLine()
        object.add("severity", finding.severity.rawValue)
        object.add("what", finding.what)
        object.add("subject", finding.subject)
        object.add("advice", finding.advice)
        object.add("count", finding.count)
        object.add("table", finding.place)
        return object.line
    }

    private var charts: String {
        var object = JSONLine()
        for chart in document.sections.flatMap(\.charts) {
            let bars = chart.bars.map { bar in
                var object = JSONLine()
                object.add(chart.label, bar.label)
                for (series, value) in zip(chart.series, bar.values) { object.add(series.name, value) }
                return object.line
            }
            object.add(chart.id, json: "[" + bars.joined(separator: ",") + "]")
        }
        return object.line
    }

    private func object(_ members: [(String, Int64?)]) -> String {
        var object = JSONLine()
        for (name, value) in members { object.add(name, value) }
        return object.line
    }

    private func write(_ table: ReportTable) throws {
        try put("\"\(table.id)\":{\"total\":\(max(table.total, Int64(table.rows))),\"rows\":[")
        for row in 0..<table.rows {
            var object = JSONLine()
            for column in table.columns {
                switch column.cells[row] {
                case .number(let number): object.add(column.name, number)
                case .text(let text): object.add(column.name, text)
                }
            }
            try put((row == 0 ? "\n" : ",\n") + ForeignText.json(object.line))
        }
        try put("]}")
    }
}
