import LoopbackServer
import Testing

/// What a handler gets to see, and what never reaches it.
@Suite struct RequestTests {
    @Test func `a handler sees how often a path was asked for on that address`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.hit < 2 ? .status(503) : .text("x")
        }
        let client = try Client(server)
        let other = try Client(server, on: "127.0.0.2")

        var statuses: [String] = []
        for client in [client, client, other, client] {
            client.get("/a")
            statuses.append(String(client.receive(upTo: "\r\n\r\n").prefix(12).suffix(3)))
        }
        #expect(statuses == ["503", "503", "503", "200"])
    }

    @Test func `a request is taken apart`() throws {
        let server = try LoopbackServer { request in
            let fields = request.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let parts = [
                request.method, request.target, request.path, request.query ?? "-", request.address,
                "\(request.connection)", fields, String(decoding: request.body, as: UTF8.self),
            ]
            return .text(parts.joined(separator: "|")).closing()
        }
        let client = try Client(server)

        client.send("POST /p?a=1?b HTTP/1.1\r\nHost: h\r\ncontent-LENGTH: 3\r\n\r\nabc")
        let received = client.receiveAll().text
        #expect(received.hasSuffix("\r\n\r\nPOST|/p?a=1?b|/p|a=1?b|127.0.0.1|0|Host=h,content-LENGTH=3|abc"))
    }

    @Test(arguments: [("http://other/p?q", "/p q"), ("http://other", "/ -"), ("/p", "/p -"), ("*", "* -")])
    func `path and query are found in every form of target`(target: String, expected: String) throws {
        let server = try LoopbackServer { .text("\($0.path) \($0.query ?? "-")").closing() }
        let client = try Client(server)

        client.get(target)
        #expect(client.receiveAll().text.hasSuffix("\r\n\r\n" + expected))
    }

    @Test func `a request may come in any number of segments`() throws {
        let server = try LoopbackServer { .text("[\($0.path)]").closing() }
        let client = try Client(server)

        for character in "\r\nGET /slow HTTP/1.1\r\nA: b\r\n\r\n" { client.send(String(character)) }
        #expect(client.receiveAll().text.hasSuffix("[/slow]"))
    }

    @Test func `two requests in one segment are answered in order`() throws {
        let server = try LoopbackServer { .text("[\($0.path)]").delayed(by: .milliseconds(1)) }
        let client = try Client(server)

        client.send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n")
        let received = client.receiveAll().text
        #expect(received.contains("[/a]HTTP/1.1 200 OK"))
        #expect(received.hasSuffix("[/b]"))
        #expect(server.peakInFlight == 1)
    }

    @Test func `a client that expects to be told goes on with its body`() throws {
        let server = try LoopbackServer { .text("\($0.body.count)").closing() }
        let client = try Client(server)

        client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(client.receive(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("abc")
        #expect(client.receiveAll().text.hasSuffix("\r\n\r\n3"))
    }

    @Test(arguments: [
        "hello\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ])
    func `what is not HTTP is refused and counted`(request: String) throws {
        let server = try LoopbackServer { _ in .text("x") }
        let client = try Client(server)

        client.send(request)
        let received = client.receiveAll()
        #expect(received.text.hasPrefix("HTTP/1.1 400 "))
        #expect(received.ending == .closed)
        #expect(server.counters.malformedRequests == 1)
        #expect(server.counters.requests == 0)
    }
}
