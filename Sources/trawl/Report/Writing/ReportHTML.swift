internal import CrawlCore

/// A report as one HTML file that needs nothing else: no network, no other file, and no script for what is said at the top.
///
/// The summary, the pictures and the first rows of each table come first, as plain HTML. The rows of the tables, packed, come last, so that
/// the top is drawn while the rest is still read.
struct ReportHTML {
    /// How many bytes the file has at most. Of a table that does not fit the last rows are left out, and the page says so.
    static let limit = 20_000_000

    /// How many rows of a table are plain HTML; the page shows as many at a time.
    private static let firstRows = 50
    /// How many bytes the plain rows of a table may have.
    private static let firstBytes = 200_000

    private let document: RunReportDocument
    private let limit: Int
    private let put: (String) throws -> Void
    private var written = 0

    init(_ document: RunReportDocument, limit: Int = ReportHTML.limit, put: @escaping (String) throws -> Void)
    {
        self.document = document
        self.limit = limit
        self.put = put
    }

    static let style = String(decoding: PackageResources.report_css, as: UTF8.self)
    static let script = String(decoding: PackageResources.report_js, as: UTF8.self)

    private mutating func write(_ text: String) throws {
        written += text.utf8.count
        try put(text)
    }

    mutating func write() throws {
        let packed = pack()
        try write(head)
        try write(summary)
        for section in document.sections { try write(section, packed.rows) }
        try write(settings)
        try write("</main>\n<footer><p>Made by trawl from its database. Times are UTC.</p></footer>\n")
        for (id, bytes) in packed.data {
            try write("<script type=\"application/json\" id=\"data-\(id)\">")
            try write(String(decoding: bytes, as: UTF8.self))
            try write("</script>\n")
        }
        try write("<script>\(Self.script)</script>\n</body>\n</html>\n")
    }

    // MARK: Data

    /// The data of the tables that have more rows than the page shows at once, and how many rows of each are in it.
    private func pack() -> (data: [(id: String, bytes: [UInt8])], rows: [String: Int]) {
        var data: [(id: String, bytes: [UInt8])] = []
        var rows: [String: Int] = [:]
        // What stands before the data, and the script.
        let tables = document.sections.flatMap(\.tables).filter { $0.rows > 0 }
        var left =
            limit - Self.script.utf8.count - Self.style.utf8.count - 300_000 - tables.count * Self.firstBytes
        // The largest comes last and gets what the others leave.
        for table in tables.sorted(by: { ($0.rows, $0.id) < ($1.rows, $1.id) }) {
            var count = table.rows
            var bytes = PackedTable.bytes(table)
            while bytes.count > max(left, 0), count > Self.firstRows {
                count = max(
                    Self.firstRows,
                    min(count - 1, Int(Double(count) * 0.95 * Double(max(left, 0)) / Double(bytes.count))))
                bytes = PackedTable.bytes(table.prefix(count))
            }
            rows[table.id] = count
            guard count > Self.firstRows else { continue }
            left -= bytes.count
            data.append((table.id, bytes))
        }
        return (data, rows)
    }

    // MARK: Top

    private var title: String { "\(ForeignText.html(document.job)), run \(document.run.number)" }

    private var head: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta http-equiv="Content-Security-Policy" content="\(PagePolicy.text(style: Self.style, script: Self.script))">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>\(title): report</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <a class="skip" href="#summary">To the summary</a>

        """
    }

    private var summary: String {
        let run = document.run
        var when = "Begun \(ReportText.instant(run.startedAt))"
        if let end = run.finishedAt { when += ", finished \(ReportText.instant(end))" }
        var text = """
            <header><h1><bdi>\(ForeignText.html(document.job))</bdi> <span class="run">run \(run.number)</span></h1>
            <p class="when">\(when) UTC.\(run.isAnonymous ? " Queries of URLs are left out." : "")</p>

            """
        if !run.isFinished {
            text +=
                "<p class=\"banner\"><strong>Not finished.</strong> These numbers are of a run that is under way or was stopped.</p>\n"
        } else if run.progress.done == 0, run.progress.pages > 0 {
            text += "<p class=\"banner\"><strong>No page succeeded.</strong></p>\n"
        }
        text +=
            "</header>\n" + navigation
            + "<main>\n<section id=\"summary\"><h2>Summary</h2>\n<ul class=\"figures\">\n"
        for figure in document.figures {
            let number = "<strong>\(figure.text)</strong> <span>\(figure.heading)</span>"
            let place = figure.place.flatMap { has($0) ? $0 : nil }
            text +=
                "<li class=\"\(figure.tone.rawValue)\">"
                + (place.map { "<a href=\"#\($0)\">\(number)</a>" } ?? number) + "</li>\n"
        }
        return text + "</ul>\n<div class=\"columns\">\n" + reasons + findings + "</div>\n" + limits
            + "</section>\n"
    }

    private var navigation: String {
        var text = "<nav aria-label=\"Sections\"><ul>"
        for section in document.sections {
            text += "<li><a href=\"#\(section.id)\">\(section.title)</a></li>"
        }
        if !document.settings.isEmpty { text += "<li><a href=\"#job\">The job</a></li>" }
        return text + "</ul></nav>\n"
    }

    /// Whether a section or a table is in the page.
    private func has(_ id: String) -> Bool {
        document.sections.contains { $0.id == id || $0.tables.contains { $0.id == id && $0.rows > 0 } }
    }

    private var reasons: String {
        var text = "<div><h3>Why pages failed</h3>\n"
        if document.failures.isEmpty {
            text += "<p>No page failed.</p>\n"
        } else {
            text += "<ul class=\"counts\">"
            for count in document.failures.prefix(8) {
                text +=
                    "<li><strong>\(Wording.count(count.count))</strong> \(ForeignText.html(count.word))</li>"
            }
            text += "</ul>\n"
            if document.failures.count > 8 {
                text += "<p>and \(document.failures.count - 8) more reasons</p>\n"
            }
        }
        guard let changes = document.changes else { return text + "</div>\n" }
        text += "<h3>Since run \(changes.since)</h3>\n"
        if changes.counts.isEmpty { return text + "<p>Nothing changed.</p></div>\n" }
        text += "<ul class=\"counts\">"
        for count in changes.counts {
            text += "<li><strong>\(Wording.count(count.count))</strong> \(ReportText.change(count.word))</li>"
        }
        return text + "</ul></div>\n"
    }

    private var findings: String {
        guard !document.findings.isEmpty else {
            return "<div><h3>Mend first</h3><p>Nothing was found that needs mending.</p></div>\n"
        }
        var text = "<div class=\"wide\"><h3>Mend first</h3>\n<ol class=\"findings\">\n"
        for finding in document.findings {
            let place =
                has(finding.place)
                ? " <a href=\"#\(finding.place)\">Show<span class=\"hidden\"> \(finding.place)</span></a>"
                : ""
            let subject =
                finding.subject.map { " <bdi class=\"foreign\">\(ForeignText.html($0))</bdi>" } ?? ""
            text +=
                "<li><span class=\"severity \(finding.severity.rawValue)\">\(finding.severity.rawValue)</span> "
                + "\(ForeignText.html(finding.what))\(subject). <span class=\"advice\">\(ForeignText.html(finding.advice))</span>\(place)</li>\n"
        }
        return text + "</ol></div>\n"
    }

    private var limits: String {
        guard !document.limits.isEmpty else { return "" }
        let items = document.limits.map { "<li>\(ForeignText.html($0))</li>" }.joined()
        return "<h3>Not looked at</h3>\n<ul>\(items)</ul>\n"
    }

    private var settings: String {
        guard !document.settings.isEmpty else { return "" }
        return """
            <section id="job"><h2>The job</h2>
            <p>As it was understood, with every default.</p>
            <pre tabindex="0" role="region" aria-label="The job">\(document.settings.split(separator: "\n", omittingEmptySubsequences: false)
                .map { ForeignText.html(String($0)) }.joined(separator: "\n"))</pre></section>

            """
    }

    // MARK: Sections

    private mutating func write(_ section: RunReportDocument.Section, _ rows: [String: Int]) throws {
        try write("<section id=\"\(section.id)\"><h2>\(section.title)</h2>\n")
        if let note = section.note { try write("<p>\(ForeignText.html(note))</p>\n") }
        if !section.charts.isEmpty {
            try write("<div class=\"charts\">\n")
            for chart in section.charts { try write(ReportSVG.figure(chart)) }
            try write("</div>\n")
        }
        for table in section.tables where table.rows > 0 { try write(self.table(table, rows[table.id] ?? 0)) }
        try write("</section>\n")
    }

    /// - Parameter packed: how many rows are in the data.
    private func table(_ table: ReportTable, _ packed: Int) -> String {
        let total = max(table.total, Int64(table.rows))
        var text = """
            <div class="table" id="\(table.id)" data-rows="\(packed)" data-total="\(total)">
            <h3>\(table.title) <span class="total">\(Wording.count(total))</span></h3>
            <p class="note">\(ForeignText.html(table.note))</p>
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table><thead><tr>
            """
        for column in table.columns {
            text +=
                "<th scope=\"col\" class=\"\(column.kind.rawValue)\" data-kind=\"\(column.kind.rawValue)\">\(column.heading)</th>"
        }
        text += "</tr></thead><tbody>\n"
        var shown = 0
        let start = text.utf8.count
        while shown < min(table.rows, Self.firstRows), text.utf8.count - start < Self.firstBytes {
            text +=
                "<tr>" + table.columns.map { ReportText.cell($0.cells[shown], $0.kind) }.joined() + "</tr>\n"
            shown += 1
        }
        text += "</tbody></table></div>\n"
        if total > shown {
            var rest =
                packed > shown
                ? "The first \(Wording.count(Int64(shown))) of \(Wording.count(total)) rows; the filter and the pages need scripts."
                : "The first \(Wording.count(Int64(shown))) of \(Wording.count(total)) rows."
            if total > packed {
                rest += " This file has \(Wording.count(Int64(max(packed, shown)))) of them."
                if document.run.isLatest, let query = table.query(ofJob: document.job) {
                    rest += " All: <code>sqlite3 trawl.db \"\(ForeignText.html(query))\"</code>"
                }
            }
            text += "<p class=\"rest\">\(rest)</p>\n"
        }
        return text + "</div>\n"
    }
}
