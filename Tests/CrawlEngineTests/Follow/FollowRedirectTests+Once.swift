import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

/// Each page once, whatever leads to it.
extension FollowRedirectTests {
    @Test func `pages that redirect to one that is linked as well are its duplicates`() async throws {
        let server = try site([
            "/": ["/1", "/2", "/3", "/t"], "/1": ["> /t"], "/2": ["> /t#a"], "/3": ["> ./x/../t"],
            "/t": ["/1"],
        ])
        let harness = try CrawlHarness()
        let end = try await harness.crawl([server.url("/")], spec: spec(), threads: 2)

        #expect(end == .finished)
        #expect(
            try rows(harness, server) == [
                "/ done", "/1 skipped duplicate > /t", "/2 skipped duplicate > /t",
                "/3 skipped duplicate > /t", "/t done",
            ])
        #expect(try harness.value("SELECT count(*) FROM results WHERE title = '/t'") == 1)
        #expect(try harness.value("SELECT count(*) FROM redirects") == 3)
        #expect(
            try harness.value(
                "SELECT count(*) FROM page_links JOIN pages ON id = page_id WHERE url LIKE '%/_'") == 4)
        try expectSound(harness, server)
    }

    @Test func `a link that comes later finds the page that a redirect has led to`() async throws {
        let server = try site([
            "/": ["/old", "/b"], "/old": ["> /mid"], "/mid": ["> /new"], "/new": ["/c"], "/b": ["/b2"],
            "/b2": ["/new", "/mid"], "/c": ["/new"],
        ])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { spec, _ in spec.concurrency.perHost = 1 })

        #expect(
            try rows(harness, server) == [
                "/ done", "/b done", "/b2 done", "/c done", "/mid skipped duplicate > /new", "/new done",
                "/old skipped duplicate > /new",
            ])
        #expect(try harness.value("SELECT depth FROM results WHERE url LIKE '%/new'") == 1)
        #expect(
            try harness.value("SELECT referrer FROM results WHERE url LIKE '%/new'", as: String.self)
                == server.url("/mid"))
        try expectSound(harness, server)
    }

    @Test func `a site that redirects all of its pages to another host is fetched once`() async throws {
        let new = try LoopbackServer(addresses: ["127.0.0.2"]) { request in
            .html(title: request.path, links: ["/", "/0", "/1", "/2", "/3"])
        }
        let old = try LoopbackServer { .redirect(to: new.url($0.path), status: 301) }
        let seed = try site(["/": (0..<4).map { old.url("/\($0)") } + [new.url("/2")]], on: "127.0.0.3")
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.allowPrivate = ["127.0.0.1", "127.0.0.2"]
            follow.scope = .any
        }
        try await harness.crawl([seed.url("/")], spec: spec, threads: 3)

        #expect(new.log.map(\.path).sorted() == ["/", "/0", "/1", "/2", "/3"])
        #expect(new.peakInFlight <= 2)
        #expect(try harness.value("SELECT count(*) FROM pages WHERE skip_reason = 'duplicate'") == 4)
        #expect(try harness.value("SELECT pages_done FROM runs") == 6)
        #expect(try harness.value("SELECT requests FROM runs") == 10)
        #expect(try harness.value("SELECT count(*) FROM hosts WHERE runner_id IS NOT NULL") == 0)
        #expect(try harness.value("SELECT sum(pages) - sum(pages_done + pages_skipped) FROM batches") == 0)
    }

    @Test func `a page whose target fails is a duplicate of it, and the target is tried again`() async throws
    {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "", links: ["/old", "/gone"])
            case "/old": .redirect(to: "/new")
            case "/gone": .redirect(to: "/missing")
            case "/new": .status(503)
            default: .status(404)
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/")], spec: spec { spec, _ in spec.retry.maxDelay = .milliseconds(1) })

        #expect(
            try rows(harness, server) == [
                "/ done", "/gone skipped duplicate > /missing", "/missing failed http_status",
                "/new failed http_status", "/old skipped duplicate > /new",
            ])
        #expect(server.hits("/new") == 3 && server.hits("/old") == 1)
        #expect(
            try harness.value(
                "SELECT count(*) FROM attempts JOIN pages ON pages.id = page_id WHERE url LIKE '%/new'")
                == 2)
        #expect(try harness.value("SELECT attempts FROM results WHERE url LIKE '%/new'") == 3)
    }

    @Test func `a URL that was named keeps its answer, also where that takes several attempts`() async throws
    {
        let count = Atomic(0)
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": return .redirect(to: "/home")
            case "/home" where count.add(1, ordering: .relaxed).newValue < 3: return .status(503)
            default: return .html(title: request.path, links: ["/home", "/"])
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/")], spec: spec { spec, _ in spec.retry.maxDelay = .milliseconds(1) })

        #expect(try rows(harness, server) == ["/ done > /home", "/home skipped duplicate"])
        #expect(server.hits("/home") == 3)
    }

    @Test func `loops and endless redirects are the failure of the page that they begin with`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "", links: ["/a", "/self", "/n/0"])
            case "/a": .redirect(to: "/b")
            case "/b": .redirect(to: "/c")
            case "/c": .redirect(to: "/a")
            case "/self": .redirect(to: "/self")
            default: .redirect(to: "/n/\(Int(request.path.dropFirst(3))! + 1)")
            }
        }
        let harness = try CrawlHarness()
        let spec = spec { spec, _ in spec.limits.redirects = 2 }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(
            try rows(harness, server) == [
                "/ done", "/a failed redirect_loop > /c", "/b skipped duplicate > /a",
                "/c skipped duplicate > /a", "/n/0 failed too_many_redirects > /n/2",
                "/n/1 skipped limit > /n/2", "/n/2 skipped limit", "/self failed redirect_loop",
            ])
        try expectSound(harness, server)
    }

    @Test func `pages that redirect to one another in a ring are a loop, whoever is asked first`()
        async throws
    {
        let server = try site(["/": ["/a", "/b", "/c"], "/a": ["> /b"], "/b": ["> /c"], "/c": ["> /a"]])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { spec, _ in spec.concurrency.perHost = 3 })

        #expect(try harness.value("SELECT count(*) FROM failures WHERE error_kind = 'redirect_loop'") == 1)
        #expect(try harness.value("SELECT pages_skipped FROM runs") == 2)
        #expect(try harness.value("SELECT pages_pending FROM runs") == 0)
    }

    @Test func `a page that comes back after it has set a cookie is no duplicate of itself`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": return .html(title: "root", links: ["/page", "/set", "/in"])
            case "/set": return .redirect(to: "/page").header("Set-Cookie", "ok=1; Path=/")
            case "/page":
                return request.headers["Cookie"] == nil
                    ? .redirect(to: "/set") : .html(title: "page", links: ["/set", "/after"])
            default: return .html(title: request.path)
            }
        }
        let harness = try CrawlHarness()
        let spec = spec { spec, _ in
            spec.request.keepsCookies = true
            spec.concurrency.perHost = 1
        }
        try await harness.crawl([server.url("/")], spec: spec)

        let rows = try rows(harness, server)
        #expect(rows.contains("/page done"))
        #expect(rows.contains("/after done"))
        #expect(try harness.value("SELECT pages_failed FROM runs") == 0)
        #expect(try harness.value("SELECT count(*) FROM results WHERE title = 'page'") == 1)
    }

    @Test func `a list asks for each of its URLs, also for those that redirect to another`() async throws {
        let server = try site(["/old": ["> /new"], "/new": []])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/old"), server.url("/new")])

        #expect(try rows(harness, server) == ["/new done", "/old done > /new"])
        #expect(server.hits("/new") == 2)
    }

    @Test func `of two URLs of a run that follows links one is the duplicate of what it redirects to`()
        async throws
    {
        let server = try site(["/old": ["> /new"], "/new": ["/old"]])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/old"), server.url("/new")], spec: spec())

        #expect(try rows(harness, server) == ["/new done", "/old skipped duplicate > /new"])
        try expectSound(harness, server)
    }

    @Test func `a URL that a job normalises is known by where it redirects to`() async throws {
        let server = try LoopbackServer { request in
            switch (request.path, request.target.contains("sid=")) {
            case ("/", _): .html(title: "", links: ["/a", "/b"])
            case ("/a", false): .redirect(to: "/a?sid=1")
            case ("/b", _): .redirect(to: "/a?sid=2")
            default: .html(title: request.path)
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { spec, _ in spec.normalize.drop = ["sid"] })

        #expect(
            try rows(harness, server) == ["/ done", "/a done > /a?sid=1", "/b skipped duplicate > /a?sid=2"])
        #expect(server.log.count == 4)
    }

    @Test func `a link that was too deep is asked for where a redirect leads to it from less deep`()
        async throws
    {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "", links: ["/1", "/slow"])
            case "/1": .html(title: "", links: ["/2"])
            case "/2": .html(title: "", links: ["/deep"])
            case "/slow": LoopbackServer.Response.redirect(to: "/deep").delayed(by: .milliseconds(100))
            default: .html(title: "deep")
            }
        }
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.keepsSkipped = true
            follow.depth = 2
        }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(server.hits("/deep") == 1)
        #expect(
            try harness.value("SELECT count(*) FROM results WHERE title = 'deep' AND state = 'done'") == 1)
        #expect(try harness.value("SELECT pages_skipped FROM runs") == 1)
    }

    @Test func `a run that stops in the middle of redirects finds the same pages, each once`() async throws {
        var pages: [String: [String]] = ["/": (0..<30).map { "/old/\($0)" } + ["/new/3"]]
        for index in 0..<30 {
            pages["/old/\(index)"] = ["> /mid/\(index % 10)"]
            pages["/mid/\(index % 10)"] = ["> /new/\(index % 10)"]
            pages["/new/\(index % 10)"] = ["/", "/new/\((index + 1) % 10)", "/old/\(index)"]
        }
        let server = try site(pages)
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill([server.url("/")], spec: spec(), runner: runner)
        var end = RunEnd.interrupted
        for threshold in [1, 3, 8, 20, 1000] where end == .interrupted {
            let holder = CrawlHolder()
            let crawl = harness.crawl(
                run, spec: spec(), runner: runner,
                observer: RecordingObserver { count in if count >= threshold { holder.crawl?.abort() } })
            holder.crawl = crawl
            end = try await crawl.run()
        }

        #expect(end == .finished)
        #expect(try harness.value("SELECT count(*) FROM pages") == 51)
        #expect(try harness.value("SELECT pages_done FROM runs") == 11)
        #expect(try harness.value("SELECT pages_skipped FROM runs") == 40)
        #expect(try harness.value("SELECT count(DISTINCT title) FROM results WHERE state = 'done'") == 11)
    }

    @Test func `what a redirect leads to is asked for by what the run before found there`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": return .html(title: "", links: ["/old"])
            case "/old": return .redirect(to: "/new")
            default:
                return request.headers["If-None-Match"] == "\"e\""
                    ? LoopbackServer.Response(status: 304) : .html(title: "new").header("ETag", "\"e\"")
            }
        }
        let harness = try CrawlHarness()
        for _ in 0..<2 { try await harness.crawl([server.url("/")], spec: spec()) }

        #expect(
            try harness.value(
                "SELECT group_concat(status_code) FROM pages WHERE url LIKE '%/new'", as: String.self)
                == "200,304")
    }

    @Test func `a job's header fields do not go where a redirect leads elsewhere`() async throws {
        let other = try site(["/there": []], on: "127.0.0.2")
        let server = try site(["/": ["/go"], "/go": ["> \(other.url("/there"))"]])
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.allowPrivate = ["127.0.0.2"]
            spec.request.headers = [.init(name: "X-Key", value: "k"), .init(name: "Cookie", value: "c=1")]
            follow.scope = .any
        }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(other.log.count == 1)
        #expect(other.log.allSatisfy { $0.headers["X-Key"] == nil && $0.headers["Cookie"] == nil })
        #expect(server.log.allSatisfy { $0.headers["X-Key"] == "k" && $0.headers["Cookie"] == "c=1" })
    }
}
