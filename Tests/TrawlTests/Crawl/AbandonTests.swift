import Glibc
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct AbandonTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `a run that is abandoned is over, and the next one begins anew`() async throws {
        let site = try Site.pages()
        try bench.job(
            "docs", urls: [site.numbered(5)],
            "limits: {pages: 2}\nconcurrency: {total: 1}\nbatch_size: 1\non_finish: {exec: [sh, -c, 'echo >> told']}"
        )
        #expect(try await bench.trawl("run", "docs.yaml").code == 8)
        let done: Int = try #require(try bench.value("SELECT pages_done FROM runs"))

        let again = try await bench.trawl("run", "docs")
        let abandon = try await bench.trawl("abandon", "docs")
        let next = try await bench.trawl("run", "docs")

        #expect(
            again.errors.contains(
                /docs: going on with run 1, begun less than a minute ago, [0-9]+ pages? to go; .*trawl abandon docs/
            ))
        #expect(done >= 2)
        #expect(abandon.code == 0)
        #expect(
            abandon.errors.contains(
                /docs: run 1 has ended, [0-9]+ pages? not requested; trawl run docs begins anew/))
        #expect(!next.errors.contains("going on"))
        #expect(
            try bench.values("SELECT state FROM runs ORDER BY number", as: String.self).first == "finished")
        #expect(try bench.value("SELECT max(number) FROM runs") == 2)
        #expect(!bench.exists("told"))
        #expect(
            try bench.values(
                "SELECT DISTINCT skip_reason FROM all_results WHERE run = 1 AND state = 'skipped'",
                as: String.self)
                == ["limit"])
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a job that is being run is not abandoned`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: site.urls("/a"))
        let run = try bench.start("run", "docs.yaml")
        await site.wait { $0.inFlight == 1 }

        let abandon = try await bench.trawl("abandon", "docs")
        latch.open()

        #expect(abandon.code == 6)
        #expect(abandon.errors.contains("docs is already being run by process \(run.pid)"))
        #expect(try await run.finished().code == 0)
    }

    @Test func `an import that was cut short is gone`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a", "/b"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        try bench.execute(
            "UPDATE runs SET state = 'importing', finished_at = NULL, runner_id = NULL, pages_done = 0")

        let abandon = try await bench.trawl("abandon", "docs")

        #expect(abandon.code == 0)
        #expect(try bench.value("SELECT count(*) FROM runs") == 0)
    }

    @Test func `where nothing is unfinished there is nothing to abandon`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let abandon = try await bench.trawl("abandon", "docs")

        #expect(abandon.code == 0)
        #expect(abandon.errors == "trawl: docs: no run of it is unfinished\n")
        #expect(try await bench.trawl("abandon", "other").code == 2)
    }

    @Test func `a page that was not reached before a run was abandoned has not gone`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.numbered(4)], "concurrency: {total: 1}\nbatch_size: 1")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        try bench.job(
            "docs", urls: [site.numbered(4)], "concurrency: {total: 1}\nbatch_size: 1\nlimits: {pages: 1}")
        #expect(try await bench.trawl("run", "-q", "docs.yaml").code == 8)

        _ = try await bench.trawl("abandon", "docs")

        #expect(try await bench.trawl("diff", "--exit-code", "docs").code == 0)
        #expect(try bench.values("SELECT DISTINCT change FROM changes", as: String.self) == ["unknown"])
    }
}
