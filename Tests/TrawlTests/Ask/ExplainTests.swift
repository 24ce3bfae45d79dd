import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct ExplainTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// The lines of an explanation by their first word.
    private func explain(_ url: String) async throws -> [String: String] {
        let finished = try await bench.trawl("explain", "docs", url)
        #expect(finished.code == 0, "\(finished.errors)")
        return Dictionary(
            finished.output.split(separator: "\n").map { line in
                let topic = line.prefix { $0 != " " }
                return (String(topic), line.dropFirst(topic.count).drop { $0 == " " }.description)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Crawls a site below /docs/.
    private func crawl() async throws -> LoopbackServer {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt":
                LoopbackServer.Response(body: Array("User-agent: *\nDisallow: /docs/private\n".utf8))
            case "/docs/": .html(title: "Top", links: ["a", "missing"])
            case "/docs/missing": .status(404)
            default: .html(title: request.path)
            }
        }
        try bench.job(
            "docs", urls: [site.url("/docs/")],
            "robots: obey\ndelay: 0s\nfollow: {scope: prefix, exclude: [\"[.]pdf$\"]}\nnormalize: {drop: [utm_*]}"
        )
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        return site
    }

    @Test func `a page that was crawled is explained by its row`() async throws {
        let site = try await crawl()

        let top = try await explain(site.url("/docs/"))
        let page = try await explain(site.url("/docs/./a?utm_x=1#f"))
        let missing = try await explain(site.url("/docs/missing"))

        #expect(top["scope"]?.hasPrefix("one of the job's own URLs") == true)
        #expect(page["url"] == site.url("/docs/a"))
        #expect(page["row"]?.hasPrefix("run 1: done, status 200, \"/docs/a\"") == true)
        #expect(page["row"]?.hasSuffix("found on \(site.url("/docs/"))") == true)
        #expect(page["now"] == "settled in run 1; the next run asks again")
        #expect(page["robots"] == "allowed: no rule for trawl matches")
        #expect(missing["now"] == "settled; trawl retry docs puts it back to pending")
    }

    @Test func `a job that was never run is explained by what it says`() async throws {
        try bench.job(
            "docs", urls: ["http://127.0.0.1:1/[1-3]", "https://example.org/a"], "rate: 60/min\nrobots: obey")
        try await bench.trawl("add", "docs.yaml").expectSuccess()

        let own = try await explain("http://127.0.0.1:1/2")
        #expect(own["scope"]?.hasPrefix("one of the job's own URLs") == true)
        #expect(own["address"] == nil)
        #expect(own["now"] == "it is requested once the job is run")
        let other = try await explain("http://127.0.0.1:1/4")
        #expect(other["now"] == "not one of the job's URLs")
        #expect(try await explain("http://127.0.0.2/")["address"]?.hasPrefix("private") == true)
        #expect(try await explain("http://localhost/")["address"]?.hasPrefix("private") == true)
    }

    @Test func `what a job waits between starts is explained`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/robots.txt"
                ? .text("User-agent: *\nCrawl-delay: 0.3\n") : Site.page(request)
        }
        try bench.job("docs", urls: [site.url("/a")], "rate: 600/min\nrobots: obey")
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        #expect(try await explain(site.url("/a"))["host"]?.contains("300 ms between starts") == true)
        try bench.execute("UPDATE robots SET body = NULL")
        #expect(try await explain(site.url("/a"))["host"]?.contains("100 ms between starts") == true)
    }

    @Test func `a URL that was not crawled is explained by the rule that keeps it out`() async throws {
        let site = try await crawl()

        #expect(try await explain(site.url("/other/"))["now"] == "skipped: scope")
        #expect(try await explain(site.url("/docs/x.pdf"))["scope"]?.hasPrefix("include or exclude") == true)
        #expect(try await explain(site.url("/docs/x/x/x/"))["now"] == "skipped: trap")
        #expect(try await explain("ftp://host/")["now"] == "unsupported_scheme")
        let disallowed = try await explain(site.url("/docs/private/a"))
        #expect(disallowed["robots"] == "disallowed by line 2: Disallow: /docs/private")
        #expect(disallowed["now"] == "skipped: robots (line 2)")
        #expect(
            try await explain(site.url("/docs/new"))["now"] == "it is requested once a page links to it")
    }

    @Test func `what people have set for a host is said`() async throws {
        let site = try await crawl()
        try bench.execute("UPDATE hosts SET delay_ms = 2000, blocked = 1")

        let page = try await explain(site.url("/docs/new"))

        #expect(page["host"]?.contains("2.00 s between starts") == true)
        #expect(page["now"] == "failed: cancelled (hosts.blocked)")
    }

    @Test func `what is no URL or no job is wrong usage, and nothing is requested`() async throws {
        let site = try await crawl()
        let requests = site.hits("/docs/new")

        let word = try await bench.trawl("explain", "docs", "word")
        let job = try await bench.trawl("explain", "none", site.url("/"))
        _ = try await bench.trawl("explain", "docs", site.url("/docs/new"))

        #expect((word.code, job.code) == (2, 2))
        #expect(word.errors.contains("not a URL: it has no scheme"))
        #expect(site.hits("/docs/new") == requests)
    }

    @Test func `a redirect is explained as the run took it`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "Top", links: ["/bye", "/old"])
            case "/bye": .redirect(to: "/logout")
            case "/old": .redirect(to: "/new")
            default: .html(title: request.path)
            }
        }
        try bench.job("docs", urls: [site.url("/")], "delay: 0s\nfollow: {exclude: [/logout]}")
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let bye = try await explain(site.url("/bye"))
        #expect(bye["row"]?.hasPrefix("run 1: skipped, status 302, scope: redirected to") == true)
        #expect(bye["row"]?.split(separator: "scope:").count == 2)
        #expect(bye["row"]?.contains("redirects to \(site.url("/logout"))") == true)
        #expect(try await explain(site.url("/logout"))["now"] == "skipped: scope")
        #expect(try await explain(site.url("/old"))["row"]?.contains("duplicate: redirected to") == true)
        let new = try await explain(site.url("/new"))
        #expect(new["row"]?.hasPrefix("run 1: done, status 200") == true)
        #expect(new["row"]?.hasSuffix("found on \(site.url("/old"))") == true)
        #expect(site.hits("/logout") == 0)
    }

    @Test func `a page is explained by the links to it, and by the way there`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "Top", links: (1...12).map { "/\($0)" })
            case "/12": .html(title: "12", links: ["/end", "/end"])
            case "/end", "/alone": .html(title: "End")
            default: .html(title: request.path, body: "<p>\n<a href=/end>to the <b>end</b></a>")
            }
        }
        try bench.job("docs", urls: [site.url("/")], "links: keep\nfollow: {}\ndelay: 0s")
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let end = try await bench.trawl("explain", "docs", site.url("/end"))
        let lines = end.lines.map { $0.trimmingCharacters(in: .whitespaces) }

        #expect(
            try await explain(site.url("/end"))["way"]
                == "\(site.url("/")) → \(site.url("/1")) → \(site.url("/end"))")
        #expect(
            try await explain(site.url("/end"))["links"] == "linked from 12 pages, 13 links; the first 10:")
        #expect(lines.count { $0.contains("  a href  ") } == 10)
        #expect(lines.contains("\(site.url("/3")):3  a href  \"to the end\""))
        #expect(try await explain(site.url("/none"))["links"] == "no page of run 1 links here")
        #expect(try await explain(site.url("/"))["way"] == nil)
    }
}
