import CrawlCore
import CrawlEngine
import CrawlFetch
import LoopbackServer
import Testing
import TrawlSQLite
import TrawlStore
import TrawlTestSupport

/// Whole crawls of a folder that stands for a site.
@Suite(.timeLimit(.minutes(15))) struct FolderCrawlTests {
    private func spec(external: Bool = false) -> JobSpec {
        CrawlHarness.spec { spec in
            spec.robots = .obey
            var check = JobSpec.Check()
            check.external = external
            spec.check = check
            spec.keepsLinks = true
            // A folder is not waited for.
            spec.delay = .seconds(60)
        }
    }

    private func crawl(_ folder: TestFolder, _ harness: CrawlHarness, external: Bool = false) async throws {
        let site = try FolderSite(root: folder.path, base: "https://example.org/docs/")
        var options = CrawlOptions(threads: 1, userAgent: "trawl-tests")
        options.folder = site
        let end = try await harness.crawl(
            Array(site.pages()), spec: spec(external: external), options: options)
        #expect(end == .finished)
    }

    /// The links of the view, as "path → verdict reason".
    private func links(_ harness: CrawlHarness) throws -> [String] {
        let text = try harness.value(
            """
            SELECT group_concat(line, char(10)) FROM (SELECT replace(to_url, 'https://example.org/docs/', '')
                || coalesce('#' || fragment, '') || ' ' || verdict || coalesce(' ' || reason, '') AS line
                FROM links ORDER BY line)
            """, as: String.self)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    @Test func `links within a folder have the verdicts that a server would give them`() async throws {
        let folder = try TestFolder([
            "index.html": """
            <link rel=canonical href="https://example.org/docs/"><link rel=stylesheet href=style.css>
            <a href="a.html#there">a</a><a href="a.html#missing">a</a><a href="/docs/dir">d</a><a href="gone.html">g</a>
            <a href="A.html">A</a><a href="empty/">e</a><a href="../elsewhere.html">x</a><a href="%2e%2e%2fsecret.html">s</a>
            <a href="https://www.example.org/">w</a><a href="mailto:me@example.org">m</a><img src="logo.png?v=1">
            """,
            "a.html": "<p id=there>", "dir/index.html": "<a href=../lone.html>l</a>", "empty/": "",
            "lone.html": "<title>Lone</title>", "orphan.html": "<a href=gone-too.html>g</a>",
            "style.css": "b { background: url(missing.png) }", "logo.png": "x",
        ])
        let harness = try CrawlHarness()

        try await crawl(folder, harness)

        #expect(
            try links(harness) == [
                " ok", "%2e%2e%2fsecret.html broken no_file", "A.html broken case_differs",
                "a.html#missing broken no_fragment",
                "a.html#there ok", "dir redirected", "empty/ broken is_directory",
                "gone-too.html broken no_file",
                "gone.html broken no_file", "https://example.org/elsewhere.html not_checked excluded",
                "https://www.example.org/ not_checked excluded", "logo.png?v=1 ok", "lone.html ok",
                "mailto:me@example.org not_checked scheme", "missing.png broken no_file", "style.css ok",
            ])
        #expect(try harness.value("SELECT count(*) FROM robots", as: Int.self) == 0)
    }

    @Test func `servers are asked for what is elsewhere where the job says so`() async throws {
        let server = try LoopbackServer { $0.path == "/there" ? .html(title: "There") : .init(status: 404) }
        let folder = try TestFolder([
            "index.html":
                "<a href=\"\(server.url("/there"))\">t</a><a href=\"\(server.url("/gone"))\">g</a><a href=a.html>a</a>"
        ])
        let harness = try CrawlHarness()
        let site = try FolderSite(root: folder.path, base: "https://example.org/docs/")
        var options = CrawlOptions(threads: 1, userAgent: "trawl-tests")
        options.folder = site
        var spec = spec(external: true)
        spec.delay = .zero
        spec.allowPrivate = ["127.0.0.1"]

        try await harness.crawl(Array(site.pages()), spec: spec, options: options)

        #expect(
            try links(harness).map { $0.replacing(server.url(""), with: "") } == [
                "a.html broken no_file", "/gone broken gone", "/there ok",
            ])
        #expect(server.log.contains { $0.path == "/robots.txt" })
    }

    @Test func `what is known of the server does not count for the folder`() async throws {
        let folder = try TestFolder(["index.html": "", "a.html": "<title>A</title>"])
        let harness = try CrawlHarness()
        try await crawl(folder, harness)
        try CrawlHarness.execute(
            """
            UPDATE hosts SET delay_ms = 600000, snoozed_until = 99999999999999;
            INSERT INTO robots (host_id, status_code, body, fetched_at, expires_at)
                SELECT id, 200, CAST('User-agent: *' || char(10) || 'Disallow: /' AS BLOB), 0, 99999999999999 FROM hosts
            """, in: harness.file)

        try await crawl(folder, harness)

        #expect(try harness.rows().map(\.state) == [.done, .done])
    }
}
