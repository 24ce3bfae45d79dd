import Foundation
import Glibc
import LoopbackServer
import Testing

/// What hosts have asked for, over a kill.
@Suite(.timeLimit(.minutes(15))) struct PolitenessTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `a host that asked to be left alone is left alone over a kill`() async throws {
        // Long enough to be killed in, however busy the machine is.
        let site = try LoopbackServer { request in
            request.path == "/1" && request.hit == 0
                ? .status(429, retryAfter: .seconds(60)) : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(5)], "concurrency: {per_host: 1}")
        let killed = try bench.start("run", "-q", "docs.yaml")
        // It is in the database as soon as the answer is, with whatever else there is of it.
        try await bench.until("SELECT max(snoozed_until) IS NOT NULL FROM hosts", by: killed)
        killed.signal(SIGKILL)
        #expect(try await killed.finished().code == nil)
        #expect(site.counters.requests == 1)

        // What is left of it is shortened, as nobody wants to wait for a minute.
        let (instant, now) = (ContinuousClock.now, Int64(Date().timeIntervalSince1970 * 1000))
        let until = try #require(try bench.value("SELECT max(snoozed_until) FROM hosts", as: Int64.self))
        #expect(until > now + 4_000 && until <= now + 60_000)
        try bench.execute(
            """
            UPDATE hosts SET snoozed_until = \(now + 4_000);
            UPDATE pages SET not_before = min(not_before, \(now + 1_000))
            """)
        try await bench.trawl("run", "-q", "docs").expectSuccess()

        let log = site.log
        #expect(log.count == 6)
        #expect(instant.duration(to: log[1].startedAt) >= .seconds(3.9))
    }

    @Test(arguments: ["/robots.txt", "/1"])
    func `while a host is left alone the processor is too`(path: String) async throws {
        let site = try LoopbackServer { request in
            request.path == path && request.hit == 0
                ? .status(429, retryAfter: .seconds(2)) : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(5)], "robots: obey")

        #expect(try await processorSeconds() < 1)
    }

    @Test func `while the job has no permit left the processor rests`() async throws {
        let site = try LoopbackServer { Site.page($0).delayed(by: .milliseconds(500)) }
        try bench.job(
            "docs", urls: [site.numbered(4)], "concurrency: {total: 1, per_host: 4}\nrate: {total: 100/s}")

        #expect(try await processorSeconds() < 1)
    }

    /// What `docs.yaml` takes of the processor.
    private func processorSeconds() async throws -> Double {
        let run = try await bench.shell("TIMEFORMAT='%U %S'; time $TRAWL run -q docs.yaml")
        #expect(run.code == 0)
        let seconds = try #require(run.errors.split(separator: "\n").last).split(separator: " ").compactMap {
            Double($0)
        }
        #expect(seconds.count == 2)
        return seconds.reduce(0, +)
    }

    @Test func `the host's delay is kept over a kill`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/2" && request.hit == 0 ? .stalled : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(3)], "delay: 600ms")
        let killed = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.requests == 2 }
        killed.signal(SIGKILL)
        _ = try await killed.finished()

        try await bench.trawl("run", "-q", "docs").expectSuccess()

        #expect(try #require(site.leastGap(of: "127.0.0.1")) >= .milliseconds(580))
    }

    @Test func `who crawls other people's hosts without a contact is told so once a run`() async throws {
        // The name is never looked up: it goes to the proxy.
        let proxy = try LoopbackServer { $0.hit == 0 ? .stalled : Site.page($0) }
        let words = "name a contact"
        let more = "request: {proxy: \"\(proxy.url(""))\"}\ntimeouts: {read: 1h, total: 1h}"
        try bench.job("docs", urls: ["http://www.example.org/"], more)
        let killed = try bench.start("run", "docs.yaml")
        await proxy.wait { $0.requests == 1 }
        killed.signal(SIGKILL)

        #expect(try await killed.finished().errors.components(separatedBy: words).count == 2)
        #expect(try await !bench.trawl("run", "docs").errors.contains(words))
        #expect(try await bench.trawl("run", "docs").errors.contains(words))
        try bench.job(
            "named", urls: ["http://www.example.org/"],
            "request: {proxy: \"\(proxy.url(""))\", user_agent: \"me/1 (+https://example.org)\"}")
        #expect(try await !bench.trawl("run", "named.yaml").errors.contains(words))
        #expect(proxy.log.last?.headers["user-agent"] == "me/1 (+https://example.org)")
        // Of no domain: there is none that is trawl's.
        let agent = try #require(proxy.log.first?.headers["user-agent"])
        #expect(agent.hasPrefix("trawl/") && !agent.contains { "/:@ ".contains($0) && $0 != "/" })
        #expect(!agent.contains("//"))
    }
}
