import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Whole sites: from a seed to every page that its links lead to.
@Suite(.timeLimit(.minutes(15))) struct FollowTests {
    /// A site by its paths: each page's links; what is not there is a 404.
    private func site(_ pages: [String: [String]]) throws -> LoopbackServer {
        try LoopbackServer { request in
            guard let links = pages[request.path] else {
                return LoopbackServer.Response(status: 404)
            }
            let anchors = links.map { "<a href=\"\($0)\">x</a>" }.joined()
            return .text("<title>\(request.path)</title>\(anchors)", type: "text/html")
        }
    }

    private func spec(_ change: (inout JobSpec, inout JobSpec.Follow) -> Void = { _, _ in }) -> JobSpec {
        CrawlHarness.spec { spec in
            var follow = JobSpec.Follow()
            change(&spec, &follow)
            spec.follow = follow
        }
    }

    private func paths(_ harness: CrawlHarness, _ server: LoopbackServer) throws -> [String] {
        try harness.rows().filter { $0.state != .skipped }
            .map { String($0.url.dropFirst(server.url("").count)) }.sorted()
    }

    @Test func `each page is requested once, whatever leads to it`() async throws {
        let server = try site([
            "/": ["/a", "b", "./a#part", "/b?", "mailto:x@example.org", "http://[bad/"],
            "/a": ["/", "/b", "/c/../d"], "/b": ["/a", "/missing"], "/d": [], "/b?": [],
        ])
        let harness = try CrawlHarness()
        let end = try await harness.crawl([server.url("/")], spec: spec(), threads: 2)

        #expect(end == .finished)
        #expect(try paths(harness, server) == ["/", "/a", "/b", "/b?", "/d", "/missing"])
        #expect(server.log.count == 6)
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'scope'", as: Int.self) == 1)
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'invalid_url'", as: Int.self)
                == 1)
    }

    @Test func `a page remembers its depth and the page that led to it`() async throws {
        let server = try site(["/": ["/a"], "/a": ["/b"], "/b": ["/", "/a"]])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec())

        #expect(try harness.rows().map(\.depth) == [0, 1, 2])
        #expect(
            try harness.value("SELECT referrer FROM results WHERE url LIKE '%/b'", as: String.self)
                == server.url("/a"))
        #expect(try harness.value("SELECT count(*) FROM results WHERE referrer IS NULL", as: Int.self) == 1)
    }

    @Test func `pages deeper than the job follows are counted and not requested`() async throws {
        let server = try site(["/": ["/1"], "/1": ["/2"], "/2": ["/3"], "/3": []])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { $1.depth = 2 })

        #expect(try paths(harness, server) == ["/", "/1", "/2"])
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'depth'", as: Int.self) == 1)
    }

    @Test func `what is within the depth does not depend on who answers first`() async throws {
        // "/far" leads to "/x" by a longer way, and is done long before "/slow" leads there by a shorter one.
        let links = [
            "/": ["/slow", "/far"], "/slow": ["/x"], "/far": ["/far2"], "/far2": ["/x"], "/x": ["/y"],
            "/y": [],
        ]
        let server = try LoopbackServer { request in
            let anchors = (links[request.path] ?? []).map { "<a href=\"\($0)\">x</a>" }.joined()
            let page = LoopbackServer.Response.text(anchors, type: "text/html")
            return request.path == "/slow" ? page.delayed(by: .milliseconds(100)) : page
        }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { $1.depth = 3 })

        #expect(try paths(harness, server) == ["/", "/far", "/far2", "/slow", "/x", "/y"])
    }

    @Test func `links marked nofollow are left alone unless the job says otherwise`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .text("<a href=/a rel='x nofollow'>a</a><a href=/b>b</a>", type: "text/html")
            case "/b": .text("<meta name=robots content=nofollow><a href=/c>c</a>", type: "text/html")
            default: .text("x")
            }
        }
        let obeying = try CrawlHarness()
        try await obeying.crawl([server.url("/")], spec: spec())
        let ignoring = try CrawlHarness()
        try await ignoring.crawl([server.url("/")], spec: spec { $1.nofollow = .ignore })

        #expect(try paths(obeying, server) == ["/", "/b"])
        #expect(try paths(ignoring, server) == ["/", "/a", "/b", "/c"])
    }

    @Test func `a job keeps what it did not follow where it is asked to`() async throws {
        let server = try site([
            "/": ["/a", "http://elsewhere.example/", "/no/b"], "/a": ["/no/c", "http://elsewhere.example/"],
        ])
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/")],
            spec: spec {
                $0.keepsSkipped = true
                $1.exclude = ["/no/"]
            })

        #expect(
            try harness.value(
                "SELECT group_concat(skip_reason || substr(url, -3)) FROM (SELECT * FROM results WHERE state = 'skipped' ORDER BY url)",
                as: String.self) == "scopeo/b,scopeo/c,scopele/")
        #expect(try harness.value("SELECT pages_skipped FROM runs", as: Int.self) == 3)
        #expect(server.log.count == 2)
    }

    @Test func `what a seed is redirected to is within the scope`() async throws {
        let target = try site(["/home": ["/a"], "/a": []])
        let server = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in .redirect(to: target.url("/home")) }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/")], spec: spec { spec, _ in spec.allowPrivate = ["127.0.0.1"] })

        let rows = try harness.rows().filter { $0.state == .done }
        #expect(rows.map(\.url) == [server.url("/"), target.url("/a")])
        #expect(target.hits("/home") == 1)
    }

    @Test func `a host's pages are requested level by level`() async throws {
        let server = try site([
            "/": ["/1", "/2"], "/1": ["/11", "/12"], "/2": ["/21"], "/11": [], "/12": [], "/21": [],
        ])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { spec, _ in spec.concurrency.perHost = 1 })

        #expect(server.log.map(\.path) == ["/", "/1", "/2", "/11", "/12", "/21"])
    }

    @Test func `a run that was stopped in the middle finds the same pages`() async throws {
        var pages: [String: [String]] = ["/": (0..<10).map { "/\($0)" }]
        for index in 0..<10 { pages["/\(index)"] = (0..<10).map { "/\(index)/\($0)" } + ["/"] }
        let server = try site(pages)
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill([server.url("/")], spec: spec(), runner: runner)
        let holder = CrawlHolder()
        let first = harness.crawl(
            run, spec: spec(), runner: runner,
            observer: RecordingObserver { count in if count >= 5 { holder.crawl?.abort() } })
        holder.crawl = first
        let end = try await first.run()
        let second = try await harness.crawl(run, spec: spec(), runner: runner).run()

        #expect(end == .interrupted)
        #expect(second == .finished)
        #expect(try paths(harness, server).count == 111)
        #expect(try harness.value("SELECT pages_done + pages_failed FROM runs", as: Int.self) == 111)
    }

    @Test func `an endless path ends by the trap rule, and the rest of the site is complete`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .text("<a href=/a/>a</a><a href=/real>r</a>", type: "text/html")
            case "/real": .text("<a href=/real2>r</a>", type: "text/html")
            case "/real2": .text("end", type: "text/html")
            default: .text("<a href=\"a/\">more</a>", type: "text/html")
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec())

        let found = try paths(harness, server)
        #expect(found.contains("/real2"))
        #expect(found.count < 30)
        #expect(try harness.value("SELECT links FROM skipped_links WHERE reason = 'trap'", as: Int.self) == 1)
    }
}
