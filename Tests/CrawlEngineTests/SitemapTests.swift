import CrawlCore
import CrawlEngine
import CrawlStore
import LoopbackServer
import Testing

/// Sitemaps that a job names, or a robots.txt.
@Suite struct SitemapTests {
    private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let base = "http://\(request.headers["host"] ?? "")"
        switch request.path {
        case "/robots.txt": return .text("Sitemap: \(base)/index.xml\n")
        case "/index.xml":
            return .text(
                "<sitemapindex><sitemap><loc>\(base)/a.xml</loc></sitemap><sitemap><loc>\(base)/b.txt</loc></sitemap><sitemap><loc>\(base)/none.xml</loc></sitemap></sitemapindex>",
                type: "text/xml")
        case "/a.xml":
            return .text(
                """
                <urlset><url><loc>\(base)/low</loc><priority>0.1</priority></url>
                <url><loc>\(base)/high</loc><priority>0.9</priority><lastmod>2024-05-06</lastmod></url>
                <url><loc>http://127.0.0.1:1/</loc></url></urlset>
                """, type: "text/xml")
        case "/b.txt": return .text("\(base)/from-text\n")
        case "/none.xml": return .text("<html><p>no sitemap", type: "text/html")
        case "/high": return .text("<a href=/linked>x</a>", type: "text/html")
        default: return .text("page")
        }
    }

    @Test func `a job's sitemaps bring their pages, those of nested ones too`() async throws {
        let server = try LoopbackServer { self.answer($0) }
        let harness = try CrawlHarness()
        var spec = CrawlHarness.spec { $0.concurrency.perHost = 1 }
        spec.sitemaps = [server.url("/index.xml")]
        spec.follow = JobSpec.Follow()
        try await harness.crawl([], spec: spec)

        let rows = try harness.rows().filter { $0.kind == .page }
        #expect(
            rows.map { $0.url.dropFirst(server.url("").count) }.sorted() == [
                "/from-text", "/high", "/linked", "/low",
            ])
        #expect(
            try harness.rows().filter { $0.kind == .sitemap }.map(\.state) == [.done, .done, .done, .failed])
        #expect(
            try harness.value("SELECT lastmod_at FROM results WHERE url LIKE '%/high'", as: Int64.self)
                == 1_714_953_600_000)
        #expect(
            try harness.value("SELECT priority FROM results WHERE url LIKE '%/low'", as: Double.self) == 0.1)
        // By priority, not in the order of the list.
        let pages = server.log.map(\.path).filter { ["/low", "/high", "/from-text"].contains($0) }
        #expect(pages.firstIndex(of: "/high").map { $0 < pages.firstIndex(of: "/low") ?? 0 } == true)
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'scope'", as: Int.self) == 1)
    }

    @Test func `a job that has only sitemaps shows all of its pages`() async throws {
        let server = try LoopbackServer { request in
            request.path.hasSuffix(".txt")
                ? .text("http://\(request.headers["host"] ?? "")\(request.path).html") : .text("page")
        }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [], spec: CrawlHarness.spec { $0.sitemaps = (1...3).map { server.url("/\($0).txt") } })

        #expect(try harness.rows().count == 6)
        #expect(try harness.store.check().isEmpty)
    }

    @Test func `without follow all that a sitemap lists is a page, and no link is followed`() async throws {
        let server = try LoopbackServer { self.answer($0) }
        let harness = try CrawlHarness()
        var spec = CrawlHarness.spec { $0.retry.attempts = 1 }
        spec.sitemaps = [server.url("/a.xml")]
        try await harness.crawl([], spec: spec)

        let rows = try harness.rows()
        #expect(rows.count == 4)
        #expect(!rows.contains { $0.url.hasSuffix("/linked") })
    }

    @Test func `the sitemaps that robots.txt names are read where the job follows them`() async throws {
        let server = try LoopbackServer { self.answer($0) }
        let without = try CrawlHarness()
        var spec = CrawlHarness.spec { $0.robots = .obey }
        spec.follow = JobSpec.Follow()
        try await without.crawl([server.url("/")], spec: spec)
        let with = try CrawlHarness()
        spec.follow?.sitemaps = true
        try await with.crawl([server.url("/")], spec: spec)

        #expect(try without.rows().count == 1)
        #expect(try with.rows().count { $0.kind == .page } == 5)
        #expect(server.hits("/index.xml") == 1)
    }

    @Test func `a sitemap is read anew in each run`() async throws {
        let server = try LoopbackServer { request in
            if request.headers["if-none-match"] != nil { return LoopbackServer.Response(status: 304) }
            return self.answer(request).header("ETag", "\"1\"")
        }
        let harness = try CrawlHarness()
        var spec = CrawlHarness.spec()
        spec.sitemaps = [server.url("/b.txt")]
        for _ in 0..<2 { try await harness.crawl([], spec: spec) }

        #expect(try harness.rows().map(\.isNotModified) == [false, true])
    }
}
