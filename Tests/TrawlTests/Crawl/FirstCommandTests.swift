import Foundation
import LoopbackServer
import Testing

/// What a new user types: a list, a URL, a host, standard input.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct FirstCommandTests {
    let bench: Workbench
    let site: LoopbackServer
    /// The host of the site with its port, as a job of its URLs is called.
    let host: String

    init() throws {
        bench = try Workbench()
        site = try LoopbackServer { request in
            var response = Site.page(request)
            if request.path == "/docs/" { response.body = Array(Self.links.utf8) }
            return response
        }
        host = String(site.url("").dropFirst("http://".count))
    }

    private static let links =
        "<title>docs</title><a href='/docs/a'>a</a><a href='/docs/b'>b</a><a href='/other'>o</a>"

    private func expectJob(
        _ name: String, _ paths: [String], _ location: SourceLocation = #_sourceLocation
    ) throws {
        let urls = try bench.values(
            "SELECT url FROM results WHERE job = '\(name)' AND state = 'done' ORDER BY url", as: String.self)
        #expect(urls == paths.map { site.url($0) }, sourceLocation: location)
    }

    @Test func `a site has the delay of the command line`() async throws {
        func delay(_ flags: String) async throws -> String? {
            try await bench.shell("$TRAWL run --dry-run \(flags) \(site.url("/a"))").lines
                .first { $0.hasPrefix("delay:") }
        }

        #expect(try await delay("--follow host --delay 20ms") == "delay: 20ms")
        #expect(try await delay("--follow host --delay 0") == "delay: 0s")
        #expect(try await delay("--delay 1..3") == "delay: 1s..3s")
        #expect(try await delay("--follow host") == "delay: 500ms")
    }

    @Test func `a list is a job that is called as its file, and the same command goes on`() async throws {
        try bench.write("# mine\n\(site.url("/a"))\n\(site.url("/b"))\n", to: "urls.txt")

        try await bench.trawl("run", "-q", "urls.txt").expectSuccess()
        try bench.execute("UPDATE runs SET state = 'active', finished_at = NULL")
        let again = try await bench.trawl("run", "urls.txt")

        #expect(again.errors.contains("urls: going on with run 1"))
        try expectJob("urls", ["/a", "/b"])
        #expect((site.hits("/a"), site.hits("/b")) == (1, 1))
    }

    @Test func `a URL is one page of a job that is called as its host`() async throws {
        try await bench.trawl("run", "-q", site.url("/docs/")).expectSuccess()
        try expectJob(host, ["/docs/"])

        try await bench.trawl("run", "-q", host).expectSuccess()

        #expect(try bench.value("SELECT count(*) FROM runs") == 2)
        #expect(site.hits("/docs/a") == 0)
    }

    @Test func `URLs of one host are one job`() async throws {
        try await bench.trawl("run", "-q", site.url("/a"), site.url("/[1-2]")).expectSuccess()

        try expectJob(host, ["/1", "/2", "/a"])
    }

    @Test func `a stored job goes before a file, and a file before a host`() async throws {
        try bench.write("\(site.url("/list"))\n", to: "example.org")
        try bench.job("stored", urls: site.urls("/job"))
        try await bench.trawl("run", "-q", "stored.yaml").expectSuccess()
        try bench.write("\(site.url("/list"))\n", to: "stored")

        try await bench.trawl("run", "-q", "stored").expectSuccess()
        try await bench.trawl("run", "-q", "example.org").expectSuccess()

        #expect((site.hits("/job"), site.hits("/list")) == (2, 1))
    }

    @Test func `a host gets https and a word about it, or the scheme that is asked for`() async throws {
        let https = try await bench.trawl("run", host + "/a")
        let http = try await bench.trawl("run", "--default-scheme", "http", host + "/a")
        let fetch = try await bench.trawl("fetch", "--default-scheme", "http", host + "/a")

        #expect(https.code == 5)
        #expect(https.errors.contains("this is https://\(host)/a; for http: --default-scheme http"))
        http.expectSuccess()
        #expect(!http.errors.contains("scheme"))
        fetch.expectSuccess()
        #expect(fetch.output.contains(site.url("/a")))
    }

    @Test func `standard input is a list or a job file`() async throws {
        let list = try await bench.trawl("run", "-q", "-", input: "\(site.url("/a"))\n\(site.url("/b"))")
        let job = try await bench.trawl("run", "-q", "-", input: "{name: piped, urls: ['\(site.url("/c"))']}")
        let named = try await bench.shell("echo '\(site.url("/d"))' > l; $TRAWL run -q --name mine - < l")

        list.expectSuccess()
        job.expectSuccess()
        named.expectSuccess()
        try expectJob("stdin", ["/a", "/b"])
        try expectJob("piped", ["/c"])
        try expectJob("mine", ["/d"])
    }

    @Test func `a long list on standard input is read whole`() async throws {
        let run = try await bench.shell(
            "seq -f '\(site.url("/"))%05g' 20000 | sed 's/1[0-9][0-9][0-9][0-9]$/1/' | $TRAWL run -q -")

        run.expectSuccess()
        #expect(try bench.value("SELECT max(line) FROM results") == 20_000)
    }

    @Test func `a site needs no job file`() async throws {
        let arguments =
            "--name docs --follow prefix --depth 3 --include docs --exclude b$ \(site.url("/docs/"))"

        let first = try await bench.shell("$TRAWL run -q \(arguments)")
        first.expectSuccess()
        try expectJob("docs", ["/docs/", "/docs/a"])
        try await bench.trawl("run", "-q", "docs").expectSuccess()

        #expect((site.hits("/docs/a"), site.hits("/docs/b"), site.hits("/other")) == (2, 0, 0))
        #expect(
            try bench.value("SELECT spec -> 'follow' FROM jobs", as: String.self)
                == #"{"scope":"prefix","depth":3,"include":["docs"],"exclude":["b$"]}"#)
    }

    @Test func `a name that nobody chose takes no other job's place`() async throws {
        try bench.job("more", urls: site.urls("/a"), "name: \"\(host)\"")
        try await bench.trawl("run", "-q", "more.yaml").expectSuccess()

        let refused = try await bench.trawl("run", site.url("/b"))
        #expect(refused.code == 2)
        #expect(refused.errors.contains("there is a job \(host) already"))
        #expect(site.hits("/b") == 0)

        try await bench.trawl("run", "-q", "--name", "mine", site.url("/b")).expectSuccess()
    }

    @Test func `a list may be given by a flag, and one that takes another's place is noticed`() async throws {
        try bench.write("\(site.url("/a"))\n", to: "urls.txt")
        try bench.write("\(site.url("/b"))\n", to: "urls.csv")

        let first = try await bench.trawl("run", "-i", "urls.txt")
        let second = try await bench.trawl("run", "-i", "urls.csv")
        let named = try await bench.trawl("run", "-i", "urls.csv", "--name", "others")

        try expectJob("urls", ["/b"])
        try expectJob("others", ["/b"])
        for (run, isNoticed) in [(first, false), (second, true), (named, false)] {
            run.expectSuccess()
            #expect(run.errors.contains("urls was a job of something else until now") == isNoticed)
        }
    }

    @Test func `an unfinished run of something else is not forgotten`() async throws {
        try await bench.trawl("run", "-q", site.url("/a")).expectSuccess()
        try bench.execute("UPDATE runs SET state = 'active', finished_at = NULL")

        let refused = try await bench.trawl("run", site.url("/b"))

        #expect(refused.code == 2)
        #expect(refused.errors.contains("has an unfinished run of something else"))
    }

    @Test func `a dry run shows the job and stores and asks for nothing`() async throws {
        try bench.write("\(site.url("/a"))\nno url\n\(site.url("/a"))\n\(site.url("/b"))\n", to: "urls.txt")
        try bench.write("urls_from: urls.txt\ndelay: 2s\n", to: "slow.yaml")

        let run = try await bench.trawl("run", "--dry-run", "slow.yaml")
        let add = try await bench.trawl("add", "--dry-run", "slow.yaml")
        let url = try await bench.trawl("run", "--dry-run", "--depth", "2", site.url("/a"))

        run.expectSuccess()
        #expect(run.output == add.output)
        #expect(run.output.contains("# pages: 2, and 1 duplicate, and 1 that cannot be asked for"))
        #expect(run.output.contains("#   \(site.url("/b"))"))
        #expect(
            run.output.contains(
                "#   http://\(host)  2 pages, 2 at once, a start each 2.00 s, robots.txt obeyed"))
        #expect(run.output.contains("# least duration by the delays: 4.00 s"))
        #expect(url.output.contains("follow: {depth: 2, scope: host"))
        #expect(!bench.exists("trawl.db"))
        #expect(site.counters.requests == 0)
    }

    @Test func `a dry run names the run that would go on`() async throws {
        try bench.job("docs", urls: site.urls("/a", "/b"))
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()
        let fresh = try await bench.trawl("run", "--dry-run", "docs.yaml")
        try bench.execute(
            """
            UPDATE runs SET state = 'active', finished_at = NULL, pages_pending = 1, pages_done = 1, started_at = started_at - 3 * 86400000;
            UPDATE pages SET state = 'pending' WHERE url LIKE '%/b';
            """)
        let requests = site.counters.requests

        let same = try await bench.trawl("run", "--dry-run", "docs.yaml")
        let stored = try await bench.trawl("run", "--dry-run", "docs")
        try bench.job("docs", urls: site.urls("/c"))
        let changed = try await bench.trawl("add", "--dry-run", "docs.yaml")

        #expect(!fresh.output.contains("unfinished"))
        for dry in [same, stored] {
            #expect(
                dry.lines.first
                    == "# docs has an unfinished run, which is what would go on: run 1, unfinished, begun 3 days ago, 1 page to go."
            )
            #expect(dry.output.contains("# docs: what a new run would be."))
        }
        #expect(changed.lines.first?.hasSuffix("1 page to go, by the job as it was then.") == true)
        #expect(site.counters.requests == requests)
    }

    @Test func `a dry run is a job file of the same job`() async throws {
        try bench.job("docs", urls: site.urls("/a"), "extract: {h1: {xpath: //h1}}")

        _ = try await bench.shell("$TRAWL run --dry-run docs.yaml > whole.yaml")
        let run = try await bench.trawl("run", "-q", "whole.yaml")

        run.expectSuccess()
        try expectJob("docs", ["/a"])
    }

    @Test(arguments: [
        ("run urls.txt", "urls.txt: cannot be read: No such file"),
        ("run docz", "docz"),
        ("run ftp://127.0.0.1/", "ftp is not supported"),
        ("run http://127.0.0.1:x/", "not a URL"),
        ("run --follow near http://127.0.0.1/", "--follow: \"near\" is not known"),
        ("run --include '(' http://127.0.0.1/", "--include: not a regular expression"),
        ("run --name x", "--name goes with URLs"),
        ("run --depth 2 j.yaml", "--depth goes with URLs"),
        ("run --delay 2 j.yaml", "--delay goes with URLs"),
        ("run --delay soon http://127.0.0.1/", "--delay"),
        ("run hosts", "hosts:1: neither a job file nor a list of URLs"),
        ("add --depth 2 http://127.0.0.1/", "--depth needs --name"),
        ("run", "nothing to run: there is no database trawl.db; name a job file, a list of URLs or a URL"),
        ("run -i urls.txt", "urls.txt: cannot be read: No such file"),
    ])
    func `a first command that cannot be says why and stores nothing`(line: String, words: String)
        async throws
    {
        try bench.job("j", urls: ["http://127.0.0.1/"])
        try bench.write("example.org\n", to: "hosts")

        let wrong = try await bench.shell("$TRAWL \(line)")

        #expect(wrong.code == 2 || wrong.code == 3 && ["run docz", "run"].contains(line))
        #expect(wrong.errors.contains(words), "\(wrong.errors)")
        #expect(!bench.exists("trawl.db"))
    }
}
