import CrawlCore
import CrawlFetch
import Curl
import LoopbackServer
import Testing

/// One page from request to outcome, where the response is not as it should be.
@Suite struct PageFetcherTests {
    @Test(arguments: [
        "HTTP/1.1 302 F\r\nLocation: /new\r\nContent-Length: 99\r\n\r\ncut",
        "HTTP/1.1 302 F\r\nLocation: /new\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        "HTTP/1.1 302 F\r\nLocation: /new\r\nContent-Encoding: frob\r\nContent-Length: 4\r\n\r\nfrob",
        "HTTP/1.1 302 F\r\nLocation: /new\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut",
    ])
    func `a redirect is followed however broken its body is`(answer: String) throws {
        let server = try LoopbackServer { $0.path == "/old" ? .raw(answer) : .html(title: "New") }

        let outcome = try TestReceiver().fetch(server.url("/old"))

        #expect(outcome.verdict == .done)
        #expect(outcome.response.title == "New")
    }

    @Test func `a redirect with a large body is followed, and little of it is read`() throws {
        let server = try LoopbackServer {
            $0.path == "/old"
                ? .redirect(to: "/new").endingWithConnection().header("Content-Length", "50000000")
                : .html(title: "New")
        }
        let large = try LoopbackServer { request in
            guard request.path == "/old" else { return .html(title: "New") }
            var response = LoopbackServer.Response.redirect(to: "/new")
            response.body = Array(repeating: 65, count: 4 << 20)
            return response
        }

        #expect(try TestReceiver().fetch(server.url("/old")).response.title == "New")
        let outcome = try TestReceiver().fetch(large.url("/old"))

        #expect(outcome.response.title == "New")
        #expect(outcome.response.sizeDownload < 1 << 20)
        #expect(outcome.response.contentLength < 1000)
    }

    @Test func `a redirect whose header is wrong is not followed`() throws {
        let server = try LoopbackServer { _ in
            .raw("HTTP/1.1 302 F\r\nLocation: /new\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")
        }

        #expect(try TestReceiver().fetch(server.url("/old")).verdict == .failed(.badResponse))
    }

    @Test func `a body cut off that would have been too large is too large`() throws {
        let server = try LoopbackServer { _ in .html(title: "Huge").claiming(length: 9_000_000_000).closing()
        }

        let outcome = try TestReceiver().fetch(server.url("/"))

        #expect(outcome.verdict == .failed(.tooLarge))
        #expect(outcome.response.title == "Huge")
    }

    @Test func `a body cut off is tried again, and what was read is kept`() throws {
        let server = try LoopbackServer { _ in .html(title: "Cut").claiming(length: 9_000).closing() }

        let outcome = try TestReceiver().fetch(server.url("/"))

        #expect(outcome.verdict == .retry(.truncated, wait: .seconds(1)))
        #expect(outcome.response.title == "Cut")
        #expect(outcome.response.contentLength > 50)
    }

    @Test func `a body that is not in its coding keeps its status, and no title`() throws {
        let server = try LoopbackServer { _ in .html(title: "Plain").header("Content-Encoding", "gzip") }

        let outcome = try TestReceiver().fetch(server.url("/"))

        #expect(outcome.verdict == .failed(.decode))
        #expect(outcome.response.statusCode == 200)
        #expect(outcome.response.title == nil)
        #expect(outcome.error?.contains("gzip") == true)
    }

    @Test func `a host with no address to connect to is blocked, and not tried again`() throws {
        let server = try LoopbackServer { _ in .html(title: "Private") }
        let receiver = try TestReceiver()
        receiver.mayBePrivate = false

        let outcome = try receiver.fetch(server.url("/"))

        #expect(outcome.verdict == .failed(.blockedAddress))
        #expect(outcome.error?.contains("127.0.0.1") == true)
        #expect(server.connections == 0)
    }

    @Test func `a name and password go to their origin, and to none that a redirect leads to`() throws {
        let other = try LoopbackServer { _ in .text("") }
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            switch request.path {
            case "/1": .redirect(to: "/2")
            case "/2":
                .redirect(
                    to: "http://127.0.0.2:\(request.headers["Host"]?.split(separator: ":").last ?? "")/3")
            case "/3": .redirect(to: other.url("/4"))
            default: .text("")
            }
        }
        let receiver = try TestReceiver { $0.request.headers = [.init(name: "X-Key", value: "k")] }

        try receiver.fetch(server.url("/1"), credentials: Credentials(user: "u", password: "p"))
        try receiver.fetch(server.url("/end"))

        #expect(server.log.map { $0.headers["Authorization"] } == ["Basic dTpw", "Basic dTpw", nil, nil])
        #expect(other.log.map { $0.headers["Authorization"] } == [nil])
        #expect(server.log.map { $0.headers["X-Key"] } == ["k", "k", nil, "k"])
    }

    @Test func `cookies of a run are kept from page to page, and not without a store`() throws {
        let server = try LoopbackServer {
            $0.path == "/set"
                ? .redirect(to: "/page").header("Set-Cookie", "a=1") : .text($0.headers["Cookie"] ?? "")
        }
        let with = try TestReceiver(cookies: CookieStore())
        let without = try TestReceiver()

        #expect(try with.fetch(server.url("/set")).response.contentLength == 3)
        #expect(try without.fetch(server.url("/set")).response.contentLength == 0)
    }

    @Test func `what a response asks of robots, and of whoever asks too often, counts for it alone`() throws {
        let server = try LoopbackServer { request in
            guard request.path == "/late" else { return .text("") }
            return .status(503, retryAfter: .seconds(7)).header("X-Robots-Tag", "noindex")
                .header("x-robots-tag", "otherbot: none, nofollow")
        }
        let receiver = try TestReceiver()

        let late = try receiver.fetch(server.url("/late"))
        #expect(receiver.signal == .throttled(wait: .seconds(7)))
        #expect(late.response.robots == [.noindex])
        let next = try receiver.fetch(server.url("/"))

        #expect(receiver.signal == .answered)
        #expect(next.response.robots == [])
    }

    @Test func `a date to come again by is compared with the server's own`() throws {
        let server = try LoopbackServer { _ in
            .status(429).header("Retry-After", "Sun, 22 Nov 2026 00:01:30 GMT")
                .header("Date", "Sun, 22 Nov 2026 00:00:00 GMT")
        }
        let receiver = try TestReceiver()

        let outcome = try receiver.fetch(server.url("/"))

        #expect(receiver.signal == .throttled(wait: .seconds(90)))
        #expect(outcome.verdict == .retry(.httpStatus, wait: .seconds(90)))
    }

    @Test func `a page of another type is left after its header, without its body`() throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/page": .html(title: "x")
            case "/feed": .text("{}", type: "APPLICATION/feed+json; charset=utf-8")
            case "/missing": LoopbackServer.Response(status: 404, headers: [("Content-Type", "text/plain")])
            case "/moved": .redirect(to: "/image").header("Content-Type", "text/plain")
            case "/empty": .text("", type: "image/png")
            case "/untyped": .bytes(Array("<title>x</title>".utf8), type: nil)
            default: .text(String(repeating: "x", count: 1 << 20), type: "image/png")
            }
        }
        let receiver = try TestReceiver {
            $0.acceptTypes = AcceptedTypes(["text/html", "application/*+json"])
        }
        func verdict(_ path: String) throws -> PageOutcome.Verdict {
            try receiver.fetch(server.url(path)).verdict
        }

        #expect(try verdict("/page") == .done)
        #expect(try verdict("/feed") == .done)
        // Nothing says that it is of another type.
        #expect(try verdict("/untyped") == .done)
        #expect(try verdict("/missing") == .failed(.httpStatus))
        #expect(try verdict("/empty") == .skipped(.contentType))
        let image = try receiver.fetch(server.url("/moved"))
        #expect(image.verdict == .skipped(.contentType))
        #expect(image.error == "image/png is not in accept_types")
        #expect(image.response.statusCode == 200)
        #expect(image.response.contentType == "image/png")
        #expect(image.response.finalURL == server.url("/image"))
        #expect(image.response.contentLength == 0)
        #expect(image.response.sizeDownload < 1 << 20)
        #expect(receiver.signal == .answered)
    }

    @Test func `a server that asks for a longer wait than the job takes is not waited for`() throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/limit":
                .text("").header("X-RateLimit-Remaining", "0").header("X-RateLimit-Reset", "90")
            case "/soon": .status(503, retryAfter: .seconds(30))
            default: .status(429).header("Retry-After", "86400")
            }
        }
        let receiver = try TestReceiver { $0.retry.maxWait = .seconds(60) }

        let late = try receiver.fetch(server.url("/"))
        #expect(late.verdict == .failed(.httpStatus))
        #expect(late.error?.contains("retry.max_wait") == true)
        #expect(receiver.signal == .turnedAway(wait: .seconds(86_400)))
        #expect(try receiver.fetch(server.url("/soon")).verdict == .retry(.httpStatus, wait: .seconds(30)))
        #expect(try receiver.fetch(server.url("/limit")).verdict == .done)
        #expect(receiver.signal == .turnedAway(wait: .seconds(90)))
    }

    @Test func `a job may wait for longer than an hour`() throws {
        let server = try LoopbackServer { _ in .status(429).header("Retry-After", "7200") }

        let patient = try TestReceiver { $0.retry.maxWait = .seconds(3 * 3600) }
        let usual = try TestReceiver()

        #expect(try patient.fetch(server.url("/")).verdict == .retry(.httpStatus, wait: .seconds(7200)))
        #expect(try usual.fetch(server.url("/")).verdict == .retry(.httpStatus, wait: .seconds(3600)))
    }
}
