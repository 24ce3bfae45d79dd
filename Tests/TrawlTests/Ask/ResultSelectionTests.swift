import Foundation
import LoopbackServer
import Testing

/// Which rows `trawl results` shows, and what of them.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ResultSelectionTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Crawls a small site: `/` links to a page, to one that is not there, and to one whose server is in trouble.
    @discardableResult
    private func crawl(_ more: String = "") async throws -> LoopbackServer {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "Top", links: ["/a", "/missing", "/broken", "/note"])
            case "/missing": .status(404)
            case "/broken": .status(503)
            case "/note": .text("plain")
            default: .html(title: request.path)
            }
        }
        try bench.job("docs", urls: [site.url("/"), "no url"], "follow: {}\ndelay: 0s\n\(more)")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        return site
    }

    private func results(_ arguments: String) async throws -> Finished {
        try await bench.shell("$TRAWL results docs \(arguments)")
    }

    /// The paths of the rows that are chosen.
    private func paths(_ arguments: String) async throws -> [String] {
        try await results("--format ndjson \(arguments)").objects().compactMap { row in
            (row["url"] as? String).flatMap { URL(string: $0)?.path }
        }.sorted()
    }

    @Test func `rows are chosen by status, type and SQL`() async throws {
        try await crawl()

        #expect(try await paths("--status 404,5xx") == ["/broken", "/missing"])
        #expect(try await paths("--status 200-299 --type text/plain") == ["/note"])
        #expect(try await paths("--type 'text/*' --status 2xx --limit 2").count == 2)
        #expect(try await paths("--where \"depth = 1 AND title LIKE '/%'\"") == ["/a"])
        #expect(try await paths("--failed --where 'depth = 1'") == ["/broken", "/missing"])
    }

    @Test func `failures have lines that are no URLs, here and in SQL`() async throws {
        try await crawl()

        let failed = try await results("--failed --format ndjson").objects()

        #expect(failed.compactMap { $0["skip_reason"] as? String } == ["invalid_url"])
        #expect(failed.count == 3)
        #expect(try bench.value("SELECT count(*) FROM failures") == 3)
        #expect(try bench.value("SELECT error_kind FROM failures WHERE url = 'no url'") == "invalid_url")
    }

    @Test func `a failed page says which page linked to it, in every format and while the run goes`()
        async throws
    {
        let site = try await crawl()
        let root = site.url("/")

        let rows = try await results("--status 404 --format ndjson").objects()
        let csv = try await results("--status 404 --format csv --fields url,referrer")
        let table = try await results("--status 404")
        let streamed = try await bench.trawl("run", "docs", "--format", "ndjson").objects()

        #expect(rows.map { $0["referrer"] as? String } == [root])
        #expect(csv.output == "url,referrer\r\n\(site.url("/missing")),\(root)\r\n")
        #expect(table.output.contains("http_status: status 404 is not accepted (linked from \(root))"))
        #expect(streamed.filter { $0["referrer"] as? String == root }.count == 4)
        #expect(streamed.filter { $0["referrer"] is NSNull }.count == 2)
    }

    @Test func `fields are those that were asked for, in that order`() async throws {
        let site = try await crawl()

        let rows = try await results("--fields status_code,url,etag --status 503 --format ndjson")
        let table = try await results("--fields title,status_code --status 200 --limit 1")
        let all = try await results("--format csv --limit 1")

        #expect(rows.output == "{\"status_code\":503,\"url\":\"\(site.url("/broken"))\",\"etag\":null}\n")
        #expect(
            table.lines.map { $0.split(separator: " ").map(String.init) } == [
                ["title", "status_code"], ["Top", "200"],
            ])
        #expect(all.lines[0].contains(",depth,referrer,kind,"))
        #expect(!all.lines[0].contains("etag"))
    }

    @Test func `all runs are shown with their numbers`() async throws {
        let site = try await crawl()
        _ = try await bench.trawl("run", "-q", "docs")

        let rows = try await results("--all-runs --status 404 --format ndjson").objects()
        let limited = try await results("--all-runs --limit 7 --format ndjson").objects()
        let table = try await results("--all-runs --status 404")

        #expect(site.hits("/missing") == 2)
        #expect(rows.map { $0["run"] as? Int } == [1, 2])
        #expect(limited.map { $0["run"] as? Int } == [1, 1, 1, 1, 1, 1, 2])
        #expect(table.lines.map { $0.split(separator: " ").first } == ["run", "1", "2"])
    }

    @Test func `spreadsheets get a byte order mark where they are to have one`() async throws {
        try await crawl()

        #expect(try await results("--format csv --bom --fields url").output.hasPrefix("\u{feff}url\r\n"))
        #expect(try await results("--format csv --fields url").output.hasPrefix("url\r\n"))
    }

    @Test(arguments: [
        ("--where \"titel = 'x'\"", "no such column: titel"),
        ("--where '1; DELETE FROM pages'", "syntax error"),
        ("--where 'url = ?'", "takes no parameters"), ("--where \"json(url) = 1\"", "malformed JSON"),
        ("--fields url,titel", "'url,titel' is invalid for '--fields"),
        ("--status 4x", "'4x' is invalid for '--status"),
        ("--status 99", "'99' is invalid"), ("--type html", "'html' is invalid for '--type"),
        ("--limit 0", "--limit takes a number from 1"), ("--bom", "--bom goes with --format csv"),
        ("--raw-csv", "--raw-csv goes with --format csv"),
        ("--run 1 --all-runs", "exclude each other"),
    ])
    func `what cannot be chosen is wrong usage`(arguments: String, words: String) async throws {
        try await crawl()

        let wrong = try await results(arguments)

        #expect(wrong.code == 2)
        #expect(wrong.errors.contains(words), "\(wrong.errors)")
    }

    @Test func `nothing is written to a file for a condition that is wrong`() async throws {
        try await crawl()
        try bench.write("kept", to: "out.csv")

        let wrong = try await results("--where nothing -o out.csv")

        #expect(wrong.code == 2)
        #expect(try bench.text(of: "out.csv") == "kept")
    }

    @Test(arguments: [40, 80, 200])
    func `a row is one line of the terminal, and whole elsewhere`(columns: Int) async throws {
        let long = String(repeating: "long title 日本語 ", count: 20)
        let site = try LoopbackServer { _ in .html(title: long) }
        try bench.job("docs", urls: [site.url("/" + String(repeating: "path/", count: 30) + "end")])
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let terminal = try await bench.shell(
            "script -qec 'stty cols \(columns); $TRAWL results docs' /dev/null",
            environment: ["TERM": "xterm", "NO_COLOR": "1"])
        let elsewhere = try await results("")

        let lines = terminal.output.split(whereSeparator: \.isNewline)
        #expect(lines.count == 2)
        for line in lines {
            let width = line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x3000 ? 2 : 1) }
            #expect(width < columns, "\(line)")
        }
        #expect(terminal.output.contains("…"))
        if columns >= 80 { #expect(terminal.output.contains("/end  ")) }
        #expect(elsewhere.lines.count == 2)
        #expect(elsewhere.output.contains(long.trimmingCharacters(in: .whitespaces)))
        #expect(elsewhere.output.contains("/path/path/end"))
    }

    @Test func `bodies are text in UTF-8, whatever encoding the page was in`() async throws {
        let bodies: [String: (type: String, bytes: [UInt8])] = [
            "/latin": ("text/html; charset=iso-8859-1", Array("<title>x</title>".utf8) + [0xe9, 0x80]),
            "/meta": ("text/html", Array("<meta charset=shift_jis><p>".utf8) + [0x93, 0xfa]),
            "/utf16": ("text/plain; charset=utf-16le", [0xff, 0xfe, 0xe9, 0x00]),
            "/json": ("application/json", Array("{\"a\": \"é\"}".utf8)),
            "/nul": ("text/html", [0x3c, 0x70, 0x3e, 0x00, 0xff]),
            "/image": ("image/png", [0x89, 0x50, 0xff]),
        ]
        let site = try LoopbackServer { request in
            .bytes(bodies[request.path]?.bytes ?? [], type: bodies[request.path]?.type ?? "")
        }
        try bench.job("docs", urls: bodies.keys.map { site.url($0) }, "keep_body: all\nmetadata: true")
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        var texts: [String: String] = [:]
        for row in try await results("--body --format ndjson").objects() {
            let path = (row["url"] as? String).flatMap { URL(string: $0)?.path } ?? ""
            texts[path] = row["body"] as? String ?? row["body_base64"] as? String
        }
        let csv = try await results("--body --format csv --fields url --where \"url LIKE '%/latin'\"")

        #expect(texts["/latin"] == "<title>x</title>é€")
        #expect(texts["/meta"] == "<meta charset=shift_jis><p>日")
        #expect(texts["/utf16"] == "é")
        #expect(texts["/json"] == "{\"a\": \"é\"}")
        #expect(texts["/nul"] == "PHA+AP8=")
        #expect(texts["/image"] == "iVD/")
        #expect(csv.output == "url,body\r\n\(site.url("/latin")),<title>x</title>é€\r\n")
    }
}
