import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct ExitCodeTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    @Test func `a run of which every page is done exits 0`() async throws {
        try bench.job("docs", urls: site.urls("/a", "/b"))

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("docs run 1: finished"))
        #expect(run.errors.contains("2: 2 done"))
        #expect(run.errors.contains("200 × 2"))
        #expect(
            try bench.values("SELECT url || ' ' || title FROM results ORDER BY url", as: String.self)
                == [site.url("/a") + " /a", site.url("/b") + " /b"])
    }

    @Test func `a run of which some pages failed exits 4`() async throws {
        try bench.job("docs", urls: site.urls("/a", "/missing"))

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 4)
        #expect(run.errors.contains("http_status × 1"))
        #expect(run.errors.contains("  see       trawl results docs --failed\n"))
        #expect(
            try bench.value("SELECT error_kind || status_code || title FROM failures")
                == "http_status404/missing"
        )
    }

    @Test func `what failed and what is no URL are told apart, for a job of any name`() async throws {
        try bench.write("\(site.url("/a"))\n\(site.url("/missing"))\nhttp://a b/\nno url\n", to: "list.txt")
        try bench.write(
            "name: it's\nurls_from: list.txt\nrobots: ignore\nretry: {attempts: 1}\n", to: "list.yaml")

        let run = try await bench.trawl("run", "-q", "list.yaml")

        #expect(run.code == 4)
        #expect(run.errors.contains("1 of 4 pages failed, 2 are no URLs; "), "\(run.errors)")
        #expect(run.errors.contains("WHERE job = 'it''s'"))
        #expect(
            try await bench.trawl("run", "list.yaml").errors.contains(
                "  see       trawl results 'it'\\''s' --failed"))
    }

    @Test func `a run without one success exits 5`() async throws {
        try bench.job("docs", urls: site.urls("/missing", "/missing2"))

        #expect(try await bench.trawl("run", "docs.yaml").code == 5)
    }

    @Test func `a run whose pages were all skipped exits 5, and says why and how many`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/robots.txt" ? .text("User-agent: *\nDisallow: /\n") : .html(title: request.path)
        }
        try bench.job("docs", urls: site.urls("/a", "/b"), "robots: obey")

        let run = try await bench.trawl("run", "docs.yaml")
        let quiet = try await bench.trawl("run", "-q", "docs.yaml")

        #expect((run.code, quiet.code) == (5, 5))
        #expect(run.errors.contains("docs run 1: finished, no page succeeded"))
        #expect(run.errors.contains("robots × 2"))
        #expect(quiet.errorLines.count == 1)
        #expect(quiet.errors.contains("docs: run 2 finished, no page succeeded: robots × 2"))
    }

    @Test func `a sitemap is no page that succeeded`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt": .text("User-agent: *\nAllow: /map.txt\nDisallow: /\n")
            case "/map.txt": .text("http://\(request.headers["host"] ?? "")/a\n")
            default: .html(title: request.path)
            }
        }
        try bench.write("sitemaps: [\"\(site.url("/map.txt"))\"]\nrobots: obey\n", to: "docs.yaml")

        #expect(try await bench.trawl("run", "docs.yaml").code == 5)
    }

    @Test func `pages beyond a host's number are skipped as limit, listed ones too`() async throws {
        try bench.job("docs", urls: site.urls("/a", "/b", "/c", "/b"), "limits: {pages_per_host: 2}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("limit × 1"))
        #expect(site.counters.requests == 2)
        #expect(
            try bench.values("SELECT url FROM results WHERE skip_reason = 'limit'", as: String.self)
                == [site.url("/c")])
        #expect(
            try await bench.trawl("explain", "docs", site.url("/c")).output.contains("limits.pages_per_host"))
    }

    @Test func `several jobs give the worst of their codes`() async throws {
        try bench.job("good", urls: site.urls("/a"))
        try bench.job("bad", urls: site.urls("/missing"))

        #expect(try await bench.trawl("run", "good.yaml", "bad.yaml").code == 4)
    }

    @Test func `two files of one job are refused before either runs`() async throws {
        try bench.job("a", urls: site.urls("/a"), "name: docs")
        try bench.job("b", urls: site.urls("/b"), "name: docs")

        let run = try await bench.trawl("run", "a.yaml", "b.yaml")
        let add = try await bench.trawl("add", "a.yaml", "b.yaml")

        #expect([run.code, add.code] == [2, 2])
        #expect(run.errors.contains("docs"))
        #expect(site.counters.requests == 0)
    }

    @Test func `a name that no job has is wrong usage and makes no database`() async throws {
        let run = try await bench.trawl("run", "docs")

        #expect(run.code == 3)
        #expect(run.errors.contains("there is no database trawl.db"))
        #expect(!bench.exists("trawl.db"))
    }

    @Test(arguments: [
        ["retry", "docs"], ["run"], ["jobs"], ["status"], ["results", "docs"], ["db", "check"],
    ])
    func `what needs a database makes none`(arguments: [String]) async throws {
        let command = try await bench.shell("$TRAWL \(arguments.joined(separator: " "))")

        #expect(command.code == 3)
        #expect(command.errors.contains("there is no database trawl.db"))
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `an unknown job is named with those that there are`() async throws {
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("add", "docs.yaml")

        for command in ["run", "results", "runs", "status", "retry"] {
            let unknown = try await bench.trawl(command, "dosc")
            #expect(unknown.code == 2)
            #expect(unknown.errors.contains("there is no job dosc; there are: docs"))
        }
    }
}
