import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct RedirectTests {
    private func row(_ url: String, limit: Int = 10) async throws -> ResultRow {
        let harness = try CrawlHarness()
        try await harness.crawl([url], spec: CrawlHarness.spec { $0.limits.redirects = limit })
        return try #require(try harness.rows().first)
    }

    @Test func `a redirect is followed on the same host and counted`() async throws {
        let server = try LoopbackServer { $0.path == "/old" ? .redirect(to: "/new") : .html(title: "New") }

        let row = try await row(server.url("/old"))

        #expect(row.state == .done)
        #expect(row.title == "New")
        #expect(row.numRedirects == 1)
        #expect(row.finalURL == server.url("/new"))
    }

    @Test func `a redirect to another host is admitted there`() async throws {
        let other = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in .html(title: "Other") }
        let target = other.url("/there")
        let server = try LoopbackServer { _ in .redirect(to: target) }
        let harness = try CrawlHarness()
        let urls = (0..<40).map { server.url("/\($0)") }

        let spec = CrawlHarness.spec {
            $0.concurrency.perHost = 2
            $0.allowPrivate = ["127.0.0.2"]
        }
        try await harness.crawl(urls, spec: spec, threads: 2)

        let rows = try harness.rows()
        #expect(rows.allSatisfy { $0.state == .done && $0.title == "Other" && $0.finalURL == target })
        #expect(other.peakInFlight <= 2)
        #expect(try harness.value("SELECT requests FROM runs") == 80)
        #expect(try harness.value("SELECT count(*) FROM hosts WHERE runner_id IS NOT NULL") == 0)
    }

    @Test func `each redirect is a row with what was asked for and what was said`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/a": .redirect(to: "/b?x#y", status: 301)
            case "/b": .redirect(to: "c", status: 307)
            default: .status(404)
            }
        }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/a")])

        let row = try #require(try harness.rows().first)
        #expect(row.numRedirects == 2)
        #expect(row.finalURL == server.url("/c"))
        #expect(row.statusCode == 404)
        let rows = try harness.value(
            "SELECT group_concat(number || ' ' || status_code || ' ' || url, ', ') FROM redirects ORDER BY number",
            as: String.self)
        #expect(rows == "1 301 \(server.url("/a")), 2 307 \(server.url("/b?x"))")
    }

    @Test func `a redirect waits out the delay of its host like any page`() async throws {
        let server = try LoopbackServer { $0.path == "/a" ? .redirect(to: "/b") : .text("") }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/a")], spec: CrawlHarness.spec { $0.delay = .milliseconds(200) })

        #expect(try #require(server.leastGap(of: "127.0.0.1")) >= .milliseconds(160))
    }

    @Test func `as many redirects as the limit are followed, and not one more`() async throws {
        let server = try LoopbackServer { request in
            let left = Int(request.path.dropFirst()) ?? 0
            return left == 0 ? .text("end") : .redirect(to: "/\(left - 1)")
        }

        #expect(try await row(server.url("/3"), limit: 3).state == .done)
        #expect(try await row(server.url("/4"), limit: 3).errorKind == "too_many_redirects")
    }

    @Test func `a redirect back into the chain is redirect_loop`() async throws {
        let server = try LoopbackServer { .redirect(to: $0.path == "/a" ? "/b" : "/a") }

        #expect(try await row(server.url("/a")).errorKind == "redirect_loop")
        #expect(server.counters.requests == 2)
    }

    @Test func `a redirect to a scheme other than HTTP is bad_redirect`() async throws {
        let server = try LoopbackServer { _ in .redirect(to: "file:///etc/passwd") }

        #expect(try await row(server.url("/")).errorKind == "bad_redirect")
    }

    @Test func `without redirects a redirect is a status like any other`() async throws {
        let server = try LoopbackServer { _ in .redirect(to: "/new") }

        let row = try await row(server.url("/"), limit: 0)

        #expect(row.errorKind == "http_status")
        #expect(row.statusCode == 302)
    }

    @Test func `a Location in no known encoding is asked for with its bytes`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/"
                ? .raw(
                    Array("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /caf".utf8) + [0xE9]
                        + Array("\r\n\r\n".utf8)) : .html(title: request.path)
        }

        let row = try await row(server.url("/"))

        #expect(row.finalURL == server.url("/caf%E9"))
        #expect(server.log.last?.target == "/caf%E9")
    }

    /// Where a page sets a cookie and redirects to itself, or to `/set`, which does and redirects back.
    private func wall(_ path: String, sets cookie: String, keeps: Bool = true) async throws -> (
        ResultRow, Int
    ) {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/": .redirect(to: path)
            case "/set": .redirect(to: "/page").header("Set-Cookie", cookie)
            case _ where request.headers["Cookie"]?.contains("ok=") == true: .html(title: "in")
            case "/far": .redirect(to: "/set")
            case "/page" where path == "/far": .redirect(to: "/set")
            default: .redirect(to: "/page").header("Set-Cookie", cookie)
            }
        }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/")], spec: CrawlHarness.spec { $0.request.keepsCookies = keeps })
        return (try #require(try harness.rows().first), server.log.count)
    }

    @Test(arguments: ["/page", "/far"])
    func `a page that sets a cookie and redirects back is asked for with it`(path: String) async throws {
        let (row, _) = try await wall(path, sets: "ok=1; Path=/")

        #expect(row.state == .done)
        #expect(row.title == "in")
    }

    @Test(arguments: ["ok=1; Path=/other", "ok=1; Domain=example.org", "ok=1; Max-Age=0"])
    func `a cookie that is not sent back makes it no other request`(cookie: String) async throws {
        let (row, count) = try await wall("/page", sets: cookie)

        #expect(row.errorKind == "redirect_loop")
        #expect(count <= 3)
    }

    @Test func `without kept cookies it stays a loop`() async throws {
        let (row, count) = try await wall("/page", sets: "ok=1", keeps: false)

        #expect(row.errorKind == "redirect_loop")
        #expect(count == 2)
    }

    @Test func `a cookie that is another one each time ends by the limit`() async throws {
        let count = Atomic(0)
        let server = try LoopbackServer { _ in
            .redirect(to: "/").header("Set-Cookie", "n=\(count.add(1, ordering: .relaxed).newValue)")
        }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")], spec: CrawlHarness.spec { $0.request.keepsCookies = true })

        #expect(try harness.rows().first?.errorKind == "too_many_redirects")
        #expect(server.log.count == 11)
    }
}
