import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Redirects in runs that follow links: what they may lead to, and that each page is requested once.
@Suite(.timeLimit(.minutes(15))) struct FollowRedirectTests {
    /// A site by its paths: each page's links, or `> URL` for where it redirects to; what is not there is a 404.
    func site(_ pages: [String: [String]], on address: String = "127.0.0.1") throws -> LoopbackServer {
        try LoopbackServer(addresses: [address]) { request in
            guard let links = pages[request.path] else { return LoopbackServer.Response(status: 404) }
            if let target = links.first, target.hasPrefix("> ") {
                return .redirect(to: String(target.dropFirst(2)), status: 301)
            }
            return .html(title: request.path, links: links)
        }
    }

    func spec(_ change: (inout JobSpec, inout JobSpec.Follow) -> Void = { _, _ in }) -> JobSpec {
        CrawlHarness.spec { spec in
            var follow = JobSpec.Follow()
            change(&spec, &follow)
            spec.follow = follow
        }
    }

    /// The rows as `path state reason final path`, in the order of their paths.
    func rows(_ harness: CrawlHarness, _ server: LoopbackServer) throws -> [String] {
        let base = server.url("").count
        return try harness.rows().map { row in
            let final = row.finalURL.flatMap { $0 == row.url ? nil : " > \($0.dropFirst(base))" } ?? ""
            let why = row.skipReason ?? row.errorKind
            return "\(row.url.dropFirst(base)) \(row.state.rawValue)\(why.map { " \($0)" } ?? "")\(final)"
        }.sorted()
    }

    func expectSound(_ harness: CrawlHarness, _ server: LoopbackServer) throws {
        #expect(Set(server.log.map(\.path)).count == server.log.count, "something was asked for twice")
        #expect(try harness.value("SELECT requests FROM runs") == server.log.count)
        #expect(
            try harness.value(
                "SELECT pages_done + pages_failed + pages_skipped = (SELECT count(*) FROM pages) FROM runs")
                == true)
        #expect(try harness.value("SELECT pages_pending FROM runs") == 0)
        #expect(
            try harness.value("SELECT count(*) FROM pages WHERE state = 'done'", as: Int.self)
                == harness.value("SELECT pages_done FROM runs", as: Int.self))
    }

    // MARK: Rules

    @Test(arguments: ["exclude", "include", "scope"])
    func `a redirect of a page that links led to is held to their rules`(rule: String) async throws {
        let other = try site(["/logout": ["/secret"]], on: "127.0.0.2")
        let target = rule == "scope" ? other.url("/logout") : "/logout"
        let server = try site([
            "/": ["/go"], "/go": ["> /hop"], "/hop": ["> \(target)"], "/logout": ["/secret"],
        ])
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.allowPrivate = ["127.0.0.2"]
            if rule == "exclude" { follow.exclude = ["/logout"] }
            if rule == "include" { follow.include = ["/(go|hop)?$"] }
        }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(server.hits("/logout") + server.hits("/secret") + other.log.count == 0)
        let rows = try harness.rows()
        #expect(rows.map(\.skipReason) == [nil, "scope", "scope"])
        let final = rule == "scope" ? other.url("/logout") : server.url("/logout")
        #expect(rows.dropFirst().allSatisfy { $0.finalURL == final && $0.state == .skipped })
        #expect(try harness.value("SELECT pages_failed FROM runs") == 0)
    }

    @Test func `a redirect to a trap or to a URL that is too long is left for that reason`() async throws {
        let server = try site([
            "/": ["/long", "/trap"], "/long": ["> /" + String(repeating: "x", count: 3_000)],
            "/trap": ["> /a/a/a/a/a/a/a/a"],
        ])
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec())

        #expect(try harness.rows().map(\.skipReason) == [nil, "limit", "trap"])
        #expect(server.log.count == 3)
    }

    @Test func `a URL that was named may redirect anywhere, and its host joins the scope`() async throws {
        let other = try site(["/home": ["/a", "/home"], "/a": []], on: "127.0.0.2")
        let server = try site(["/": ["> /hop"], "/hop": ["> \(other.url("/home"))"]])
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.allowPrivate = ["127.0.0.2"]
            follow.exclude = ["/hop", "/home"]
        }
        try await harness.crawl([server.url("/")], spec: spec)

        let rows = try harness.rows().filter { $0.state == .done }
        #expect(rows.map(\.title) == ["/home", "/a"])
        #expect(rows[0].url == server.url("/") && rows[0].finalURL == other.url("/home"))
        #expect(other.log.map(\.path) == ["/home", "/a"])
    }

    @Test func `what a sitemap lists is held to the rules wherever it redirects to`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt":
                .text("Sitemap: http://127.0.0.1:\(request.headers["Host"]!.split(separator: ":")[1])/map")
            case "/map":
                .text(
                    "<urlset><url><loc>http://\(request.headers["Host"]!)/go</loc></url></urlset>",
                    type: "application/xml")
            case "/go": .redirect(to: "/no/x")
            default: .html(title: request.path)
            }
        }
        let harness = try CrawlHarness()
        let spec = spec { spec, follow in
            spec.robots = .obey
            follow.sitemaps = true
            follow.exclude = ["/no/"]
        }
        try await harness.crawl([server.url("/")], spec: spec)

        #expect(server.hits("/go") == 1 && server.hits("/no/x") == 0)
        let go = try harness.rows().first { $0.url.hasSuffix("/go") }
        #expect(go?.skipReason == "scope" && go?.finalURL == server.url("/no/x"))
    }

    @Test func `a redirect to what robots.txt disallows says where it would have gone`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt": .text("User-agent: *\nDisallow: /no")
            case "/": .html(title: "", links: ["/go"])
            default: .redirect(to: "/no")
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: spec { spec, _ in spec.robots = .obey })

        #expect(try rows(harness, server) == ["/ done", "/go skipped robots > /no"])
        #expect(server.hits("/no") == 0)
    }
}
