import CrawlCore
import CrawlEngine
import CrawlFetch
import TrawlSQLite
import TrawlStore
import Foundation
import LoopbackServer
import Synchronization
import Testing

/// Hosts that ask to be left alone, or asked less often.
@Suite(.timeLimit(.minutes(15))) struct ThrottleTests {
    private let harness: CrawlHarness

    init() throws { harness = try CrawlHarness() }

    /// How long an address saw nothing after its first request, which it answers at once. Not after its answer: the client
    /// may have that before the server has looked at the clock.
    private func pause(_ server: LoopbackServer, on address: String = "127.0.0.1") throws -> Duration {
        let log = server.log.filter { $0.address == address }
        return try #require(log.first).startedAt.duration(to: log[1].startedAt)
    }

    @Test func `Retry-After holds the whole host, and no other`() async throws {
        let hosts = ["127.0.0.1", "127.0.0.2"]
        let server = try LoopbackServer(addresses: hosts) { request in
            request.path == "/0" && request.hit == 0
                ? .status(429, retryAfter: .seconds(1)) : .html(title: request.path)
        }
        let urls = (0..<20).map { server.url("/\($0)", on: hosts[$0 % 2]) }

        try await harness.crawl(urls, spec: CrawlHarness.spec { $0.concurrency.perHost = 1 })

        #expect(try pause(server) >= .seconds(1))
        let held = server.log.filter { $0.address == hosts[0] }
        #expect(server.log.filter { $0.address == hosts[1] }.allSatisfy { $0.startedAt < held[1].startedAt })
        #expect(try harness.rows().allSatisfy { $0.state == .done })
    }

    @Test func `a date says it too, by the server's own clock`() async throws {
        // Its clock is a year behind ours.
        let server = try LoopbackServer { request in
            guard request.hit == 0 else { return .text("") }
            return .status(503).header("Date", "Thu, 01 Jan 2026 00:00:00 GMT")
                .header("Retry-After", "Thu, 01 Jan 2026 00:00:01 GMT")
        }

        try await harness.crawl([server.url("/")])

        #expect(try pause(server) >= .seconds(1))
        #expect(try harness.rows().map(\.attempts) == [2])
    }

    @Test(arguments: ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "86400"])
    func `no host is left alone for more than an hour`(value: String) async throws {
        let server = try LoopbackServer { _ in .status(503).header("Retry-After", value) }
        let holder = CrawlHolder()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill([server.url("/")], runner: runner)
        let crawl = harness.crawl(
            run, spec: CrawlHarness.spec(), runner: runner,
            observer: RecordingObserver { _ in holder.crawl?.stop() })
        holder.crawl = crawl
        let start = FetchEnvironment.system.wallClock()

        _ = try await crawl.run()

        let until = try #require(try harness.value("SELECT snoozed_until FROM hosts", as: Int64.self))
        #expect(until >= start + 3_590_000)
        #expect(until <= FetchEnvironment.system.wallClock() + 3_600_000)
        #expect(try harness.value("SELECT not_before FROM pages", as: Int64.self) ?? 0 >= start + 3_590_000)
    }

    @Test func `the wait goes on over a stop`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/0" && request.hit == 0
                ? .status(429, retryAfter: .seconds(1)) : .text("")
        }
        let holder = CrawlHolder()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        // Another page of the host is due at once.
        let run = try harness.fill([server.url("/0"), server.url("/1")], runner: runner)
        let spec = CrawlHarness.spec { $0.concurrency.perHost = 1 }
        let crawl = harness.crawl(
            run, spec: spec, runner: runner, observer: RecordingObserver { _ in holder.crawl?.stop() })
        holder.crawl = crawl

        #expect(try await crawl.run() == .interrupted)
        #expect(try await harness.crawl(run, spec: spec, runner: runner).run() == .finished)

        #expect(try pause(server) >= .seconds(1))
        #expect(server.counters.requests == 3)
    }

    @Test func `a host that says it is too much gets less, and that is kept for the next run`() async throws {
        let server = try LoopbackServer { $0.path == "/19" && $0.hit == 0 ? .status(429) : .text("") }
        let urls = (0..<20).map { server.url("/\($0)") }

        try await harness.crawl(urls, spec: CrawlHarness.spec { $0.concurrency.perHost = 1 })

        // Half of what it was getting, which were 20 within the second; and its success raised that again.
        let rate = try #require(try harness.value("SELECT rate FROM hosts", as: Double.self))
        #expect(rate > 10 && rate < 12)
        let requests = server.counters.requests

        try await harness.crawl(Array(urls.prefix(4)), spec: CrawlHarness.spec { $0.concurrency.perHost = 1 })

        let starts = server.log.dropFirst(requests).map(\.startedAt)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0.duration(to: $1) >= .milliseconds(60) })
        #expect(try #require(try harness.value("SELECT rate FROM hosts", as: Double.self)) > rate)
    }

    @Test func `time-outs are taken for too much`() async throws {
        let server = try LoopbackServer { $0.path == "/19" && $0.hit == 0 ? .stalled : .text("") }
        let spec = CrawlHarness.spec {
            $0.timeouts.read = .milliseconds(150)
            $0.concurrency.perHost = 1
        }

        try await harness.crawl((0..<20).map { server.url("/\($0)") }, spec: spec)

        #expect(try harness.rows().allSatisfy { $0.state == .done })
        #expect(try #require(try harness.value("SELECT rate FROM hosts", as: Double?.self) ?? 0) > 1)
    }

    @Test func `a page that is slow does not slow down a host that is asked little`() async throws {
        let server = try LoopbackServer { $0.hit == 0 ? .stalled : .text("") }

        try await harness.crawl(
            [server.url("/")], spec: CrawlHarness.spec { $0.timeouts.read = .milliseconds(150) })

        #expect(try harness.rows().map(\.state) == [.done])
        #expect(try harness.value("SELECT rate IS NULL FROM hosts") == true)
    }

    @Test func `waits between tries double, with full jitter, and are kept with the page`() async throws {
        let server = try LoopbackServer { $0.hit < 3 ? .status(500) : .text("") }
        var environment = FetchEnvironment.system
        environment.random = { 0.5 }

        try await harness.crawl(
            [server.url("/")],
            spec: CrawlHarness.spec {
                $0.retry.attempts = 4
                $0.retry.delay = .milliseconds(40)
            }, environment: environment)

        #expect(try harness.value("SELECT group_concat(wait_ms) FROM attempts") == "20,40,80")
        #expect(try harness.value("SELECT group_concat(number) FROM attempts") == "1,2,3")
        #expect(
            try harness.value("SELECT count(*) FROM attempts WHERE started_at > 1e12 AND time_total_ms >= 0")
                == 3)
        let log = server.log
        for (index, wait) in [20, 40, 80].enumerated() {
            let pause = log[index].startedAt.duration(to: log[index + 1].startedAt)
            #expect(pause >= .milliseconds(wait))
        }
    }

    @Test func `a wait between tries goes on over a stop`() async throws {
        let server = try LoopbackServer { $0.hit == 0 ? .status(500) : .text("") }
        var environment = FetchEnvironment.system
        environment.random = { 1 }
        let holder = CrawlHolder()
        let spec = CrawlHarness.spec { $0.retry.delay = .milliseconds(400) }
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill([server.url("/")], spec: spec, runner: runner)
        let crawl = harness.crawl(
            run, spec: spec, runner: runner, environment: environment,
            observer: RecordingObserver { _ in holder.crawl?.stop() })
        holder.crawl = crawl

        #expect(try await crawl.run() == .interrupted)
        #expect(try await harness.crawl(run, spec: spec, runner: runner).run() == .finished)

        #expect(try pause(server) >= .milliseconds(400))
        #expect(try harness.rows().map(\.attempts) == [2])
    }

    @Test func `a host that asks for a longer wait than the job takes is given up, and no other`()
        async throws
    {
        let hosts = ["127.0.0.1", "127.0.0.2"]
        let server = try LoopbackServer(addresses: hosts) { request in
            request.address == hosts[0] && request.path == "/0"
                ? .status(429, retryAfter: .seconds(86_400)) : .text("")
        }
        let urls = (0..<20).map { server.url("/\($0)", on: hosts[$0 % 2]) }
        let spec = CrawlHarness.spec {
            $0.concurrency.perHost = 1
            $0.retry.maxWait = .seconds(60)
        }

        try await harness.crawl(urls, spec: spec)

        let rows = try harness.rows()
        let refused = rows.filter { $0.url.contains(hosts[0]) }
        #expect(rows.filter { $0.url.contains(hosts[1]) }.allSatisfy { $0.state == .done })
        #expect(refused.allSatisfy { $0.state == .failed && $0.error?.contains("retry.max_wait") == true })
        #expect(refused.filter { $0.errorKind == "http_status" && $0.statusCode == 429 }.count == 1)
        #expect(refused.filter { $0.errorKind == "host_unavailable" && $0.attempts == 0 }.count == 9)
        #expect(server.log.count { $0.address == hosts[0] } == 1)

        // The next run does not ask either, as long as the host wants to be left alone.
        try await harness.crawl([server.url("/0")], spec: spec, now: 1)
        #expect(try harness.rows().map(\.errorKind) == ["host_unavailable"])
        #expect(server.log.count { $0.address == hosts[0] } == 1)
    }

    @Test func `the wait of a robots.txt counts as well`() async throws {
        let server = try LoopbackServer { _ in .status(503, retryAfter: .seconds(86_400)) }
        let spec = CrawlHarness.spec {
            $0.robots = .obey
            $0.retry.maxWait = .seconds(60)
        }

        try await harness.crawl([server.url("/1"), server.url("/2")], spec: spec)

        #expect(try harness.rows().map(\.errorKind) == ["host_unavailable", "host_unavailable"])
        #expect(server.log.map(\.path) == ["/robots.txt"])
    }

    @Test func `delays differ from start to start, between their bounds`() async throws {
        let server = try LoopbackServer { _ in .text("") }
        let spec = CrawlHarness.spec { ($0.delay, $0.delaySpread) = (.milliseconds(100), .milliseconds(400)) }
        var environment = FetchEnvironment.system
        let draws = Atomic(0)
        environment.random = { draws.add(1, ordering: .relaxed).newValue % 2 == 0 ? 0 : 1 }

        try await harness.crawl(
            (0..<5).map { server.url("/\($0)") }, spec: spec, environment: environment)

        let starts = server.log.map(\.startedAt)
        let gaps = zip(starts, starts.dropFirst()).map { $0.duration(to: $1) }
        #expect(gaps.allSatisfy { $0 >= .milliseconds(95) })
        #expect(gaps.count { $0 >= .milliseconds(490) } == 2)
    }

    /// A page of one host with links to another host, whose answers are the test's; what the view says of these links.
    private func check(
        links: Int, _ answer: @escaping LoopbackServer.Handler
    ) async throws -> (server: LoopbackServer, verdicts: Set<String>) {
        let hosts = ["127.0.0.1", "127.0.0.2"]
        let server = try LoopbackServer(addresses: hosts) { request in
            guard request.address == hosts[0] else { return answer(request) }
            let port = request.headers["Host"]?.split(separator: ":").last ?? ""
            return .text((0..<links).map { "<a href=//\(hosts[1]):\(port)/\($0)>x</a>" }.joined())
                .header("Content-Type", "text/html")
        }
        let spec = CrawlHarness.spec {
            $0.check = JobSpec.Check()
            $0.keepsLinks = true
            $0.allowPrivate = [hosts[1]]
        }
        try await harness.crawl([server.url("/")], spec: spec)
        let said = try harness.value(
            "SELECT group_concat(DISTINCT verdict || coalesce(' ' || reason, '')) FROM links", as: String.self
        )
        return (server, Set((said ?? "").split(separator: ",").map(String.init)))
    }

    @Test func `a check does not go on asking a host that only ever refuses`() async throws {
        let (server, verdicts) = try await check(links: 60) { _ in .status(429) }

        #expect(verdicts == ["unsure rate_limited"])
        #expect(server.log.count { $0.address == "127.0.0.2" } < 60)
    }

    @Test func `a check goes on with a host that refuses now and then`() async throws {
        let (server, verdicts) = try await check(links: 12) { request in
            request.hit == 0 && request.path.hasSuffix("5") ? .status(429) : .text("")
        }

        #expect(verdicts == ["ok"])
        #expect(server.log.count { $0.address == "127.0.0.2" } == 13)
    }
}
