import Foundation
import Glibc
import Synchronization
import Testing
import TrawlTestSupport

@testable import trawl

/// The server on loopback, with clients that behave badly.
@Suite(.timeLimit(.minutes(15)))
struct WebServerTests {
    /// Answers what it is asked, `/later` from another thread, `/events` with a stream, `/large` with 40 MB.
    struct Echo: WebSite {
        func answer(_ request: WebRequest) -> WebAnswer {
            switch request.path {
            case "/later":
                .later { reply in Thread.detachNewThread { reply.send(WebResponse(.ok, "later")) } }
            case "/events": .events(head: WebResponse(.ok, type: "text/event-stream", body: []), begun: {})
            case "/large": .now(WebResponse(.ok, String(repeating: "x", count: 40_000_000)))
            default: .now(WebResponse(.ok, request.path))
            }
        }
    }

    let server: WebServer

    init() throws {
        var limits = WebLimits()
        limits.headTime = .milliseconds(400)
        limits.sendTime = .milliseconds(400)
        limits.beat = .milliseconds(100)
        limits.connections = 12
        limits.streams = 4
        server = try WebServer(at: #require(ListenAddress(argument: "0")), limits: limits) { _ in }
        server.start(Echo())
    }

    /// A connection of a test, from an address of loopback.
    final class Client {
        let socket: Int32

        init(_ port: UInt16, from address: String = "127.0.0.1") throws {
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var time = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout.size(ofValue: time)))
            let own = try #require(ListenAddress(argument: "\(address):0"))
            let other = try #require(ListenAddress(argument: "127.0.0.1:\(port)"))
            #expect(own.withSocketAddress { bind(socket, $0, $1) } == 0)
            #expect(other.withSocketAddress { connect(socket, $0, $1) } == 0)
        }

        deinit { close(socket) }

        func say(_ text: String) {
            _ = text.withCString { Glibc.send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        }

        func ask(_ path: String) { say("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n") }

        /// What comes next; nil once the server has closed the connection.
        func hear() -> String? {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = read(socket, &bytes, bytes.count)
            return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
        }

        /// All that comes until some words have come, or the server has closed the connection.
        func hear(until words: String) -> String {
            var text = ""
            while !text.contains(words), let more = hear() { text += more }
            return text
        }
    }

    @Test func `one connection asks several times, also for what comes later`() throws {
        defer { server.stop() }
        let client = try Client(server.port)
        for path in ["/one", "/later", "/three"] {
            client.ask(path)
            #expect(client.hear(until: path == "/later" ? "later\n" : path + "\n").contains("200 OK"))
        }
        client.say("GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let rest = client.hear(until: "never")
        #expect(rest.contains("Connection: close") && rest.hasSuffix("/last\n"))
    }

    @Test func `a head that does not end is answered with 408, and one that is too large with 431`() throws {
        defer { server.stop() }
        let slow = try Client(server.port)
        slow.say("GET / HTTP/1.1\r\nHost: lo")
        #expect(slow.hear(until: "never").hasPrefix("HTTP/1.1 408"))
        let large = try Client(server.port)
        large.say("GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 17_000))
        #expect(large.hear(until: "Content-Length").hasPrefix("HTTP/1.1 431"))
    }

    @Test func `a client that does not read is cut off, and meanwhile others are served`() async throws {
        defer { server.stop() }
        let deaf = [try Client(server.port), try Client(server.port)]
        deaf[0].ask("/large")
        deaf[1].ask("/events")
        try await eventually("the stream has begun") { server.watchers == 1 }
        let event = Array("data: \(String(repeating: "x", count: 3_000_000))\n\n".utf8)
        server.publish(event)
        let other = try Client(server.port)
        other.ask("/still")
        #expect(other.hear(until: "/still\n").contains("200 OK"))
        try await eventually("the stream is cut off") {
            server.publish(event)
            return server.watchers == 0
        }
        // What the kernel held for it still comes, and no more.
        var received = 0
        while let text = deaf[0].hear() { received += text.utf8.count }
        #expect(received < 40_000_000)
    }

    @Test func `streams are limited, to one address and in all, and whoever is left out is told so`()
        async throws
    {
        defer { server.stop() }
        var clients: [Client] = []
        func status(from address: String) throws -> String {
            let client = try Client(server.port, from: address)
            clients.append(client)
            client.ask("/events")
            return String(client.hear(until: "\r\n").prefix(12))
        }
        for _ in 0..<3 { #expect(try status(from: "127.0.0.1") == "HTTP/1.1 200") }
        #expect(try status(from: "127.0.0.1") == "HTTP/1.1 204")
        #expect(try status(from: "127.0.0.2") == "HTTP/1.1 200")
        #expect(try status(from: "127.0.0.3") == "HTTP/1.1 204")
        #expect(server.watchers == 4)
        clients.removeFirst()
        try await eventually("one that has gone is noticed") { server.watchers == 3 }
        #expect(try status(from: "127.0.0.3") == "HTTP/1.1 200")
    }

    @Test func `an event goes to all who ask for events, and silence is broken by comments`() async throws {
        defer { server.stop() }
        let clients = try (0..<3).map { _ in try Client(server.port) }
        for client in clients { client.ask("/events") }
        try await eventually("all have begun") { server.watchers == 3 }
        server.publish(Array("id: 1\ndata: {}\n\n".utf8))
        for client in clients {
            let text = client.hear(until: "data: {}\n\n")
            #expect(text.contains("retry: 3000\n\n") && text.contains("id: 1\ndata: {}\n\n"))
            #expect(client.hear(until: ":\n\n").hasPrefix(":"))
        }
    }

    @Test func `where too many connections are idle, the oldest makes room`() throws {
        defer { server.stop() }
        let idle = try (0..<40).map { _ in try Client(server.port) }
        let late = try Client(server.port)
        late.ask("/late")
        #expect(late.hear(until: "/late\n").contains("200 OK"))
        #expect(idle[0].hear() == nil)
    }
}
