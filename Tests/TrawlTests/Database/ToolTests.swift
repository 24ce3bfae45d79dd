import Foundation
import Glibc
import LoopbackServer
import Testing

/// The tools that people open a database with, beside `sqlite3`.
@Suite(.timeLimit(.minutes(15))) struct ToolTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "Fixtures/tools.py"
    ).path

    @Test(
        .enabled(
            if: PythonTools.areInstalled,
            "skipped: Datasette, sqlite-utils, pandas and DuckDB cannot be had from PyPI"))
    func `every table and view opens in other tools while a crawl writes`() async throws {
        let bench = try Workbench()
        let site = try LoopbackServer { request in
            if request.path == "/etag", request.headers["If-None-Match"] != nil { return .status(304) }
            if request.path.hasSuffix("0") { return .redirect(to: request.path + "1") }
            var response = Site.page(request).delayed(by: .milliseconds(20))
            if request.path == "/etag" { response.headers.append(("ETag", "\"1\"")) }
            return response
        }
        try bench.job("done", urls: site.urls("/etag", "/a", "/b", "/missing"), "keep_body: all")
        for _ in 0..<2 { #expect(try await bench.trawl("run", "-q", "done.yaml").code == 4) }
        try bench.job("crawl", urls: [site.numbered(20_000)], "concurrency: {per_host: 2}")
        let run = try bench.start("run", "-q", "crawl.yaml")
        try await bench.until(
            "SELECT count(*) > 20 FROM results WHERE job = 'crawl' AND state = 'done'", by: run)
        let before: Int? = try bench.value("SELECT pages_done FROM run_summary WHERE job = 'crawl'")

        let tools = try await bench.shell("\(PythonTools.python) '\(Self.script)' trawl.db")

        #expect(tools.code == 0, "\(tools.errors)")
        let known = try bench.values(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
            as: String.self)
        for tool in ["datasette", "sqlite_utils", "pandas", "duckdb"] {
            let read = tools.lines.filter { $0.hasPrefix("\(tool) ") }.map { $0.split(separator: " ") }
            #expect(Set(read.map { String($0[1]) }) == Set(known), "\(tool)")
            #expect(read.contains { $0[1] == "results" && Int($0[2]) ?? 0 >= 20_004 }, "\(tool)")
        }
        #expect(kill(run.pid, 0) == 0, "the crawl went on")
        let after: Int? = try bench.value("SELECT pages_done FROM run_summary WHERE job = 'crawl'")
        #expect(after ?? 0 > before ?? .max)
        #expect(
            try bench.values(
                "SELECT status_code || ' ' || content_status_code FROM results WHERE job = 'done' ORDER BY url",
                as: String.self) == ["200 200", "200 200", "304 200", "404 404"])
        run.signal(SIGINT)
        #expect(try await run.finished().code == 7)
    }
}
