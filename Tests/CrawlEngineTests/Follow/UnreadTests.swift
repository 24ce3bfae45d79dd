import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Pages that a night's crawl does not get to: which are gone, and which are only not known of.
@Suite(.timeLimit(.minutes(15))) struct UnreadTests {
    private static let articles = (1...5).map { "/a\($0)" }
    private static let unknown = articles.map { "unknown \($0)" }

    /// A root that links a list, which links articles.
    private func site() throws -> NightlySite {
        var links: [String: [String]] = ["/": ["/list", "/about"], "/list": Self.articles, "/about": []]
        for article in Self.articles { links[article] = ["/"] }
        return try NightlySite(links)
    }

    @Test(arguments: [503, 500, 429, 403])
    func `a list that cannot be read for a night leaves what is behind it unknown`(status: Int) async throws {
        let site = try site()
        try await site.night()

        #expect(try await site.night { $0.statuses["/list"] = status } == ["status /list"] + Self.unknown)
        #expect(try await site.night { $0.statuses = [:] } == ["status /list"])
        #expect(site.unconditional == [])
        #expect(try await site.night() == [])
        #expect(site.unconditional == [])
    }

    @Test func `it stays unknown for as long as that lasts, and is what it was then`() async throws {
        let site = try site()
        try await site.night()
        for _ in 0..<3 {
            let changes = try await site.night { $0.statuses["/list"] = 503 }
            #expect(changes.filter { $0 != "status /list" } == Self.unknown)
        }
        let back = try await site.night {
            $0.statuses = [:]
            $0.links["/a1"] = ["/", "/about"]
            $0.links["/a2"] = nil
        }

        #expect(back == ["content /a1", "gone /a2", "status /list"])
        #expect(site.unconditional == [])
        #expect(
            try site.changes("run_changes WHERE from_run = 1 AND to_run = 5") == ["content /a1", "gone /a2"])
        #expect(
            try site.changes("run_changes WHERE from_run = 1 AND to_run = 3") == ["status /list"]
                + Self.unknown)
        #expect(try site.changes("run_changes WHERE from_run = 2 AND to_run = 3") == Self.unknown)
    }

    @Test func `a robots.txt that cannot be had for a night leaves its host's pages unknown`() async throws {
        let site = try site()
        try await site.night()
        let all = (["/", "/about", "/list"] + Self.articles).map { "unknown \($0)" }.sorted()

        #expect(try await site.night { $0.robots.status = 503 } == all)
        #expect(try await site.night { $0.robots.status = 503 } == all)
        #expect(try await site.night { $0.robots.status = 200 } == [])
        #expect(site.unconditional == [])
    }

    @Test func `what is several links behind a page that cannot be read is unknown too`() async throws {
        let site = try NightlySite([
            "/": ["/year"], "/year": ["/month"], "/month": ["/day"], "/day": ["/month", "/note"], "/note": [],
        ])
        try await site.night()

        #expect(
            try await site.night { $0.statuses["/year"] = 502 }
                == ["status /year", "unknown /day", "unknown /month", "unknown /note"])
        #expect(
            try await site.night { $0.statuses = ["/day": 500] } == [
                "status /day", "status /year", "unknown /note",
            ])
        #expect(try await site.night { $0.statuses = [:] } == ["status /day"])
        #expect(site.unconditional == [])
    }

    @Test func `a page is unknown while one of two that linked to it cannot be read`() async throws {
        let site = try NightlySite([
            "/": ["/one", "/two"], "/one": ["/page"], "/two": ["/page"], "/page": [],
        ])
        try await site.night()

        let half = try await site.night {
            $0.links["/one"] = []
            $0.statuses["/two"] = 503
        }
        #expect(half == ["content /one", "status /two", "unknown /page"])
        let whole = try await site.night {
            $0.statuses = [:]
            $0.links["/two"] = []
        }
        #expect(whole == ["gone /page", "status /two"])
    }

    @Test func `a page is gone where all that linked to it were read and none does any more`() async throws {
        let site = try NightlySite([
            "/": ["/ring", "/other"], "/ring": ["/ring2"], "/ring2": ["/ring", "/ring2"], "/other": [],
        ])
        try await site.night()

        // The ring's pages link to each other still, and something else cannot be read.
        let changes = try await site.night {
            $0.links["/"] = ["/other"]
            $0.statuses["/other"] = 503
        }
        #expect(changes == ["content /", "gone /ring", "gone /ring2", "status /other"])
        #expect(try await site.night { $0.statuses = [:] } == ["status /other"])
    }

    @Test(arguments: [404, 410])
    func `a page that answers that it is gone is gone, with what only it led to`(status: Int) async throws {
        let site = try site()
        try await site.night()
        let gone = Self.articles.map { "gone \($0)" }

        #expect(try await site.night { $0.statuses["/list"] = status } == gone + ["gone /list"])
        #expect(try await site.night() == [])
        #expect(
            try await site.night { $0.statuses = [:] }
                == Self.articles.map { "new \($0)" } + ["status /list"])
        // It was read three nights ago, and the articles as well.
        #expect(site.unconditional == [])
    }

    @Test func `a page that robots.txt now disallows is gone`() async throws {
        let site = try site()
        try await site.night()
        let gone = Self.articles.map { "gone \($0)" } + ["gone /list"]

        #expect(try await site.night { $0.robots.text = "User-agent: *\nDisallow: /list\n" } == gone)
        #expect(try await site.night() == [])
        try await site.night { $0.robots.text = "" }
        #expect(site.unconditional == [])
    }

    @Test func `a page that nothing leads to for some nights is asked for by what it was`() async throws {
        let site = try site()
        try await site.night()

        #expect(
            try await site.night { $0.links["/list"] = [] } == ["content /list"]
                + Self.articles.map { "gone \($0)" })
        try await site.night()
        #expect(
            try await site.night { $0.links["/list"] = Self.articles }
                == ["content /list"] + Self.articles.map { "new \($0)" })
        #expect(site.unconditional == [])
    }

    @Test func `what only a sitemap led to is unknown while that cannot be read`() async throws {
        let site = try NightlySite(["/": [], "/s1": [], "/s2": ["/s3"], "/s3": []])
        site.spec.follow?.sitemaps = true
        let unknown = ["/s1", "/s2", "/s3"].map { "unknown \($0)" }
        try await site.night {
            $0.sitemaps["/map.txt"] = ["/s1", "/s2"]
            $0.robots.text = "Sitemap: \(site.server.url("/map.txt"))\n"
        }
        #expect(try await site.night { $0.statuses["/map.txt"] = 500 } == unknown)
        #expect(try await site.night { $0.statuses = [:] } == [])
        #expect(try await site.night { $0.robots.status = 503 } == ["unknown /"] + unknown)
        #expect(try await site.night { $0.robots.status = 200 } == [])
        let gone = try await site.night { $0.sitemaps["/map.txt"] = ["/s2"] }
        #expect(gone == ["gone /s1"])
    }

    @Test func `what was pruned away was of no use to later runs`() async throws {
        let site = try site()
        try await site.night()
        let job = try site.harness.store.read { try #require(try $0.job(named: "job")) }.id
        for _ in 0..<3 {
            try await site.night { $0.statuses["/list"] = 503 }
            _ = try site.harness.store.prune(job, keeping: 1)
        }

        // The list, its articles, and the page that those link to.
        #expect(
            try site.harness.value("SELECT count(*) FROM pages WHERE run_id = 1", as: Int.self) == Self
                .articles.count + 2)
        #expect(try site.harness.value("SELECT count(*) FROM run_summary", as: Int.self) == 1)
        #expect(try site.harness.store.read { try $0.runs(of: job).map(\.number) } == [4])
        #expect(try site.harness.store.check() == [])

        #expect(try await site.night { $0.statuses = [:] } == ["status /list"])
        #expect(site.unconditional == [])
        _ = try site.harness.store.prune(job, keeping: 1)
        #expect(try site.harness.value("SELECT count(*) FROM runs", as: Int.self) == 1)
        #expect(try site.harness.value("SELECT count(*) FROM pages", as: Int.self) == Self.articles.count + 3)
        #expect(try site.harness.value("SELECT count(*) FROM unread_pages", as: Int.self) == 0)
    }

    @Test func `a page that a limit leaves out is unknown while it is linked, and gone when it is not`()
        async throws
    {
        let site = try NightlySite(["/": ["/a", "/b", "/c"], "/a": [], "/b": [], "/c": []])
        site.spec.limits.pagesPerHost = 3
        try await site.night()
        #expect(try site.harness.rows().count == 3)

        #expect(
            try await site.night { $0.links["/"] = ["/c", "/a", "/b"] } == [
                "content /", "new /c", "unknown /b",
            ])
        #expect(try await site.night { $0.links["/"] = ["/c", "/a"] } == ["content /", "gone /b"])
    }

    @Test func `a run that is opened again for its failed pages is judged anew`() async throws {
        let site = try site()
        try await site.night()
        try await site.night { $0.statuses["/list"] = 503 }
        let store = site.harness.store
        let run = try store.read { transaction in
            let job = try #require(try transaction.job(named: "job"))
            return try #require(try transaction.latestRun(of: job.id))
        }
        #expect(try store.write { try $0.retryFailed(run.id) } == 1)
        // It is not known yet.
        #expect(try site.changes("run_changes WHERE to_run = 2 AND change = 'gone'") == [])

        try await site.goOn { $0.statuses = [:] }

        #expect(try site.changes() == [])
        #expect(try site.harness.value("SELECT count(*) FROM unread_pages", as: Int.self) == 0)
    }
}
