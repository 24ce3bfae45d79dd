import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

/// A job that is run again: only what has changed is transferred.
@Suite(.timeLimit(.minutes(15))) struct AgainTests {
    /// Answers 304 where the validator is the page's.
    private static func answer(_ request: LoopbackServer.Request, tag: String, _ body: String)
        -> LoopbackServer.Response
    {
        if request.headers["if-none-match"] == "\"\(tag)\"" {
            return LoopbackServer.Response(status: 304).header("ETag", "\"\(tag)\"")
        }
        return .text(body, type: "text/html").header("ETag", "\"\(tag)\"")
    }

    private func followSpec() -> JobSpec { CrawlHarness.spec { $0.follow = JobSpec.Follow() } }

    @Test func `what has not changed is asked for by its validator and keeps what it was`() async throws {
        let server = try LoopbackServer { Self.answer($0, tag: "1", "<title>One</title>body") }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")])
        let first = try #require(try harness.rows().first)
        try await harness.crawl([server.url("/")])
        let second = try #require(try harness.rows().first)

        #expect(server.log.map { $0.headers["if-none-match"] } == [nil, "\"1\""])
        #expect(second.state == .done)
        #expect(second.statusCode == 304)
        #expect(second.isNotModified)
        #expect(second.title == "One")
        #expect(second.contentLength == first.contentLength)
        #expect(second.contentDigest == first.contentDigest && second.contentDigest != nil)
        #expect(!first.isNotModified)
    }

    @Test func `a third run asks by what the second was told`() async throws {
        let server = try LoopbackServer { Self.answer($0, tag: "1", "x") }
        let harness = try CrawlHarness()
        for _ in 0..<3 { try await harness.crawl([server.url("/")]) }

        #expect(server.log.last?.headers["if-none-match"] == "\"1\"")
        #expect(try harness.rows().first?.isNotModified == true)
    }

    @Test func `Last-Modified is sent back where there is no ETag`() async throws {
        let date = "Wed, 21 Oct 2015 07:28:00 GMT"
        let server = try LoopbackServer { request in
            request.headers["if-modified-since"] == date
                ? LoopbackServer.Response(status: 304)
                : LoopbackServer.Response.text("x").header("Last-Modified", date)
        }
        let harness = try CrawlHarness()
        for _ in 0..<2 { try await harness.crawl([server.url("/")]) }

        #expect(try harness.rows().first?.isNotModified == true)
    }

    @Test func `the pages behind one that has not changed are found all the same`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": Self.answer(request, tag: "r", "<a href=/a>a</a><a href=/b>b</a>")
            case "/a": Self.answer(request, tag: "a", "<a href=/b>b</a><a href=/c>c</a>")
            default: Self.answer(request, tag: request.path, "leaf \(request.path)")
            }
        }
        let harness = try CrawlHarness()
        for _ in 0..<3 {
            try await harness.crawl([server.url("/")], spec: followSpec())
            let rows = try harness.rows()
            #expect(rows.map(\.depth) == [0, 1, 1, 2])
        }
        #expect(try harness.rows().allSatisfy(\.isNotModified))
    }

    @Test func `a page found only by one that changed meanwhile is found by another that did not`()
        async throws
    {
        let hasChanged = Mutex(false)
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": Self.answer(request, tag: "r", "<a href=/a>a</a><a href=/b>b</a>")
            case "/a" where hasChanged.withLock { $0 }: Self.answer(request, tag: "a2", "no link")
            case "/a": Self.answer(request, tag: "a", "<a href=/c>c</a>")
            case "/b": Self.answer(request, tag: "b", "<a href=/c>c</a>")
            default: Self.answer(request, tag: "c", "leaf")
            }
        }
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec {
            $0.follow = JobSpec.Follow()
            $0.concurrency.perHost = 1
        }
        try await harness.crawl([server.url("/")], spec: spec)
        hasChanged.withLock { $0 = true }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(try harness.rows().map(\.isNotModified) == [true, false, true, true])
        #expect(
            try harness.value("SELECT referrer FROM results WHERE url LIKE '%/c'", as: String.self)
                == server.url("/b"))
    }

    @Test func `a 304 that nobody asked for is no success of a page without a past`() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.Response(status: 304) }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")])

        let row = try #require(try harness.rows().first)
        #expect(row.state == .done)
        #expect(!row.isNotModified)
    }

    @Test func `a body that changed has another digest, one that did not the same`() async throws {
        let server = try LoopbackServer { request in .text(request.path == "/same" ? "x" : "\(request.hit)") }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/same"), server.url("/other")])
        let first = try harness.rows().map(\.contentDigest)
        try await harness.crawl([server.url("/same"), server.url("/other")])
        let second = try harness.rows().map(\.contentDigest)

        #expect(first[0] == second[0])
        #expect(first[1] != second[1])
        // As `printf x | xxh128sum` prints it.
        #expect(first[0]?.lowercased() == "5c7401c0ec22eeeeeaf06c6480b2cd11")
    }
}
