import LoopbackServer
import Testing

/// Waiting, and that nobody else waits meanwhile.
@Suite(.timeLimit(.minutes(15))) struct TimingTests {
    private let clock = ContinuousClock()

    @Test func `a delayed response does not come early`() throws {
        let server = try LoopbackServer { _ in .text("x").delayed(by: .milliseconds(60)) }
        let client = try Client(server)

        let start = clock.now
        client.get("/")
        _ = client.receive(upTo: "x")
        #expect(start.duration(to: clock.now) >= .milliseconds(60))
    }

    @Test func `a dripping body takes its pauses`() throws {
        let server = try LoopbackServer { _ in
            .text("123456").dripping(by: 2, every: .milliseconds(20)).closing()
        }
        let client = try Client(server)

        let start = clock.now
        client.get("/")
        #expect(client.receive(upTo: "\r\n\r\n").hasSuffix("\r\n\r\n12"))
        #expect(client.receiveAll().text == "3456")
        #expect(start.duration(to: clock.now) >= .milliseconds(40))
    }

    @Test func `chunks come one by one`() throws {
        let server = try LoopbackServer { _ in .text("ab").chunked(by: 1, every: .milliseconds(20)).closing()
        }
        let client = try Client(server)

        let start = clock.now
        client.get("/")
        #expect(client.receive(upTo: "a\r\n").hasSuffix("1\r\na\r\n"))
        #expect(client.receiveAll().text == "1\r\nb\r\n0\r\n\r\n")
        #expect(start.duration(to: clock.now) >= .milliseconds(40))
    }

    @Test func `a slow header comes a byte at a time`() throws {
        let server = try LoopbackServer { _ in
            .script([.send("HTTP/1.1 200 OK\r\nX-Slow: "), .repeat("a", every: .milliseconds(5))])
        }
        let client = try Client(server)

        client.get("/")
        #expect(client.receive(upTo: "aaa").hasPrefix("HTTP/1.1 200 OK\r\nX-Slow: a"))
    }

    @Test func `a body that stalls sends its part and no more`() throws {
        let server = try LoopbackServer { _ in .text("hello").cut(after: 4, then: .stall) }
        let client = try Client(server, patience: .milliseconds(50))

        client.get("/")
        let received = client.receiveAll()
        #expect(received.text.hasSuffix("\r\n\r\nhell"))
        #expect(received.ending == .silence)
    }

    @Test func `a stalled response holds up no other`() throws {
        let server = try LoopbackServer { $0.path == "/never" ? .stalled : .text("x") }
        let stalled = try Client(server)
        stalled.get("/never")

        let client = try Client(server)
        client.get("/")
        #expect(client.receive(upTo: "x").hasSuffix("\r\n\r\nx"))
    }

    @Test func `a response is held back until its latch opens`() throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { request in
            if request.path == "/opens" { latch.open() }
            return .text("[\(request.path)]").held(by: latch)
        }
        let held = try Client(server, patience: .milliseconds(50))

        held.get("/held")
        #expect(held.receiveAll() == ("", .silence))
        let opener = try Client(server)
        opener.get("/opens")
        #expect(held.receive(upTo: "[/held]").hasSuffix("[/held]"))
    }

    @Test func `hundreds of delayed responses wait at the same time`() throws {
        let server = try LoopbackServer { _ in .text("x").delayed(by: .milliseconds(300)) }
        let clients = try (0..<300).map { _ in try Client(server) }

        let start = clock.now
        for client in clients { client.get("/") }
        for client in clients { #expect(client.receive(upTo: "\r\n\r\nx").hasSuffix("x")) }
        // One after another they would take 90 s.
        #expect(start.duration(to: clock.now) < .seconds(9))
    }

    @Test func `stopping waits for nothing and closes everything`() async throws {
        let server = try LoopbackServer { $0.hit % 2 == 0 ? .stalled : .text("x").delayed(by: .seconds(600)) }
        let clients = try (0..<50).map { _ in try Client(server) }
        for client in clients { client.get("/") }
        await server.wait { $0.inFlight == 50 }

        let start = clock.now
        server.stop()
        #expect(start.duration(to: clock.now) < .seconds(5))
        for client in clients { #expect(client.receiveAll() == ("", .closed)) }
        #expect(server.log.allSatisfy { $0.end == .stopped && $0.finishedAt != nil })
        #expect(throws: Client.ConnectFailure.self) { try Client(server) }
    }

    @Test func `an endless body ends when the client has enough`() async throws {
        let server = try LoopbackServer { _ in
            .script([.send("HTTP/1.1 200 OK\r\n\r\n"), .repeat(String(repeating: " ", count: 65_536))])
        }
        let client = try Client(server)

        client.get("/")
        _ = client.receive(upTo: "   ")
        client.close()
        await server.wait { $0.openConnections == 0 }
        #expect(server.log.map(\.end) == [.abandoned])
        #expect(server.counters.inFlight == 0)
    }
}
