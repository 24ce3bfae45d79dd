import LoopbackServer
import Testing
import TrawlTestSupport

/// Two processes on one run in PostgreSQL.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere)) struct SharedLimitsTests {
    private let bench: Workbench
    private let site: LoopbackServer
    private let database: String

    init() throws {
        bench = try Workbench()
        site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]) {
            Site.page($0).delayed(by: .milliseconds(20))
        }
        database = try PostgresServer.shared().newURL()
    }

    /// So many pages of each of four hosts.
    private func job(pages: Int, _ more: String) throws {
        let first = site.numbered(pages)
        try bench.job(
            "docs", urls: (1...4).map { first.replacing("127.0.0.1", with: "127.0.0.\($0)") },
            "delay: 0s\n" + more)
    }

    /// Runs the job by two processes at once.
    private func runTwice() async throws -> [Int32?] {
        try await bench.trawl("db", "migrate", "--db", database).expectSuccess()
        let one = try bench.start("run", "-q", "docs.yaml", "--db", database)
        let two = try bench.start("run", "-q", "docs.yaml", "--db", database)
        return [try await one.finished().code, try await two.finished().code]
    }

    @Test func `two processes together request as many pages as the limit says`() async throws {
        try job(pages: 60, "limits: {pages: 100}")
        #expect(try await runTwice() == [8, 8])
        #expect(site.counters.requests == 100)
        // The next go has the same limit again.
        #expect(try await bench.trawl("run", "-q", "docs", "--db", database).code == 8)
        #expect(site.counters.requests == 200)
        #expect(try await bench.trawl("run", "-q", "docs", "--db", database).code == 0)
        #expect(site.counters.requests == 240)
    }

    @Test func `two processes together keep to the job's rate`() async throws {
        try job(pages: 15, "rate: {total: 20/s}")
        #expect(try await runTwice() == [0, 0])
        let starts = site.log.map(\.startedAt)
        #expect(starts.count == 60)
        // One more than twenty have their starts within the bounds of a second.
        for (first, last) in zip(starts, starts.dropFirst(22)) {
            #expect(first.duration(to: last) > .seconds(0.95))
        }
    }

    @Test func `a process ends where another abandons the run`() async throws {
        // Long enough to be abandoned in, however busy the machine is.
        try job(pages: 9_000, "concurrency: {per_host: 1}")
        let running = try bench.start("run", "-q", "docs.yaml", "--db", database)
        try await eventually("requests") { site.counters.requests > 20 }
        try await bench.trawl("abandon", "docs", "--db", database).expectSuccess()
        let ended = try await running.finished()
        #expect(ended.code == 7)
        #expect(ended.errors.contains("its run was ended by another command"))
    }
}
