import CrawlCore
import CrawlEngine
import CrawlFetch
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// robots.txt as servers see it asked for, and what it makes of pages.
@Suite(.timeLimit(.minutes(15))) struct RobotsTests {
    private let harness: CrawlHarness

    init() throws { harness = try CrawlHarness() }

    private func spec(_ change: (inout JobSpec) -> Void = { _ in }) -> JobSpec {
        CrawlHarness.spec {
            $0.robots = .obey
            change(&$0)
        }
    }

    /// A site of pages with a robots.txt.
    private func site(
        _ addresses: [String] = ["127.0.0.1"],
        robots: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Response
    ) throws -> LoopbackServer {
        try LoopbackServer(addresses: addresses) {
            $0.path == "/robots.txt" ? robots($0) : .html(title: $0.path)
        }
    }

    @Test func `it is asked for once a host and before any page, however many wait`() async throws {
        let hosts = (1...4).map { "127.0.0.\($0)" }
        let site = try site(hosts) { _ in .text("").delayed(by: .milliseconds(50)) }

        try await harness.crawl(
            (0..<400).map { site.url("/\($0)", on: hosts[$0 % 4]) },
            spec: spec { $0.concurrency.perHost = 8 }, threads: 2)

        for host in hosts {
            #expect(site.hits("/robots.txt", on: host) == 1)
            let log = site.log.filter { $0.address == host }
            #expect(log.first?.path == "/robots.txt")
            #expect(try #require(log.first?.finishedAt) <= log[1].startedAt)
        }
        #expect(try harness.rows().allSatisfy { $0.state == .done })
    }

    @Test func `what it disallows is skipped with the line that says so, and is not requested`() async throws
    {
        let site = try site { _ in .text("User-agent: *\nDisallow: /private\n") }

        try await harness.crawl([site.url("/open"), site.url("/private/1")], spec: spec())

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.done, .skipped])
        #expect(rows[1].skipReason == "robots")
        #expect(rows[1].error?.hasPrefix("line 2 of robots.txt") == true)
        #expect(rows[1].attempts == 0)
        #expect(site.hits("/private/1") == 0)
    }

    @Test(arguments: [401, 403, 404, 410])
    func `where a host has none everything is allowed`(status: Int) async throws {
        let site = try site { _ in .status(status) }

        try await harness.crawl([site.url("/a")], spec: spec())

        #expect(try harness.rows().map(\.state) == [.done])
    }

    @Test func `where it cannot be had pages wait for it, and use up no attempt`() async throws {
        let site = try site { $0.hit < 2 ? .status(500) : .text("User-agent: *\nDisallow: /b") }

        try await harness.crawl([site.url("/a"), site.url("/b")], spec: spec())

        #expect(try harness.rows().map(\.state) == [.done, .skipped])
        #expect(try harness.rows().map(\.attempts) == [1, 0])
        #expect(site.log.map(\.path) == ["/robots.txt", "/robots.txt", "/robots.txt", "/a"])
    }

    @Test func `where it cannot be had in the end pages are skipped, and the next run asks again`()
        async throws
    {
        let site = try site { $0.hit < 3 ? .status(503) : .text("") }
        let urls = [site.url("/a"), site.url("/b")]

        try await harness.crawl(urls, spec: spec())

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.skipped, .skipped])
        #expect(rows.allSatisfy { $0.skipReason == "robots_unreachable" && $0.attempts == 0 })
        #expect(rows[0].error == "robots.txt: status 503 is not accepted")
        #expect(site.counters.requests == 3)

        try await harness.crawl(urls, spec: spec())

        #expect(try harness.rows().map(\.state) == [.done, .done])
    }

    @Test func `it is good for a day, in other runs too`() async throws {
        let site = try site { _ in .text("User-agent: *\nDisallow: /b") }
        let urls = [site.url("/a"), site.url("/b")]
        try await harness.crawl(urls, spec: spec())
        try await harness.crawl(urls, spec: spec())
        #expect(site.hits("/robots.txt") == 1)
        #expect(try harness.rows().map(\.state) == [.done, .skipped])

        var tomorrow = FetchEnvironment.system
        tomorrow.wallClock = { FetchEnvironment.system.wallClock() + 86_400_000 }
        try await harness.crawl(urls, spec: spec(), environment: tomorrow)

        #expect(site.hits("/robots.txt") == 2)
    }

    @Test func `it goes by the host's delay like any page`() async throws {
        let site = try site { _ in .text("") }

        try await harness.crawl(
            [site.url("/a"), site.url("/b")], spec: spec { $0.delay = .milliseconds(200) })

        #expect(site.counters.requests == 3)
        #expect(try #require(site.leastGap(of: "127.0.0.1")) >= .milliseconds(160))
    }

    @Test func `a delay that it asks for is kept`() async throws {
        let site = try site { _ in .text("User-agent: *\nCrawl-delay: 0.3") }

        try await harness.crawl((0..<3).map { site.url("/\($0)") }, spec: spec())

        let starts = site.log.dropFirst().map(\.startedAt)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0.duration(to: $1) >= .milliseconds(260) })
    }

    @Test func `five redirects lead to it, and it counts for the host that was asked`() async throws {
        let other = try site(["127.0.0.2"]) { _ in .text("User-agent: *\nDisallow: /b") }
        let target = other.url("/robots.txt")
        let site = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt": .redirect(to: "/1")
            case "/4": .redirect(to: target)
            case "/1", "/2", "/3": .redirect(to: "/\(Int(request.path.dropFirst())! + 1)")
            default: .html(title: request.path)
            }
        }

        try await harness.crawl(
            [site.url("/a"), site.url("/b")], spec: spec { $0.allowPrivate = ["127.0.0.2"] })

        #expect(try harness.rows().map(\.state) == [.done, .skipped])
        #expect(other.log.map(\.path) == ["/robots.txt"])
    }

    @Test func `one that is empty allows everything, whatever the one before said`() async throws {
        let hosts = ["127.0.0.1", "127.0.0.2"]
        let site = try site(hosts) {
            $0.address == hosts[0] ? .text("User-agent: *\nDisallow: /") : .text("")
        }

        try await harness.crawl(
            hosts.map { site.url("/a", on: $0) }, spec: spec { $0.concurrency.total = 1 })

        #expect(try harness.rows().map(\.state) == [.skipped, .done])
    }

    @Test func `one that two hosts share by a redirect is asked for once`() async throws {
        let other = try site(["127.0.0.2"]) { _ in .text("User-agent: *\nDisallow: /b") }
        let site = try LoopbackServer { .redirect(to: other.url($0.path)) }
        let urls = [site.url("/a"), site.url("/b"), other.url("/c"), other.url("/b")]

        try await harness.crawl(urls, spec: spec { $0.concurrency.total = 1 })

        #expect(try harness.rows().map(\.state) == [.done, .skipped, .done, .skipped])
        #expect(site.hits("/robots.txt") == 1)
        #expect(other.hits("/robots.txt") <= 2)
        #expect(other.hits("/b") == 0)
    }

    @Test func `a host that is led to for another's robots.txt is asked for its own when pages come to it`()
        async throws
    {
        let other = try site(["127.0.0.2"]) { _ in .text("User-agent: *\nDisallow: /b") }
        let site = try LoopbackServer { request in
            .redirect(to: other.url(request.path == "/robots.txt" ? "/elsewhere" : request.path))
        }

        try await harness.crawl(
            [site.url("/a"), site.url("/b")], spec: spec { $0.allowPrivate = ["127.0.0.2"] })

        #expect(try harness.rows().map(\.state) == [.done, .skipped])
        #expect(other.log.map(\.path) == ["/elsewhere", "/robots.txt", "/a"])
    }

    @Test func `where redirects lead nowhere everything is allowed`() async throws {
        let site = try site { _ in .redirect(to: "/robots.txt") }

        try await harness.crawl([site.url("/a")], spec: spec())

        #expect(try harness.rows().map(\.state) == [.done])
    }

    @Test func `where it is redirected to a private address everything is allowed`() async throws {
        let site = try site { _ in .redirect(to: "http://127.0.0.3:1/robots.txt") }

        try await harness.crawl([site.url("/a")], spec: spec())

        #expect(try harness.rows().map(\.state) == [.done])
    }

    @Test func `where it is redirected to a host that is not there the host's pages are not to blame`()
        async throws
    {
        let gone = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in .closed }
        let target = gone.url("/robots.txt")
        gone.stop()
        let site = try site { _ in .redirect(to: target) }

        try await harness.crawl([site.url("/a")], spec: spec { $0.allowPrivate = ["127.0.0.2"] })

        let row = try #require(try harness.rows().first)
        #expect(row.state == .skipped)
        #expect(row.skipReason == "robots_unreachable")
    }

    @Test func `redirects of pages go by the rules of the host that they lead to`() async throws {
        let other = try site(["127.0.0.2"]) { _ in .text("User-agent: *\nDisallow: /b") }
        let site = try LoopbackServer { request in
            request.path == "/robots.txt" ? .status(404) : .redirect(to: other.url(request.path))
        }

        try await harness.crawl(
            [site.url("/a"), site.url("/b")], spec: spec { $0.allowPrivate = ["127.0.0.2"] })

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.done, .skipped])
        #expect(rows[1].skipReason == "robots")
        #expect(rows[1].attempts == 1)
        #expect(other.log.map(\.path) == ["/robots.txt", "/a"])
    }

    @Test func `what X-Robots-Tag asks for is kept`() async throws {
        let site = try LoopbackServer { request in
            .html(title: "").header(
                "X-Robots-Tag", request.path == "/a" ? "noindex, nofollow" : "googlebot: none")
        }

        try await harness.crawl([site.url("/a"), site.url("/b")])

        #expect(
            try harness.value("SELECT group_concat(coalesce(robots, '-')) FROM pages")
                == "noindex, nofollow,-")
    }
}
