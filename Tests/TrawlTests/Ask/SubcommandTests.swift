import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct SubcommandTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    @Test func `fetch shows rows and keeps nothing`() async throws {
        let fetch = try await bench.trawl("fetch", site.url("/{a,b}"))

        #expect(fetch.code == 0)
        #expect(fetch.output.contains("/a"))
        #expect(fetch.output.contains(site.url("/b")))
        #expect(fetch.errors.contains("fetch run 1: finished"))
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `fetch keeps its results where it is told to`() async throws {
        _ = try await bench.trawl("fetch", "--db", "kept.db", site.url("/a"))

        #expect(try bench.value("SELECT title FROM results WHERE job = 'fetch'", in: "kept.db") == "/a")
    }

    @Test func `fetch shows what it could not even ask for`() async throws {
        try bench.write("http://[bad\nftp://host/\n\(site.url("/a"))\n", to: "list.txt")

        let fetch = try await bench.trawl("fetch", "--format", "ndjson", "-i", "list.txt")

        let rows = try fetch.objects()
        #expect(fetch.code == 4)
        #expect(Set(rows.compactMap { $0["state"] as? String }) == ["skipped", "failed", "done"])
        #expect(
            rows.first { $0["state"] as? String == "skipped" }?["skip_reason"] as? String == "invalid_url")
    }

    @Test func `fetch reads a list from standard input`() async throws {
        let fetch = try await bench.trawl(
            "fetch", "-q", "-i", "-", input: "\(site.url("/a"))\n# no URL\n\(site.url("/b"))")

        #expect(fetch.code == 0)
        #expect(site.hits("/a") == 1)
        #expect(site.hits("/b") == 1)
    }

    @Test func `fetch sends what curl's flags ask for`() async throws {
        _ = try await bench.trawl(
            "fetch", "-q", "-H", "X-One: 1", "-H", "X-Two:2", "-A", "me/1", site.url("/a"))

        let headers = try #require(site.log.first?.headers)
        #expect(headers["X-One"] == "1")
        #expect(headers["X-Two"] == "2")
        #expect(headers["User-Agent"] == "me/1")
    }

    @Test func `jobs, runs and status show what is there`() async throws {
        try bench.job("docs", urls: site.urls("/a", "/missing"))
        try bench.job("idle", urls: site.urls("/b"))
        _ = try await bench.trawl("run", "docs.yaml")
        _ = try await bench.trawl("run", "docs")
        _ = try await bench.trawl("add", "idle.yaml")

        let jobs = try await bench.trawl("jobs")
        let runs = try await bench.trawl("runs", "docs")
        let status = try await bench.trawl("status", "docs")
        let never = try await bench.trawl("status", "idle")

        #expect(jobs.code == 0)
        #expect(jobs.lines.count == 3)
        #expect(jobs.output.contains(/docs +finished +2 +2 +1 +1 +0\b/))
        #expect(jobs.output.contains(/idle +never run/))
        #expect(runs.lines.dropFirst().map { $0.split(separator: " ")[0] } == ["2", "1"])
        #expect(status.output.contains("docs run 2, finished: 2/2 pages, 1 done, 1 failed"))
        #expect(never.code == 0)
        #expect(never.output == "idle has not been run yet; begin with: trawl run idle\n")
    }

    @Test func `without arguments run takes up what is unfinished and what is new`() async throws {
        try bench.job("done", urls: site.urls("/a"))
        try bench.job("new", urls: site.urls("/b"))
        _ = try await bench.trawl("run", "done.yaml")
        _ = try await bench.trawl("add", "new.yaml")

        let run = try await bench.trawl("run")
        let idle = try await bench.trawl("run")

        #expect(run.code == 0)
        #expect(site.hits("/a") == 1)
        #expect(site.hits("/b") == 1)
        #expect(idle.code == 0)
        #expect(idle.errors.contains("nothing to do"))
    }

    @Test func `the database may be named by the environment, and by a flag over it`() async throws {
        try bench.job("docs", urls: site.urls("/a"))

        _ = try await bench.trawl("run", "docs.yaml", environment: ["TRAWL_DB": "one.db"])
        _ = try await bench.trawl("run", "docs.yaml", "--db", "two.db", environment: ["TRAWL_DB": "one.db"])
        _ = try await bench.trawl("run", "docs.yaml", environment: ["TRAWL_DB": ""])

        for name in ["one.db", "two.db", "trawl.db"] {
            #expect(try bench.value("SELECT count(*) FROM runs", in: name) == 1)
        }
    }

    @Test(arguments: [":memory:", "file:x.db?mode=memory"])
    func `a database of whatever name is a file`(name: String) async throws {
        try bench.job("docs", urls: site.urls("/a"))

        let run = try await bench.trawl("run", "docs.yaml", "--db", name)

        #expect(run.code == 0)
        #expect(bench.exists(name))
    }

    @Test func `migrate makes a database, and check finds it sound`() async throws {
        let migrate = try await bench.trawl("db", "migrate")
        let check = try await bench.trawl("db", "check")

        #expect(migrate.code == 0)
        #expect(try bench.value("SELECT count(*) FROM jobs") == 0)
        #expect(check.code == 0)
        #expect(check.errors.contains("is sound"))
    }

    @Test func `check finds counters that are wrong`() async throws {
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "docs.yaml")
        try bench.execute("UPDATE runs SET pages_done = 7")

        let check = try await bench.trawl("db", "check")

        #expect(check.code == 3)
        #expect(check.output.contains("pages_done is 7, but 1"))
    }

    @Test func `check finds a page of the file that was overwritten`() async throws {
        try bench.job("docs", urls: [site.numbered(200)], "concurrency: {per_host: 32}")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let file = try FileHandle(forUpdating: bench.folder.appending(path: "trawl.db"))
        let root = try #require(
            try bench.value("SELECT rootpage FROM sqlite_schema WHERE name = 'pages_run'", as: Int.self))
        try file.seek(toOffset: UInt64((root - 1) * 4096))
        try file.write(contentsOf: Data(repeating: 0xff, count: 4096))
        try file.close()

        let check = try await bench.trawl("db", "check")

        #expect(check.code == 3)
        #expect(!check.errors.isEmpty)
    }
}
