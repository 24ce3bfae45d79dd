import Foundation
import Glibc
import LoopbackServer
import Testing

/// Limits of APIs that are used up for longer than a job waits.
@Suite(.timeLimit(.minutes(15))) struct LongWaitTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    /// A job with one request for each of five numbers, one at a time.
    private func write(_ server: LoopbackServer, more: String = "") throws {
        try bench.write(
            """
            requests:
              - {name: a, url: "\(server.url("/a"))?n=[1-5]", items: "$[*]"}
            concurrency: {per_host: 1}
            \(more)
            """, to: "api.yaml")
    }

    private static func list() -> LoopbackServer.Response { .text("[1]", type: "application/json") }

    @Test(arguments: ["429", "403", "remaining"])
    func `a run ends, and goes on once the host takes requests again`(kind: String) async throws {
        let server = try LoopbackServer { request in
            guard request.hit == 1 else { return Self.list() }
            return switch kind {
            case "429": .status(429).header("Retry-After", "7200")
            case "403": .status(403).header("Retry-After", "7200")
            default: Self.list().header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "7200")
            }
        }
        try write(server)
        let first = try await bench.trawl("run", "api.yaml")

        #expect(first.code == 8)
        let done = kind == "remaining" ? 2 : 1
        #expect(first.errors.contains("127.0.0.1:\(server.port) takes no more requests until 20"))
        #expect(try bench.value("SELECT count(*) FROM pages WHERE state = 'done'") == done)
        #expect(try bench.value("SELECT count(*) FROM pages WHERE state = 'pending'") == 5 - done)
        #expect(server.counters.requests == 2)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let until = try #require(try bench.value("SELECT max(snoozed_until) FROM hosts", as: Int64.self))
        #expect(until > now + 7_000_000 && until <= now + 7_201_000)

        // It asks for nothing before that.
        #expect(try await bench.trawl("run", "api.yaml").code == 8)
        #expect(server.counters.requests == 2)

        try bench.execute("UPDATE hosts SET snoozed_until = 1; UPDATE pages SET not_before = 0")
        #expect(try await bench.trawl("run", "api.yaml").code == 0)
        #expect(try bench.value("SELECT count(*) FROM items") == 5)
        #expect(try bench.value("SELECT max(attempts) FROM pages") == 1)
        #expect(try bench.value("SELECT count(*) FROM runs") == 1)
    }

    @Test func `a limit that is used up by the last request is no matter`() async throws {
        let server = try LoopbackServer { request in
            guard request.target == "/a?n=5" else { return Self.list() }
            return Self.list().header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "7200")
        }
        try write(server)
        #expect(try await bench.trawl("run", "api.yaml").code == 0)
        #expect(server.counters.requests == 5)
    }

    @Test func `other hosts are asked for all that they have`() async throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.address == "127.0.0.1"
                ? .status(429).header("Retry-After", "7200") : Self.list().delayed(by: .milliseconds(20))
        }
        try bench.write(
            """
            requests:
              - {name: a, url: "\(server.url("/a"))?n=[1-5]", items: "$[*]"}
              - {name: b, url: "\(server.url("/b", on: "127.0.0.2"))?n=[1-20]", items: "$[*]"}
            concurrency: {per_host: 1}
            """, to: "api.yaml")
        #expect(try await bench.trawl("run", "api.yaml").code == 8)
        #expect(try bench.value("SELECT count(*) FROM pages WHERE state = 'done' AND name = 'b'") == 20)
        #expect(try bench.value("SELECT count(*) FROM pages WHERE state = 'pending' AND name = 'a'") == 5)
        #expect(server.log.count { $0.address == "127.0.0.1" } == 1)
    }

    @Test func `a job that takes long waits waits`() async throws {
        let server = try LoopbackServer { _ in .status(429).header("Retry-After", "3600") }
        try write(server, more: "retry: {max_delay: 2h}")
        let run = try bench.start("run", "api.yaml")
        try await bench.until("SELECT max(snoozed_until) IS NOT NULL FROM hosts", by: run)
        run.signal(SIGINT)
        #expect(try await run.finished().code == 7)
    }

    @Test func `a pool that is used up is left alone over a kill`() async throws {
        let server = try LoopbackServer { request in
            let isSearch = request.path == "/search"
            let answer = Self.list().header("x-ratelimit-resource", isSearch ? "search" : "core")
                .header("x-ratelimit-remaining", isSearch ? "0" : "4000")
                .header("x-ratelimit-reset", isSearch ? "90" : "3600")
            return request.path == "/list" && request.hit == 2 ? .stalled : answer
        }
        try bench.write(
            """
            requests:
              - {name: search, url: "\(server.url("/search"))?n=[1-3]", items: "$[*]"}
              - {name: list, url: "\(server.url("/list"))?n=[1-5]", items: "$[*]"}
            concurrency: {per_host: 1}
            """, to: "api.yaml")
        let killed = try bench.start("run", "-q", "api.yaml")
        await server.wait { $0.requests == 4 }
        try await bench.until("SELECT count(*) = 1 FROM host_pools WHERE pool = 'search'", by: killed)
        killed.signal(SIGKILL)
        _ = try await killed.finished()
        // What the pages themselves say of their wait does not count here.
        try bench.execute("UPDATE pages SET not_before = 0")

        let next = try bench.start("run", "-q", "api.yaml")
        try await bench.until(
            "SELECT count(*) = 5 FROM pages WHERE name = 'list' AND state = 'done'", by: next)
        next.signal(SIGINT)
        #expect(try await next.finished().code == 7)
        #expect(server.hits("/search") == 1)
    }
}
