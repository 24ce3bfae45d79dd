import LoopbackServer
import Testing

/// What arrives at a client, byte for byte.
@Suite struct ResponseTests {
    /// Requests one path of a server that answers everything alike, and receives until the connection ends.
    private func deliver(
        _ response: LoopbackServer.Response, request: String = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    ) throws -> (text: String, ending: Client.Ending) {
        let server = try LoopbackServer { _ in response }
        let client = try Client(server)
        client.send(request)
        return client.receiveAll()
    }

    private func body(_ text: String) -> String {
        text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    @Test func `a plain response has status, type, length and body`() throws {
        let delivered = try deliver(.text("hello").closing())

        let expected = """
            HTTP/1.1 200 OK\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: 5\r
            Connection: close\r
            \r
            hello
            """
        #expect(delivered.text == expected)
        #expect(delivered.ending == .closed)
    }

    @Test func `a connection is kept alive from one response to the next`() throws {
        let server = try LoopbackServer { .text("[\($0.path)]") }
        let client = try Client(server)

        client.get("/a")
        #expect(client.receive(upTo: "[/a]").hasSuffix("[/a]"))
        client.get("/b")
        #expect(client.receive(upTo: "[/b]").hasSuffix("[/b]"))
        #expect(server.connections == 1)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nconnection: Close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"])
    func `a client that wants the connection closed gets that`(request: String) throws {
        let delivered = try deliver(.text("x"), request: request)

        #expect(delivered.text.hasSuffix("\r\n\r\nx"))
        #expect(delivered.ending == .closed)
    }

    @Test func `a page of HTML has its title and links`() throws {
        let delivered = try deliver(.html(title: "A &amp; B", links: ["/x"]).closing())

        #expect(delivered.text.contains("Content-Type: text/html; charset=utf-8\r\n"))
        #expect(delivered.text.contains("<title>A &amp; B</title>"))
        #expect(delivered.text.contains("<a href=\"/x\">"))
    }

    @Test func `a redirect has its location`() throws {
        let delivered = try deliver(.redirect(to: "/next", status: 308).closing())

        #expect(delivered.text.hasPrefix("HTTP/1.1 308 \r\nLocation: /next\r\nContent-Length: 0\r\n"))
    }

    @Test func `a retry-after is sent in whole seconds rounded up`() throws {
        let delivered = try deliver(.status(503, retryAfter: .milliseconds(1_500)).closing())

        #expect(delivered.text.hasPrefix("HTTP/1.1 503 \r\nRetry-After: 2\r\n"))
    }

    @Test func `an answer to HEAD announces a body and has none`() throws {
        let delivered = try deliver(.text("hello").closing(), request: "HEAD / HTTP/1.1\r\n\r\n")

        #expect(delivered.text.contains("Content-Length: 5\r\n"))
        #expect(body(delivered.text) == "")
    }

    @Test func `a 204 gives no length`() throws {
        let delivered = try deliver(.status(204).closing())

        #expect(delivered.text == "HTTP/1.1 204 \r\nConnection: close\r\n\r\n")
    }

    @Test func `a chunked body is cut into chunks`() throws {
        let delivered = try deliver(.text("hello world, hello").chunked(by: 12).closing())

        #expect(delivered.text.contains("Transfer-Encoding: chunked\r\n"))
        #expect(!delivered.text.contains("Content-Length"))
        #expect(body(delivered.text) == "c\r\nhello world,\r\n6\r\n hello\r\n0\r\n\r\n")
    }

    @Test func `a cut chunked body lacks the last chunk`() throws {
        let delivered = try deliver(.text("hello").chunked().cut(after: 2))

        #expect(body(delivered.text) == "2\r\nhe\r\n")
    }

    @Test func `a truncated body is shorter than announced`() throws {
        let delivered = try deliver(.text("hello").cut(after: 2))

        #expect(delivered.text.contains("Content-Length: 5\r\n"))
        #expect(!delivered.text.contains("Connection"))
        #expect(body(delivered.text) == "he")
        #expect(delivered.ending == .closed)
    }

    @Test func `a false length is sent as given`() throws {
        let delivered = try deliver(.text("hello").claiming(length: 3).closing())

        #expect(delivered.text.contains("Content-Length: 3\r\n"))
        #expect(body(delivered.text) == "hello")
    }

    @Test func `a body without framing ends with the connection`() throws {
        let delivered = try deliver(.text("hello").endingWithConnection())

        #expect(delivered.text == "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello")
        #expect(delivered.ending == .closed)
    }

    @Test func `a connection is closed before a response`() throws {
        #expect(try deliver(.closed) == ("", .closed))
    }

    @Test func `a connection is reset before a response`() throws {
        #expect(try deliver(.reset) == ("", .reset))
    }

    @Test func `a connection is reset in the middle of a body`() throws {
        let delivered = try deliver(.text("hello").cut(after: 2, then: .reset))

        #expect(body(delivered.text) == "he")
        #expect(delivered.ending == .reset)
    }

    @Test func `raw bytes are sent in place of HTTP`() throws {
        #expect(try deliver(.raw("SSH-2.0-x\r\n")) == ("SSH-2.0-x\r\n", .closed))
    }

    @Test func `a script is played to the letter`() throws {
        let hints = LoopbackServer.Step.send("HTTP/1.1 103 Early Hints\r\n\r\n")
        let delivered = try deliver(.script([hints] + LoopbackServer.Response.status(204).steps() + [.close]))

        #expect(delivered.text == "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 \r\n\r\n")
    }

    @Test func `a body larger than the socket's buffers arrives whole`() throws {
        let count = 20_000_000
        let delivered = try deliver(.bytes([UInt8](repeating: 97, count: count)).closing())

        #expect(body(delivered.text).utf8.count == count)
    }
}
