import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct FailureTests {
    /// What one URL of a misbehaving server comes to.
    private func row(
        _ response: LoopbackServer.Response, _ change: (inout JobSpec) -> Void = { _ in }
    ) async throws -> ResultRow {
        let server = try LoopbackServer { _ in response }
        return try await row(server.url("/page"), change)
    }

    private func row(_ url: String, _ change: (inout JobSpec) -> Void = { _ in }) async throws -> ResultRow {
        let harness = try CrawlHarness()
        try await harness.crawl(
            [url],
            spec: CrawlHarness.spec {
                $0.retry.attempts = 1
                change(&$0)
            })
        return try #require(try harness.rows().first)
    }

    @Test func `a status that is not accepted fails and keeps its status, length and title`() async throws {
        var page = LoopbackServer.Response.html(title: "Gone")
        page.status = 404

        let row = try await row(page)

        #expect(row.state == .failed)
        #expect(row.errorKind == "http_status")
        #expect(row.statusCode == 404)
        #expect(row.title == "Gone")
        #expect((row.contentLength ?? 0) > 0)
    }

    @Test func `a refused connection is connect`() async throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let url = server.url("/")
        server.stop()

        #expect(try await row(url).errorKind == "connect")
    }

    @Test func `a port that never answers is timeout_connect`() async throws {
        let hole = try BlackHole(address: "127.0.0.1")

        let row = try await row(hole.url("/")) { $0.timeouts.connect = .milliseconds(200) }

        #expect(row.errorKind == "timeout_connect")
    }

    @Test func `a server that says nothing is timeout_read`() async throws {
        #expect(try await row(.stalled) { $0.timeouts.read = .milliseconds(200) }.errorKind == "timeout_read")
    }

    @Test func `a body that stands still is timeout_read`() async throws {
        let response = LoopbackServer.Response.text("0123456789").cut(after: 5, then: .stall)

        #expect(try await row(response) { $0.timeouts.read = .milliseconds(200) }.errorKind == "timeout_read")
    }

    @Test func `a byte now and then is timeout_total`() async throws {
        let response = LoopbackServer.Response.text(String(repeating: "x", count: 1000))
            .dripping(by: 1, every: .milliseconds(20))

        let row = try await row(response) {
            $0.timeouts.read = .seconds(5)
            $0.timeouts.total = .milliseconds(400)
        }

        #expect(row.errorKind == "timeout_total")
    }

    @Test func `a connection that is reset is reset`() async throws {
        #expect(try await row(.reset).errorKind == "reset")
    }

    @Test func `a body shorter than announced is truncated`() async throws {
        let response = LoopbackServer.Response.text("0123456789").cut(after: 5, then: .close)

        let row = try await row(response)

        #expect(row.errorKind == "truncated")
        #expect(row.statusCode == 200)
    }

    @Test func `a body over the limit is too_large, whatever its announced length`() async throws {
        let response = LoopbackServer.Response.text(String(repeating: "x", count: 100_000)).chunked(
            by: 1000, every: .zero)

        #expect(try await row(response) { $0.limits.body = 50_000 }.errorKind == "too_large")
    }

    @Test func `trailers without end are too_large`() async throws {
        let response = LoopbackServer.Response.script([
            .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"),
            .repeat("X-Trailer: 0123456789012345678901234567890123456789\r\n", every: .zero),
        ])

        #expect(try await row(response) { $0.timeouts.total = .seconds(20) }.errorKind == "too_large")
    }

    @Test func `a header line without end is too_large`() async throws {
        let response = LoopbackServer.Response.script([
            .send("HTTP/1.1 200 OK\r\nX-Long: "), .repeat("0123456789", every: .zero),
        ])

        #expect(try await row(response) { $0.timeouts.total = .seconds(20) }.errorKind == "too_large")
    }

    @Test func `the body of a redirect is nobody's business`() async throws {
        let server = try LoopbackServer { request in
            guard request.path == "/old" else { return .html(title: "New") }
            var response = LoopbackServer.Response.text(String(repeating: "x", count: 1_000_000))
            response.status = 302
            return response.header("Location", "/new")
        }

        let row = try await row(server.url("/old")) { $0.limits.body = 10_000 }

        #expect(row.state == .done)
        #expect(row.title == "New")
    }

    @Test func `what is not HTTP is bad_response`() async throws {
        #expect(try await row(.raw("SSH-2.0-OpenSSH_9.2\r\n", then: .close)).errorKind == "bad_response")
    }

    @Test func `a coding that does not decode is decode`() async throws {
        let response = LoopbackServer.Response.text("this is not gzip").header("Content-Encoding", "gzip")

        #expect(try await row(response).errorKind == "decode")
    }

    @Test func `a failed try is repeated and leaves its row`() async throws {
        let server = try LoopbackServer { $0.hit < 2 ? .status(503) : .html(title: "At last") }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/")])

        let row = try #require(try harness.rows().first)
        #expect(row.state == .done)
        #expect(row.attempts == 3)
        #expect(row.title == "At last")
        #expect(
            try harness.value("SELECT group_concat(number || ':' || status_code) FROM attempts")
                == "1:503,2:503")
        #expect(try harness.value("SELECT requests FROM runs") == 3)
        #expect(server.counters.requests == 3)
    }

    @Test func `attempts are bounded and the last error stays`() async throws {
        let server = try LoopbackServer { _ in .reset }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/")], spec: CrawlHarness.spec { $0.retry.attempts = 3 })

        let row = try #require(try harness.rows().first)
        #expect(row.state == .failed)
        #expect(row.errorKind == "reset")
        #expect(row.attempts == 3)
        #expect(try harness.value("SELECT count(*) FROM attempts") == 2)
    }

    @Test func `a status that is not in the list is not tried again`() async throws {
        let server = try LoopbackServer { _ in .status(404) }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/")])

        #expect(server.counters.requests == 1)
    }

    @Test func `header fields of the job are sent, and to no other host`() async throws {
        let other = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in .text("ok") }
        let target = other.url("/landed")
        let server = try LoopbackServer { _ in .redirect(to: target) }
        let harness = try CrawlHarness()

        try await harness.crawl(
            [server.url("/")],
            spec: CrawlHarness.spec {
                $0.request.headers = [.init(name: "X-Key", value: "secret")]
                $0.allowPrivate = ["127.0.0.2"]
            })

        #expect(server.log.first?.headers["x-key"] == "secret")
        #expect(other.hits("/landed") == 1)
        #expect(other.log.first?.headers["x-key"] == nil)
    }
}
