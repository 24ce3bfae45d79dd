import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Sitemaps that a job names, or a robots.txt.
@Suite(.timeLimit(.minutes(15))) struct SitemapTests {
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

    @Test func `what is left out of a sitemap stands in its row and in the report`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/map.xml"
                ? .text(
                    "<urlset><url><loc>/1</loc><loc>/2</loc></url><url><loc>/3</url><url/><url><loc>/4</loc></url>",
                    type: "text/xml") : .text("page")
        }
        let harness = try CrawlHarness()
        try await harness.crawl([], spec: CrawlHarness.spec { $0.sitemaps = [server.url("/map.xml")] })

        let row = try #require(try harness.rows().first)
        #expect(row.state == .done)
        #expect(
            row.error == """
                sitemap: it is cut off at byte 93; 2 of 5 entries left out, the first at byte 50: the element that names \
                its page is not closed, or has others within
                """)
        #expect(try harness.rows().count == 4)
        #expect(
            try harness.value(
                "SELECT sitemap_entries * 10 + sitemap_entries_left_out FROM results", as: Int.self) == 32)
        let report = try harness.store.read { transaction in
            let job = try #require(try transaction.job(named: "job"))
            let run = try #require(try transaction.latestRun(of: job.id))
            return try transaction.report(run.id, slowestHosts: 0)
        }
        #expect(report.sitemaps?.entries == 3)
        #expect(report.sitemaps?.leftOut == 2)
        #expect(report.sitemaps?.firstMistake == "\(row.url): \(row.error ?? "")")
    }

    @Test func `a sitemap of which all is left out is a failure, a feed whose items lead nowhere is none`()
        async throws
    {
        let server = try LoopbackServer { request in
            request.path == "/map.xml"
                ? .text("<urlset><url/></urlset>")
                : .text("<rss><channel><item><title>x</title></item></channel></rss>")
        }
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec { $0.sitemaps = [server.url("/map.xml"), server.url("/feed")] }
        try await harness.crawl([], spec: spec)

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.failed, .done])
        #expect(rows.first?.errorKind == "bad_response")
        #expect(rows.map { $0.error?.contains("1 of 1 entries left out") } == [true, true])
    }

    @Test func `entries of a feed are relative to its xml:base, and else to the feed`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/x/feed"
                ? .text(
                    """
                    <feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="1"/></entry>
                    <entry xml:base="/y/"><link href="2" xml:base="z/"/></entry></feed>
                    """, type: "application/atom+xml") : .text("page")
        }
        let harness = try CrawlHarness()
        try await harness.crawl([], spec: CrawlHarness.spec { $0.sitemaps = [server.url("/x/feed")] })

        #expect(try harness.rows().dropFirst().map(\.url) == [server.url("/x/1"), server.url("/y/z/2")])
    }

    @Test
    func
        `sitemaps that robots.txt names are relative to where it was found, also when it is not asked for again`()
        async throws
    {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt": .redirect(to: "/deep/robots.txt")
            case "/deep/robots.txt":
                .text("Sitemap: /s1.txt\nSitemap: s2.txt # two\nSitemap: //127.0.0.1:1x/\n")
            case "/s1.txt": .text("http://\(request.headers["host"] ?? "")/one")
            case "/deep/s2.txt": .text("http://\(request.headers["host"] ?? "")/two")
            default: .text("page")
            }
        }
        let harness = try CrawlHarness()
        var spec = CrawlHarness.spec { $0.robots = .obey }
        spec.follow = JobSpec.Follow()
        spec.follow?.sitemaps = true
        for _ in 0..<2 {
            try await harness.crawl([server.url("/")], spec: spec)
            #expect(
                try harness.rows().map { String($0.url.dropFirst(server.url("").count)) }.sorted() == [
                    "/", "/deep/s2.txt", "/one", "/s1.txt", "/two",
                ])
        }
        #expect(server.hits("/robots.txt") == 1)
    }
}
