import Foundation
import Glibc
import LoopbackServer
import Synchronization
import Testing

/// Limits of APIs, as the server sees them.
@Suite(.timeLimit(.minutes(15))) struct RateTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func run(_ requests: String, more: String = "") async throws -> Finished {
        try bench.write("requests:\n\(requests)\nretry: {delay: 1ms}\n\(more)\n", to: "api.yaml")
        return try await bench.trawl("run", "api.yaml")
    }

    /// A server that takes so many requests in each window, counted from the first one of it.
    private final class Windowed: Sendable {
        private struct State {
            var began = ContinuousClock.now
            var count = 0
            var refusals = 0
        }
        private let state = Mutex(State())
        private let limit: Int
        private let window: Duration
        init(limit: Int, window: Duration) { (self.limit, self.window) = (limit, window) }

        var refusals: Int { state.withLock { $0.refusals } }

        /// Counts a request.
        ///
        /// - Returns: whether it is taken, how many more are, and until when.
        func take() -> (isTaken: Bool, remaining: Int, reset: Duration) {
            state.withLock { state in
                let now = ContinuousClock.now
                if now - state.began >= window { (state.began, state.count) = (now, 0) }
                state.count += 1
                if state.count > limit { state.refusals += 1 }
                return (state.count <= limit, max(limit - state.count, 0), window - (now - state.began))
            }
        }
    }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    @Test(arguments: [true, false])
    func `a host is paced by what it says before it refuses`(isDraft: Bool) async throws {
        let limit = Windowed(limit: 5, window: .milliseconds(1_000))
        let server = try LoopbackServer { _ in
            let (isTaken, remaining, reset) = limit.take()
            let answer = isTaken ? LoopbackServer.Response.text("{}", type: "application/json") : .status(429)
            guard !isDraft else {
                return answer.header("RateLimit-Policy", "\"api\";q=5;w=1")
                    .header("RateLimit", "\"api\";r=\(remaining);t=\(Self.seconds(reset))")
            }
            return answer.header("X-RateLimit-Limit", "5").header("X-RateLimit-Remaining", "\(remaining)")
                .header("X-RateLimit-Reset", "\(Self.seconds(reset))")
        }
        let result = try await run(
            "  - {url: \"\(server.url("/"))?n=[1-23]\"}", more: "concurrency: {per_host: 3}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(limit.refusals == 0)
        #expect(try bench.value("SELECT count(1) FROM results WHERE state = 'done'") == 23)
        #expect(
            try bench.value("SELECT remaining BETWEEN 0 AND 4 AND remaining_until > 0 FROM hosts") == true)
    }

    @Test(arguments: ["Retry-After", "x-ratelimit-remaining"])
    func `a 403 that names a limit is a wait, and costs no attempt`(field: String) async throws {
        let server = try LoopbackServer { request in
            guard request.hit == 0 else { return .text("[1,2]", type: "application/json") }
            let refusal = LoopbackServer.Response.status(403)
            return field == "Retry-After"
                ? refusal.header("Retry-After", "1")
                : refusal.header(field, "0").header("x-ratelimit-reset", "1")
        }
        let result = try await run(
            "  - {name: a, url: \"\(server.url("/a"))\", items: \"$[*]\", retry: {attempts: 1}}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(try bench.value("SELECT attempts FROM results") == 1)
        #expect(try bench.value("SELECT count(1) FROM attempts WHERE status_code = 403") == 1)
        #expect(try bench.value("SELECT count(1) FROM items") == 2)
        let log = server.log
        #expect(log[0].startedAt.duration(to: log[1].startedAt) >= .seconds(1))
    }

    @Test(arguments: [429, 503])
    func `a refusal with Retry-After is a wait of the host, and costs no attempt`(status: Int) async throws {
        let server = try LoopbackServer { request in
            request.hit < 4
                ? .status(status).header("Retry-After", "1") : .text("[1]", type: "application/json")
        }
        let result = try await run(
            "  - {name: a, url: \"\(server.url("/a"))\", items: \"$[*]\", retry: {attempts: 2}}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(try bench.value("SELECT attempts FROM results") == 1)
        #expect(try bench.value("SELECT count(1) FROM attempts WHERE status_code = \(status)") == 4)
        let starts = server.log.map(\.startedAt)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0.duration(to: $1) >= .seconds(1) })
    }

    @Test func `a refusal that the job does not try again is a failure at once`() async throws {
        let server = try LoopbackServer { _ in .status(429).header("Retry-After", "1") }
        let result = try await run(
            "  - {name: a, url: \"\(server.url("/a"))\", items: \"$[*]\", retry: {on: [500]}}")

        #expect(result.code == 5)
        #expect(server.counters.requests == 1)
    }

    @Test func `a 403 whose body alone names the secondary limit is a wait of a minute`() async throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.Response(
                status: 403, headers: [("Content-Type", "application/json")],
                body: Array(#"{"message":"You have exceeded a secondary rate limit."}"#.utf8))
        }
        try bench.write(
            "requests: [{name: a, url: \"\(server.url("/a"))\", items: \"$[*]\"}]", to: "api.yaml")
        let began = Int64(Date().timeIntervalSince1970 * 1000)
        let killed = try bench.start("run", "-q", "api.yaml")
        try await bench.until("SELECT count(1) > 0 FROM attempts WHERE status_code = 403", by: killed)
        killed.signal(SIGKILL)
        _ = try await killed.finished()

        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let until = try #require(try bench.value("SELECT max(snoozed_until) FROM hosts", as: Int64.self))
        #expect(until >= began + 60_000 && until <= now + 60_000)
        #expect(try bench.value("SELECT attempts FROM pages WHERE state = 'pending'") == 0)
        #expect(server.counters.requests == 1)
    }

    @Test func `a 403 that names none is a failure at once`() async throws {
        let server = try LoopbackServer { _ in
            .status(403).header("x-ratelimit-remaining", "17").header("x-ratelimit-reset", "9")
        }
        let result = try await run("  - {name: a, url: \"\(server.url("/a"))\", items: \"$[*]\"}")

        #expect(result.code != 0)
        #expect(server.counters.requests == 1)
    }

    @Test func `a throttle in the body is waited out`() async throws {
        // Of four points, a request takes two, and four come back in a second.
        let bucket = Mutex((left: 4.0, at: ContinuousClock.now))
        let server = try LoopbackServer { request in
            let (isTaken, left) = bucket.withLock { bucket -> (Bool, Double) in
                let now = ContinuousClock.now
                bucket.left = min(4, bucket.left + 4 * Self.seconds(now - bucket.at))
                bucket.at = now
                let isTaken = bucket.left >= 2
                if isTaken { bucket.left -= 2 }
                return (isTaken, bucket.left)
            }
            let cost =
                "\"cost\":{\"need\":2,\"left\":\(left),\"rate\":4,\"most\":4}"
            let text =
                isTaken
                ? "{\"data\":[{\"id\":\"\(request.target)\"}],\(cost)}"
                : "{\"errors\":[{\"code\":\"THROTTLED\"}],\(cost)}"
            return .text(text, type: "application/json")
        }
        let result = try await run(
            """
              - name: orders
                url: "\(server.url("/"))?n=[1-9]"
                items: "$.data[*]"
                expect: [{json: "$.errors", absent: true}]
                throttle: {remaining: "$.cost.left", per_second: "$.cost.rate", need: "$.cost.need", most: "$.cost.most"}
            """, more: "concurrency: {per_host: 3}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(try bench.value("SELECT count(DISTINCT value) FROM items") == 9)
        #expect(try bench.value("SELECT max(attempts) FROM results") == 1)
        // The three that went out before anything was known are the only ones that can be too many.
        #expect(server.counters.requests <= 11)
    }

    @Test func `a request that takes more than there ever is fails at once`() async throws {
        let server = try LoopbackServer { _ in
            .text(
                "{\"errors\":[1],\"need\":9,\"left\":4,\"rate\":1,\"most\":4}", type: "application/json")
        }
        let result = try await run(
            """
              - name: orders
                url: "\(server.url("/"))"
                items: "$.data[*]"
                expect: [{json: "$.errors", absent: true}]
                throttle: {remaining: "$.left", per_second: "$.rate", need: "$.need", most: "$.most"}
            """)

        #expect(result.code != 0)
        #expect(server.counters.requests == 1)
        #expect(
            try bench.value("SELECT error FROM results")
                == "expect: $.errors is absent, and the reply has [1]; it takes more than there ever is")
    }

    @Test func `a wait for one pool of a host stops no other`() async throws {
        let server = try LoopbackServer { request in
            let isSearch = request.path == "/search"
            let answer = LoopbackServer.Response.text("[]", type: "application/json")
                .header("x-ratelimit-resource", isSearch ? "search" : "core")
            guard isSearch else {
                return answer.header("x-ratelimit-remaining", "4000").header("x-ratelimit-reset", "3600")
            }
            return answer.header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "3")
        }
        let result = try await run(
            """
              - {name: search, url: "\(server.url("/search"))?n=[1-2]", items: "$[*]"}
              - {name: list, url: "\(server.url("/list"))?n=[1-40]", items: "$[*]"}
            """, more: "concurrency: {per_host: 1}")

        #expect(result.code == 0, "\(result.errors)")
        let paths = server.log.map { $0.target.prefix { $0 != "?" } }
        #expect(paths.count == 42)
        #expect(paths.last == "/search")
        let searches = server.log.filter { $0.target.hasPrefix("/search") }.map(\.startedAt)
        #expect(searches[0].duration(to: searches[1]) >= .seconds(3))
        #expect(try bench.value("SELECT remaining FROM hosts") == 0)
    }

    @Test func `a request's own rate is kept, beside others of its host`() async throws {
        let server = try LoopbackServer { _ in .text("[]", type: "application/json") }
        let result = try await run(
            """
              - {name: slow, url: "\(server.url("/slow"))?n=[1-5]", rate: 5/s, items: "$[*]"}
              - {name: quick, url: "\(server.url("/quick"))?n=[1-20]", items: "$[*]"}
            """)

        #expect(result.code == 0, "\(result.errors)")
        let slow = server.log.filter { $0.target.hasPrefix("/slow") }.map(\.startedAt)
        #expect(zip(slow, slow.dropFirst()).allSatisfy { $0.duration(to: $1) >= .milliseconds(190) })
        let quick = server.log.filter { $0.target.hasPrefix("/quick") }.map(\.startedAt)
        #expect(try #require(quick.last) < slow[4])
    }

    @Test func `a rate with a burst begins at once, and keeps its hour`() async throws {
        let server = try LoopbackServer { _ in .text("") }
        let result = try await run(
            "  - {url: \"\(server.url("/"))?n=[1-16]\"}",
            more: "concurrency: {per_host: 10}\nrate: {per_host: 10/s, burst: 5}")

        #expect(result.code == 0, "\(result.errors)")
        let starts = server.log.map(\.startedAt).sorted()
        #expect(starts[0].duration(to: starts[4]) < .milliseconds(150))
        for start in starts {
            // The server's clock is read a little after the request goes out.
            #expect(starts.filter { $0 >= start && start.duration(to: $0) < .milliseconds(950) }.count <= 10)
        }
    }
}
