import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import GRDB
import LoopbackServer
import Testing

/// Sitemaps and feeds that say when their pages were changed.
@Suite(.timeLimit(.minutes(15))) struct DatedSitemapTests {
    private let harness: CrawlHarness
    private let server: LoopbackServer

    init() throws {
        harness = try CrawlHarness()
        server = try LoopbackServer { request in
            switch request.path {
            case "/map.xml":
                .text(
                    """
                    <urlset><url><loc>/old</loc><lastmod>2026-11-01</lastmod></url>
                    <url><loc>/new</loc><lastmod>2026-11-20</lastmod></url><url><loc>/undated</loc></url></urlset>
                    """, type: "text/xml")
            case "/feed.json":
                .text(
                    """
                    {"version": "https://jsonfeed.org/version/1.1", "next_url": "/feed-2.json",
                     "items": [{"id": "1", "url": "/one", "date_published": "2026-11-20T00:00:00Z"}]}
                    """, type: "application/feed+json")
            case "/feed-2.json":
                .text(
                    """
                    {"version": "https://jsonfeed.org/version/1.1", "next_url": "/feed.json",
                     "items": [{"id": "2", "url": "/two", "date_published": "2026-11-01T00:00:00Z"}]}
                    """, type: "application/feed+json")
            case "/new": .html(title: "new", links: ["/old"])
            default: .html(title: request.path)
            }
        }
    }

    /// 2026-11-23.
    private let now: Int64 = 1_795_392_000_000

    private func spec(_ change: (inout JobSpec) -> Void) -> JobSpec {
        CrawlHarness.spec {
            $0.sitemaps = [server.url("/map.xml")]
            change(&$0)
        }
    }

    /// The pages of the last run as `/path done`, or with why they were skipped.
    private func pages() throws -> [String] {
        try harness.rows().filter { $0.kind == .page }.map {
            "\($0.url.dropFirst(server.url("").count)) \($0.skipReason ?? $0.state.rawValue)"
        }.sorted()
    }

    @Test func `what was changed before the date is a row, and is not asked for`() async throws {
        try await harness.crawl([], spec: spec { $0.newerThan = .age(.seconds(7 * 86_400)) }, now: now)

        #expect(try pages() == ["/new done", "/old not_newer", "/undated done"])
        #expect(server.hits("/old") == 0)
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'not_newer'", as: Int.self) == 1
        )
        #expect(
            try harness.value("SELECT lastmod FROM results WHERE skip_reason = 'not_newer'", as: String.self)
                == "2026-11-01T00:00:00.000Z")
        #expect(try harness.store.check().isEmpty)
    }

    @Test func `a link that is followed leads there all the same`() async throws {
        for perHost in [1, 4] {
            try await harness.crawl(
                [],
                spec: spec {
                    $0.newerThan = .age(.seconds(7 * 86_400))
                    $0.follow = JobSpec.Follow()
                    $0.concurrency.perHost = perHost
                }, now: now)

            #expect(try pages() == ["/new done", "/old done", "/undated done"])
        }
    }

    @Test func `a page that has not changed is not gone`() async throws {
        try await harness.crawl([], spec: spec { _ in }, now: now)
        try await harness.crawl(
            [], spec: spec { $0.newerThan = .instant(now - 7 * 86_400_000) }, now: now + 1)

        let changes = try DatabaseQueue(path: harness.file).read {
            try Row.fetchAll($0, sql: "SELECT change, url FROM changes")
        }
        #expect(changes.map { $0["change"] } == ["unknown"])
        #expect(changes.map { $0["url"] } == [server.url("/old")])
    }

    @Test func `a run of which nothing has changed has nothing to succeed with`() async throws {
        try await harness.crawl(
            [], spec: spec { ($0.sitemaps, $0.newerThan) = ([server.url("/feed-2.json")], .instant(now)) },
            now: now)

        #expect(try pages() == ["/one not_newer", "/two not_newer"])
        let success = try harness.store.read { transaction in
            let job = try #require(try transaction.job(named: "job"))
            return try transaction.hasSuccess(try #require(try transaction.latestRun(of: job.id)).id)
        }
        #expect(success == nil)
    }

    @Test func `the pages of a feed in JSON are read one after the other, each once`() async throws {
        try await harness.crawl(
            [], spec: spec { $0.sitemaps = [server.url("/feed.json")] }, now: now)

        #expect(try pages() == ["/one done", "/two done"])
        #expect([server.hits("/feed.json"), server.hits("/feed-2.json")] == [1, 1])
        #expect(
            try harness.value("SELECT lastmod FROM results WHERE url LIKE '%/one'", as: String.self)
                == "2026-11-20T00:00:00.000Z")
    }
}
