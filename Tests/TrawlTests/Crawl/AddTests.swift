import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct AddTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    @Test func `files are stored and not run`() async throws {
        try bench.job("one", urls: site.urls("/a"))
        try bench.job("two", urls: site.urls("/b"))

        let add = try await bench.trawl("add", "one.yaml", "two.yaml")

        #expect(add.code == 0)
        #expect(add.errors.contains("trawl run one"))
        #expect(try bench.values("SELECT name FROM jobs ORDER BY 1") == ["one", "two"])
        #expect(site.counters.requests == 0)
    }

    @Test func `one mistake stores nothing at all`() async throws {
        try bench.job("one", urls: site.urls("/a"))
        try bench.write("urlz: []", to: "two.yaml")

        let add = try await bench.trawl("add", "one.yaml", "two.yaml")

        #expect(add.code == 2)
        #expect(add.errors.contains("two.yaml:1:1: urlz"))
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `a job file may come on standard input`() async throws {
        let add = try await bench.trawl("add", "-", input: "{name: piped, urls: [\"\(site.url("/a"))\"]}")

        #expect(add.code == 0)
        #expect(try await bench.trawl("run", "-q", "piped").code == 0)
    }

    @Test func `a job may be made of URLs, or of a list in a file`() async throws {
        try bench.write("\(site.url("/c"))\n", to: "list.txt")
        _ = try await bench.trawl("add", "--name", "urls", site.url("/{a,b}"))
        _ = try await bench.trawl("add", "--name", "list", "-i", "list.txt")

        #expect(try await bench.trawl("run", "-q").code == 0)
        #expect(try bench.values("SELECT title FROM results ORDER BY 1") == ["/a", "/b", "/c"])
    }

    @Test func `a list on standard input is read at once`() async throws {
        let add = try await bench.trawl(
            "add", "--name", "piped", "-i", "-", input: "\(site.url("/a"))\nhttp://[bad\n\(site.url("/b"))\n")
        let run = try await bench.trawl("run", "-q", "piped")

        #expect(add.code == 0)
        #expect(add.errors.contains("3 pages"))
        #expect(run.code == 4)
        #expect(try bench.value("SELECT line FROM results WHERE skip_reason = 'invalid_url'") == 2)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 2)
    }

    @Test func `a second list waits for the first to be finished`() async throws {
        let list = "\(site.url("/a"))\n"
        _ = try await bench.trawl("add", "--name", "piped", "-i", "-", input: list)

        let second = try await bench.trawl("add", "--name", "piped", "-i", "-", input: list)

        #expect(second.code == 6)
        #expect(try bench.value("SELECT count(*) FROM pages") == 1)
    }

    @Test func `an empty list on standard input is a mistake and leaves no run`() async throws {
        let add = try await bench.trawl("add", "--name", "piped", "-i", "-", input: "# nothing\n")

        #expect(add.code == 2)
        #expect(add.errors.contains("there is no URL to fetch"))
        #expect(try bench.value("SELECT count(*) FROM runs") == 0)
    }

    @Test func `a job inserted with plain SQL runs like one from a file`() async throws {
        _ = try await bench.trawl("db", "migrate")
        for name in ["one", "two"] {
            try bench.execute(
                "INSERT INTO jobs (name, spec) VALUES ('\(name)', '{\"urls\": [\"\(site.url("/" + name))\"]}')"
            )
        }

        let one = try await bench.trawl("run", "one")
        let rest = try await bench.trawl("run")

        #expect([one.code, rest.code] == [0, 0])
        #expect(try bench.values("SELECT title FROM results ORDER BY job") == ["/one", "/two"])
        #expect(site.hits("/one") == 1)
    }

    @Test func `a mistake in plain SQL holds up no other job`() async throws {
        _ = try await bench.trawl("db", "migrate")
        try bench.execute("INSERT INTO jobs (name, spec) VALUES ('bad', '{\"urlz\": []}')")
        try bench.execute(
            "INSERT INTO jobs (name, spec) VALUES ('good', '{\"urls\": [\"\(site.url("/a"))\"]}')")

        let run = try await bench.trawl("run")

        #expect(run.code == 2)
        #expect(run.errors.contains("urlz"))
        #expect(try bench.value("SELECT count(*) FROM results WHERE job = 'good' AND state = 'done'") == 1)
    }

    @Test func `a paused job is not run`() async throws {
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("add", "docs.yaml")
        try bench.execute("UPDATE jobs SET state = 'paused'")

        let named = try await bench.trawl("run", "docs")
        let all = try await bench.trawl("run")

        #expect(named.code == 2)
        #expect(named.errors.contains("paused"))
        #expect(all.code == 0)
        #expect(site.counters.requests == 0)
    }

    @Test func `a list on standard input brings all that the job has`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/map.txt"
                ? .text("http://\(request.headers["host"] ?? "")/mapped") : Site.page(request)
        }
        try bench.write(
            """
            vars: {user: 7}
            urls: ["\(site.url("/u/${var:user}"))"]
            urls_from: "-"
            sitemaps: ["\(site.url("/map.txt"))"]
            robots: ignore
            """, to: "docs.yaml")

        let add = try await bench.trawl("add", "docs.yaml", input: site.url("/listed"))
        #expect(add.code == 0)
        #expect(add.errors.contains("3 pages to fetch"))
        try await bench.trawl("run", "-q", "docs").expectSuccess()

        #expect(Set(site.log.map(\.path)) == ["/u/7", "/listed", "/map.txt", "/mapped"])
        let none = try await bench.trawl("add", "docs.yaml", input: "")
        #expect(none.code == 0)
    }
}
