import CrawlCore
import Curl
import LoopbackServer
import Testing

/// How long a server may take. Times are bounded from below, and from above only by what no busy machine takes.
@Suite struct TransferTimeoutTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    private func elapsed(_ body: () throws -> Void) rethrows -> Duration {
        try ContinuousClock().measure(body)
    }

    @Test func `a server that says nothing runs into the read time-out`() throws {
        let server = try LoopbackServer { _ in .stalled }
        let test = try TestTransfer(loop, read: .milliseconds(150))

        let time = try elapsed { try test.fetch(server.url("/")) }

        #expect(test.results == [.readTimeout])
        #expect(time >= .milliseconds(150))
        #expect(time < .seconds(10))
        #expect(loop.activeCount == 0)
    }

    @Test func `a body that stands still runs into the read time-out, and what came of it is there`() throws {
        let server = try LoopbackServer { _ in .text("0123456789").cut(after: 4, then: .stall) }
        let test = try TestTransfer(loop, read: .milliseconds(150))

        let transfer = try test.fetch(server.url("/"))

        #expect(test.results == [.readTimeout])
        #expect(test.text == "0123")
        #expect(transfer.statusCode == 200)
    }

    @Test func `a slow body is no silence`() throws {
        let server = try LoopbackServer { _ in
            .text(String(repeating: "x", count: 20)).dripping(every: .milliseconds(25))
        }
        let test = try TestTransfer(loop, read: .milliseconds(300))

        let time = try elapsed { try test.fetch(server.url("/")) }

        #expect(test.results == [.code(.ok)])
        #expect(time > .milliseconds(300))
    }

    @Test func `the silence of one transfer is not that of another`() throws {
        let server = try LoopbackServer { request in
            request.path == "/stalled"
                ? .stalled : .text(String(repeating: "x", count: 20)).dripping(every: .milliseconds(25))
        }
        let silent = try TestTransfer(loop, read: .milliseconds(250))
        let slow = try TestTransfer(loop, read: .milliseconds(250))

        try silent.start(server.url("/stalled"))
        try slow.start(server.url("/slow"))
        try loop.turn { loop.activeCount == 0 }

        #expect(silent.results == [.readTimeout])
        #expect(slow.results == [.code(.ok)])
    }

    @Test func `the silence counts from the start of the request, however long the loop was idle`() throws {
        let server = try LoopbackServer { _ in .text("ok").delayed(by: .milliseconds(250)) }
        let test = try TestTransfer(loop, read: .milliseconds(500))
        let other = try TransferLoop(connections: 1)
        other.turn(until: .now + .milliseconds(450))

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.ok)])
    }

    @Test func `the time for connecting is no silence`() throws {
        // What is dropped of a full queue comes again after a second (RFC 6298, section 2).
        let listener = try LateListener()
        let test = try TestTransfer(loop, read: .milliseconds(600))
        try test.start(listener.url)
        loop.turn(until: .now + .milliseconds(50))
        listener.makeRoom()
        var answerAt: MonotonicInstant?

        while test.results.isEmpty {
            loop.turn(until: .now + .milliseconds(20))
            if listener.accept() { answerAt = .now + .milliseconds(300) }
            if let due = answerAt, due <= .now {
                listener.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                answerAt = nil
            }
        }

        #expect(test.results == [.code(.ok)])
        #expect(try #require(test.transfer).connectMicroseconds > 600_000)
    }

    @Test func `without a read time-out nothing but the total counts`() throws {
        let server = try LoopbackServer { _ in .stalled }
        let test = try TestTransfer(loop, read: .zero, total: .milliseconds(250))

        let time = try elapsed { try test.fetch(server.url("/")) }

        #expect(test.results == [.code(.timedOut)])
        #expect(time >= .milliseconds(250))
    }

    @Test func `a port that does not answer runs into the connect time-out, which no read time-out shortens`()
        throws
    {
        let hole = try BlackHole()
        let test = try TestTransfer(loop, read: .milliseconds(50), connect: .milliseconds(300))

        let time = try elapsed { try test.fetch(hole.url("/")) }

        #expect(test.results == [.code(.timedOut)])
        #expect(test.transfer?.preTransferMicroseconds == 0)
        #expect(time >= .milliseconds(300))
    }

    @Test func `a server that drips for ever runs into the total time-out`() throws {
        let server = try LoopbackServer { _ in
            .script([.send("HTTP/1.1 200 OK\r\n\r\n"), .repeat("x", every: .milliseconds(10))])
        }
        let test = try TestTransfer(loop, total: .milliseconds(250))

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.timedOut)])
        #expect(test.body.count > 2)
    }
}
