import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct RowFormatTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `rows of ndjson come in order of completion`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            if request.path == "/third" { latch.open() }
            return request.path == "/slow" ? .html(title: "slow").held(by: latch) : .html(title: request.path)
        }
        try bench.job("docs", urls: site.urls("/slow", "/fast", "/third"), "concurrency: {per_host: 2}")

        let run = try await bench.trawl("run", "docs.yaml", "--format", "ndjson")

        let titles = try run.objects().compactMap { $0["title"] as? String }
        #expect(run.code == 0)
        #expect(titles.count == 3)
        #expect(titles.first == "/fast")
    }

    @Test func `a title that means harm stays exact in JSON and is escaped in a table`() async throws {
        let title = "a\u{9b}31mred \u{202e}bidi \u{2066} \"q\" \\ 'x'"
        let site = try LoopbackServer { _ in .html(title: title) }
        try bench.job("docs", urls: site.urls("/"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let table = try await bench.trawl("results", "docs", "--color", "never")
        let rows = try await bench.trawl("results", "docs", "--format", "ndjson").objects()
        let array = try await bench.trawl("results", "docs", "--format", "json")
        let objects = try #require(
            JSONSerialization.jsonObject(with: Data(array.output.utf8)) as? [[String: Any]])

        #expect(rows.first?["title"] as? String == title)
        #expect(objects.first?["title"] as? String == title)
        #expect(table.output.contains("a\\u{9b}31mred \\u{202e}bidi \\u{2066} \"q\" \\ 'x'"))
        #expect(!table.output.unicodeScalars.contains { ["\u{2066}", "\u{9b}", "\u{202e}"].contains($0) })
    }

    @Test(arguments: ["ndjson", "json", "csv"])
    func `a terminal gets no text that acts on it, whatever the format`(format: String) async throws {
        let site = try LoopbackServer { _ in
            .html(title: "a\u{9b}31mred \u{202e}bidi \u{61c}", body: "<a href='/x'>\u{202e}\u{9b}</a>")
        }
        try bench.job("docs", urls: site.urls("/"), "links: keep")
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        for command in ["results docs", "links docs"] {
            let shown = try await bench.shell(
                "script -qec '$TRAWL \(command) --format \(format)' /dev/null", environment: ["TERM": "xterm"]
            )

            #expect(shown.output.contains(format == "csv" ? "\\u{202e}" : "\\u202e"), "\(shown.output)")
            #expect(!shown.output.unicodeScalars.contains { ["\u{61c}", "\u{9b}", "\u{202e}"].contains($0) })
        }
    }

    @Test func `what a list says of a page is in every format, also while the run goes`() async throws {
        let site = try Site.pages()
        try bench.write(
            """
            {"url": "\(site.url("/a"))", "id": 12345678901234567890, "tags": ["é"]}
            \(site.url("/b"))\tteam=x, "y"\tnone
            \(site.url("/a")) # the same again
            {"url": "\(site.url("/a"))", "id": 2}
            """, to: "list.txt")
        try bench.write("urls_from: list.txt", to: "docs.yaml")
        let inputs = [
            #"{"id":12345678901234567890,"tags":["é"]}"#, #"{"team":"x, \"y\""}"#, "null", #"{"id":2}"#,
        ]

        let run = try await bench.trawl("run", "docs.yaml", "--format", "ndjson")
        let rows = try await bench.trawl("results", "docs", "--format", "ndjson")
        let array = try await bench.trawl("results", "docs", "--format", "json")
        let table = try await bench.trawl("results", "docs", "--format", "table", "--color", "never")
        let csv = try await bench.trawl("results", "docs", "--format", "csv")

        #expect(run.code == 0)
        for input in inputs.prefix(2) {
            #expect(run.output.contains("\"input\":\(input)"))
            #expect(table.output.contains("  \(input)\n"))
        }
        for output in [rows.output, array.output] {
            let found = output.split(separator: "\n").compactMap { line in
                line.ranges(of: "\"input\":").first.map { String(line[$0.upperBound...]) }
            }
            // Another member comes behind it, or the end of the object.
            #expect(zip(found, inputs).allSatisfy { $0.hasPrefix("\($1),") || $0.hasPrefix("\($1)}") })
            #expect(found.count == inputs.count)
        }
        #expect(csv.output.contains(#","{""id"":12345678901234567890,""tags"":[""é""]}"\#r\#n"#))
        #expect(
            try bench.value("SELECT input ->> 'team' FROM results WHERE url LIKE '%/b'", as: String.self)
                == "x, \"y\"")
    }

    @Test func `a line of a list that means harm is kept exact and shown escaped`() async throws {
        let site = try Site.pages()
        let line = "http://[\u{1b}]0;title\u{7}\u{1b}[2J"
        try bench.write("\(line)\n\(site.url("/a"))\n", to: "list.txt")
        try bench.write("urls_from: list.txt", to: "docs.yaml")
        let run = try await bench.trawl("run", "docs.yaml", "--format", "table")

        let table = try await bench.trawl("results", "docs")
        let rows = try await bench.trawl("results", "docs", "--format", "ndjson").objects()

        #expect(rows.first?["url"] as? String == line)
        for text in [run.output, table.output] {
            #expect(text.contains("http://[\\u{1b}]0;title\\u{7}\\u{1b}[2J"))
            #expect(!text.contains("\u{1b}"))
        }
    }

    @Test func `a NUL and line breaks in a title break no row`() async throws {
        let site = try LoopbackServer { _ in .html(title: "a\u{0}b\nc\r\nd\te") }

        let table = try await bench.trawl("fetch", "-q", site.url("/"))
        let rows = try await bench.trawl("fetch", "-q", "--format", "ndjson", site.url("/")).objects()

        #expect(table.lines.count == 2)
        #expect(rows.first?["title"] as? String == "a\u{fffd}b c d e")
    }

    @Test func `csv survives quotes, commas, combining marks and formulas`() async throws {
        let fields = [
            ("say \"hi\", x", "\"say \"\"hi\"\", x\""), ("a \"\u{301} b", "\"a \"\"\u{301} b\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"),
            ("plain", "plain"),
        ]
        let site = try LoopbackServer { .html(title: fields[Int($0.path.dropFirst())!].0) }
        try bench.job("docs", urls: fields.indices.map { site.url("/\($0)") })
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        try await bench.trawl("results", "docs", "--format", "csv", "-o", "out.csv").expectSuccess()

        let lines = try bench.text(of: "out.csv").unicodeScalars.split(separator: "\n").map { String($0) }
        #expect(lines.count == 1 + fields.count)
        for (line, field) in zip(lines.dropFirst(), fields) {
            #expect(line.utf8.last == UInt8(ascii: "\r"))
            #expect(Array(line.unicodeScalars).contains(Array(",\(field.1),".unicodeScalars)))
        }
    }

    @Test func `an array of no rows is one still`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let none = try await bench.trawl("results", "docs", "--failed", "--format", "json")

        #expect(try JSONDecoder().decode([String].self, from: Data(none.output.utf8)) == [])
    }

    @Test func `results can be of an earlier run, of failures, and in a file`() async throws {
        let site = try LoopbackServer { request in
            request.hit == 0 ? .html(title: "first") : .html(title: "second")
        }
        try bench.job("docs", urls: site.urls("/a", "/a?b") + ["ftp://host/"])
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        _ = try await bench.trawl("run", "-q", "docs")

        let first = try await bench.trawl("results", "docs", "--run", "1", "--format", "ndjson").objects()
        let latest = try await bench.trawl("results", "docs", "--format", "ndjson").objects()
        let failed = try await bench.trawl("results", "docs", "--failed", "--format", "ndjson").objects()
        let missing = try await bench.trawl("results", "docs", "--run", "3")
        let file = try await bench.trawl("results", "docs", "--format", "ndjson", "-o", "out")
        let dash = try await bench.trawl("results", "docs", "--format", "ndjson", "-o", "-")

        #expect(first.contains { $0["title"] as? String == "first" })
        #expect(!latest.contains { $0["title"] as? String == "first" })
        #expect(failed.map { $0["error_kind"] as? String } == ["unsupported_scheme"])
        #expect(missing.code == 2)
        #expect(file.output.isEmpty)
        #expect(try bench.text(of: "out").split(separator: "\n").count == 3)
        #expect(dash.lines.count == 3)
        #expect(!bench.exists("-"))
    }

    @Test func `results are not written over the database that they come from`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let over = try await bench.trawl("results", "docs", "-o", "./trawl.db")

        #expect(over.code == 2)
        #expect(try bench.value("SELECT count(*) FROM results") == 1)
    }

    @Test func `a body that is not UTF-8 is shown in base64`() async throws {
        let site = try LoopbackServer { _ in .bytes([0xFF, 0x00, 0xFE, 0x61]) }
        try bench.job("docs", urls: [site.url("/a")], "keep_body: all")
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let rows = try await bench.trawl("results", "docs", "--body", "--format", "ndjson").objects()

        #expect(rows.first?["body_base64"] as? String == "/wD+YQ==")
    }
}

extension Finished {
    func expectSuccess(_ location: SourceLocation = #_sourceLocation) {
        #expect(code == 0, "\(errors)", sourceLocation: location)
    }
}
