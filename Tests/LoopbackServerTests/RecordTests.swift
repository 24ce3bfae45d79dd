import LoopbackServer
import Testing

/// What the server says afterwards.
@Suite(.timeLimit(.minutes(15))) struct RecordTests {
    private func fetch(_ target: String, from server: LoopbackServer, on address: String = "127.0.0.1") throws
    {
        let client = try Client(server, on: address)
        client.send("GET \(target) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        _ = client.receiveAll()
    }

    @Test func `requests in flight are counted by address and in total`() async throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { _ in
            .text("x").held(by: latch)
        }
        let clients = try ["127.0.0.1", "127.0.0.2", "127.0.0.2"].map { try Client(server, on: $0) }

        for client in clients { client.get("/") }
        #expect(await server.wait { $0.inFlight == 3 })
        latch.open()
        for client in clients { _ = client.receive(upTo: "\r\n\r\nx") }

        #expect(server.peakInFlight == 3)
        #expect(server.peakInFlight(of: "127.0.0.1") == 1)
        #expect(server.peakInFlight(of: "127.0.0.2") == 2)
        #expect(server.counters.inFlight == 0)
    }

    @Test func `requests one after another are never in flight together`() throws {
        let server = try LoopbackServer { _ in .text("x") }

        for _ in 0..<100 {
            let client = try Client(server)
            client.get("/")
            #expect(client.receive(upTo: "\r\n\r\nx").hasSuffix("x"))
        }
        #expect(server.peakInFlight == 1)
    }

    @Test func `a request counts as in flight before its body has come`() async throws {
        let server = try LoopbackServer { .text(String(decoding: $0.body, as: UTF8.self)).closing() }
        let client = try Client(server)

        client.send("POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        #expect(await server.wait { $0.inFlight == 1 })
        client.send("def")
        #expect(client.receiveAll().text.hasSuffix("\r\n\r\nabcdef"))
    }

    @Test func `whoever has the last byte finds the exchange finished`() throws {
        let server = try LoopbackServer { _ in .text("x") }
        let client = try Client(server)

        for count in 1...200 {
            client.get("/")
            _ = client.receive(upTo: "\r\n\r\nx")
            #expect(server.log.filter { $0.end == .answered }.count == count)
        }
    }

    @Test func `a response may be over before the connection is`() throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { _ in
            .script(LoopbackServer.Response.text("x").steps() + [.finish, .hold(latch), .close])
        }
        let client = try Client(server)

        client.get("/")
        _ = client.receive(upTo: "\r\n\r\nx")
        #expect(server.counters.inFlight == 0)
        latch.open()
        #expect(client.receiveAll() == ("", .closed))
    }

    @Test func `a client that goes away is recorded`() async throws {
        let server = try LoopbackServer { _ in .stalled }
        let client = try Client(server)

        client.get("/")
        await server.wait { $0.inFlight == 1 }
        client.close()
        #expect(await server.wait { $0.inFlight == 0 })
        #expect(server.log.map(\.end) == [.abandoned])
    }

    @Test func `a request that was given up frees its place`() async throws {
        let server = try LoopbackServer { _ in .stalled }

        for count in 1...100 {
            let client = try Client(server)
            client.get("/")
            await server.wait { $0.requests == count }
            client.close()
            await server.wait { $0.inFlight == 0 }
        }
        #expect(server.peakInFlight == 1)
    }

    @Test func `the log says who asked for what`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.3"]) { _ in .text("x") }
        let before = ContinuousClock.now
        let client = try Client(server, on: "127.0.0.3")
        client.send("PUT /a%20b?q=1 HTTP/1.1\r\nX-Name:  a value \r\n\r\n")
        let received = client.receive(upTo: "\r\n\r\nx")

        let exchange = try #require(server.log.first)
        #expect(exchange.address == "127.0.0.3")
        #expect(exchange.connection == 0)
        #expect(exchange.method == "PUT")
        #expect(exchange.target == "/a%20b?q=1")
        #expect(exchange.path == "/a%20b")
        #expect(exchange.headers["x-name"] == "a value")
        #expect(exchange.bytesSent == received.utf8.count)
        let finishedAt = try #require(exchange.finishedAt)
        #expect(before < exchange.startedAt && exchange.startedAt < finishedAt && finishedAt < .now)
    }

    @Test func `without recording there are counters and no log`() throws {
        let server = try LoopbackServer(recordsExchanges: false) { _ in .text("x") }

        try fetch("/a", from: server)
        try fetch("/a", from: server)
        #expect(server.log.isEmpty)
        #expect(server.hits("/a") == 2)
        #expect(server.counters.requests == 2)
        #expect(server.peakInFlight == 1)
        #expect(server.connections == 2)
    }

    @Test func `the least gap lies between the closest two starts of an address`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            .text("x").delayed(by: request.hit == 0 ? .milliseconds(30) : .zero)
        }

        try fetch("/a", from: server)
        #expect(server.leastGap(of: "127.0.0.1") == nil)
        try fetch("/a", from: server, on: "127.0.0.2")
        try fetch("/a", from: server)
        #expect(server.leastGap(of: "127.0.0.2") == nil)
        let wide = try #require(server.leastGap(of: "127.0.0.1"))
        #expect(wide >= .milliseconds(60))
        try fetch("/a", from: server)

        let starts = server.log.filter { $0.address == "127.0.0.1" }.map(\.startedAt)
        let gaps = zip(starts, starts.dropFirst()).map { $0.duration(to: $1) }
        #expect(server.leastGap(of: "127.0.0.1") == gaps.min())
        #expect(gaps.count == 2)
    }

    @Test func `hits are counted by path and address`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { _ in .text("x") }

        try fetch("/a?1", from: server)
        try fetch("/a?2", from: server)
        try fetch("/a", from: server, on: "127.0.0.2")
        #expect(server.hits("/a") == 3)
        #expect(server.hits("/a", on: "127.0.0.1") == 2)
        #expect(server.hits("/b") == 0)
    }

    @Test func `a waiter is told when the server stops first`() async throws {
        let server = try LoopbackServer { _ in .text("x") }
        async let answer = server.wait { $0.requests == 1 }

        server.stop()
        #expect(await answer == false)
    }

    @Test func `a cancelled waiter goes on`() async throws {
        let server = try LoopbackServer { _ in .text("x") }
        let task = Task { await server.wait { $0.requests == 1 } }

        task.cancel()
        #expect(await task.value == false)
    }
}
