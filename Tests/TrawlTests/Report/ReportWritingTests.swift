import CrawlCore
import Foundation
import Testing
import TrawlStore

@testable import trawl

/// The three writers, on a report that is made by hand.
struct ReportWritingTests {
    private func document(rows: Int, title: (Int) -> String = { "Title \($0)" }) -> RunReportDocument {
        var progress = RunProgress()
        progress.done = Int64(rows)
        var table = ReportTable.pages
        for number in 0..<rows {
            table.add(
                .text("https://example.org/\(number)"), .text("done"), .number(200), .text(nil),
                .text(title(number)),
                .text("text/html"), .number(number), .number(nil as Int?), .number(7), .number(0), .text(nil))
        }
        table.total = Int64(rows)
        var document = RunReportDocument(
            job: "docs",
            run: .init(
                number: 3, isLatest: true, isFinished: true, startedAt: 0, finishedAt: 60_000,
                progress: progress,
                isAnonymous: false))
        document.failures = [.init(word: "status 404", count: 2)]
        document.findings = [
            .init(
                severity: .high, what: "2 pages failed at", subject: "<b>@x", advice: "Mend it.", count: 2,
                reach: 2, place: "pages")
        ]
        document.sections = [.init(id: "everything", title: "Everything", tables: [table])]
        return document
    }

    private func html(_ document: RunReportDocument, limit: Int = ReportHTML.limit) throws -> String {
        var text = ""
        var writer = ReportHTML(document, limit: limit) { text += $0 }
        try writer.write()
        return text
    }

    /// What the page's script makes of the columns of a table.
    private func columns(_ page: String) throws -> [[Any?]] {
        let start = try #require(page.range(of: "id=\"data-pages\">"))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let data = Data(page[start.upperBound..<end.lowerBound].utf8)
        #expect(!data.contains(UInt8(ascii: "<")))
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["columns"] as? [[String: Any]]).map { column in
            if let numbers = column["numbers"] as? [Any] { return numbers }
            let rests = try #require(column["rests"] as? [Any])
            let shared = try #require(column["shared"] as? [Int])
            var previous = ""
            let words = zip(rests, shared).map { rest, count -> String? in
                guard let rest = rest as? String else { return nil }
                previous = String(previous.prefix(count)) + rest
                return previous
            }
            return (column["places"] as? [Int])?.map { $0 < 0 ? nil : words[$0] } ?? words
        }
    }

    @Test func `packed columns give the rows back`() throws {
        let columns = try columns(html(document(rows: 120) { $0 % 3 == 0 ? "é</script>\($0 % 2)" : "same" }))

        #expect(columns.allSatisfy { $0.count == 120 })
        #expect(columns[0][119] as? String == "https://example.org/119")
        #expect(columns[1].allSatisfy { $0 as? String == "done" })
        #expect(columns[3].allSatisfy { $0 == nil })
        #expect(columns[4][3] as? String == "é</script>1")
        #expect(columns[4][4] as? String == "same")
        #expect(columns[6][42] as? Int == 42)
    }

    @Test func `the summary and the first rows come before the data, which comes before the script`() throws {
        let page = try html(document(rows: 120))
        let places = try ["Mend first", "https://example.org/49", "id=\"data-pages\"", "\"use strict\""].map {
            try #require(page.range(of: $0)).lowerBound
        }

        #expect(places == places.sorted())
        #expect(page.components(separatedBy: "<tr>").count - 1 == 51)
        #expect(page.contains("&lt;b&gt;@x"))
    }

    @Test func `the policy names the digests of what stands in the page`() throws {
        let page = try html(document(rows: 1))
        let meta = try #require(page.range(of: "<head>\n<meta http-equiv=\"Content-Security-Policy\""))

        #expect(page.contains(PagePolicy.source(ReportHTML.style)))
        #expect(page.contains(PagePolicy.source(ReportHTML.script)))
        #expect(page.contains("<style>\(ReportHTML.style)</style>"))
        #expect(page.contains("<script>\(ReportHTML.script)</script>"))
        #expect(PagePolicy.source("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(meta.lowerBound < page.index(page.startIndex, offsetBy: 200))
    }

    @Test(arguments: [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(",
    ])
    func `the script makes no markup of texts`(call: String) {
        #expect(!ReportHTML.script.contains(call))
    }

    @Test func `a page never grows beyond its limit, and says what is left out`() throws {
        let long = String(repeating: "\u{202e}", count: 300)
        let page = try html(document(rows: 2_000) { "\($0)\(long)" }, limit: 2_000_000)

        #expect(page.utf8.count < 2_000_000)
        #expect(try columns(page)[0].count < 2_000)
        #expect(page.contains("of 2,000 rows"))
        #expect(page.contains("SELECT * FROM results WHERE job = &#39;docs&#39;"))
    }

    @Test func `Markdown stays below what GitHub takes, and says what is cut`() {
        var document = document(rows: 30) { _ in String(repeating: "`|\\", count: 40) }
        document.sections = (0..<400).map { number in
            var section = document.sections[0]
            section.note = String(repeating: "n", count: 200 + number)
            return section
        }
        let text = ReportMarkdown.text(document)

        #expect(text.utf8.count < 900 << 10)
        #expect(text.contains("\nCut, as this is to stay below"))
        #expect(text.contains("10 more rows are not shown here"))
    }

    @Test func `JSON has every row with its names`() throws {
        var text = ""
        try ReportJSON(document(rows: 3) { "\u{202e}\($0)" }) { text += $0 }.write()
        let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let tables = try #require(object["tables"] as? [String: [String: Any]])
        let rows = try #require(tables["pages"]?["rows"] as? [[String: Any]])

        #expect(object["format"] as? String == "trawl-report/1")
        #expect(rows.count == 3)
        #expect(rows[2]["title"] as? String == "\u{202e}2")
        #expect(!text.unicodeScalars.contains("\u{202e}"))
    }
}

struct ReportContentsTests {
    @Test(arguments: [
        ("https://a.example/p?token=x#f", "https://a.example/p"), ("?q", ""), ("/path", "/path"),
    ])
    func `an anonymous URL has neither query nor fragment`(url: String, kept: String) {
        #expect(ReportTexts(isAnonymous: true).url(url) == kept)
    }

    @Test(arguments: [
        ("no answer from https://a.example/p?t=x, twice", "no answer from https://a.example/p twice"),
        ("\"https://a.example/?t=x\" and more", "\"https://a.example/\" and more"),
        ("What now? This.", "What now? This."), ("see /p?a=1,t=x here", "see /p here"),
    ])
    func `queries within a text are left out`(text: String, kept: String) {
        #expect(ReportTexts(isAnonymous: true).text(text) == kept)
        #expect(ReportTexts(isAnonymous: false).text(text) == text)
    }

    @Test func `percentiles are those of the nearest rank`() {
        var times = TimeCounts()
        for time in 1...200 { times.add(Int64(time)) }

        #expect(times.percentiles([0.5, 0.95, 0.99]) == [100, 190, 198])
        #expect(times.histogram([10, 100]) == [9, 90, 101])
        #expect(TimeCounts().percentile(0.5) == nil)
    }

    @Test func `only the largest rows are kept, of equal ones the first`() {
        var rows = LargestRows<Int>(3)
        for (row, number) in [5, 9, 1, 9, 7, 7].enumerated() { rows.add(Int64(number), row) }

        #expect(rows.rows.map(\.row) == [1, 3, 4])
    }

    @Test func `a host that is down is one cause, however many pages it has`() {
        var causes = FailureCauses()
        for number in 0..<40 {
            var row = ResultRow(url: "https://down.example/\(number)", state: .failed)
            row.errorKind = "connect"
            causes.add(row)
        }
        var findings = ReportFindings()
        findings.add(causes, told: [:])

        #expect(findings.worst.count == 1)
        #expect(findings.worst.first?.subject == "https://down.example")
        #expect(findings.worst.first?.count == 40)
    }

    @Test func `a cause that links tell of is not told twice, and one that they do not know is told`() {
        var causes = FailureCauses()
        for (url, kind, status) in [
            ("https://a.example/1", "http_status", 404), ("https://a.example/2", "http_status", 410),
            ("https://a.example/3", "bad_redirect", 302), ("https://a.example/4", "http_status", 500),
        ] {
            var row = ResultRow(url: url, state: .failed)
            (row.errorKind, row.statusCode) = (kind, status)
            causes.add(row)
        }
        func told(_ reasons: [String: Int64]) -> [String] {
            var findings = ReportFindings()
            findings.add(causes, told: reasons)
            return findings.worst.map(\.what).sorted()
        }
        let fault = "1 page failed: status 500, a fault of the server"

        #expect(told(["gone": 2, "bad_redirect": 1, "status": 1]) == [fault])
        // One of the two was in the job's own list, and no link leads to it.
        #expect(told(["gone": 1, "bad_redirect": 1]).count == 3)
        #expect(told([:]).count == 4)
    }

    @Test func `a link to a page whose failure says more is not told beside it`() {
        var causes = FailureCauses()
        for (url, kind, status) in [
            ("https://a.example/jammed", "http_status", 503), ("https://a.example/reset", "reset", nil),
        ] as [(String, String, Int?)] {
            var row = ResultRow(url: url, state: .failed)
            (row.errorKind, row.statusCode) = (kind, status)
            causes.add(row)
        }
        var links = LinkTally(ReportTexts(isAnonymous: false), limit: 10, told: causes.tellingURLs)
        for (to, reason) in [
            ("https://a.example/jammed", "status"), ("https://a.example/reset", "reset"),
            ("https://b.example/shut", "status"),
        ] {
            var link = LinkRow(
                from: "https://a.example/", to: to, element: "a", attribute: "href", line: 1, count: 2)
            (link.verdict, link.reason) = ("broken", reason)
            links.add(link)
        }
        var findings = ReportFindings()
        findings.add(causes, told: [:])
        findings.add(links)

        #expect(findings.worst.map(\.subject) == [nil, "https://a.example", "https://b.example/shut"])
        #expect(links.brokenLinks == 6)
        #expect(links.brokenTargets == 3)
    }
}
