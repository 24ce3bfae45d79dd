import CrawlCore
import Curl
import LoopbackServer
import Testing

/// Many transfers on one thread.
@Suite struct TransferLoopTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 64) }

    @Test func `many transfers run at once, and each gets its own answer`() throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { request in
            if request.path == "/49" { latch.open() }
            return .text("answer \(request.path)").held(by: latch)
        }
        let tests = try (0..<50).map { _ in try TestTransfer(loop) }

        for (index, test) in tests.enumerated() { try test.start(server.url("/\(index)")) }
        #expect(loop.activeCount == 50)
        try loop.turn { loop.activeCount == 0 }

        for (index, test) in tests.enumerated() {
            #expect(test.results == [.code(.ok)], "\(index)")
            #expect(test.text == "answer /\(index)")
        }
    }

    @Test func `one connection serves one request after another`() throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let test = try TestTransfer(loop)

        for index in 0..<20 { try test.fetch(server.url("/\(index)")) }

        #expect(server.counters.requests == 20)
        #expect(server.connections == 1)
    }

    @Test func `another transfer of the loop uses the connection that is free`() throws {
        let server = try LoopbackServer { _ in .text("ok") }

        for _ in 0..<5 { try TestTransfer(loop).fetch(server.url("/")) }

        #expect(server.connections == 1)
    }

    @Test func `a server that gives up all its free connections at once is asked on a new one`() throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { request in
            guard request.path == "/again" else {
                if request.path == "/9" { latch.open() }
                return .text("ok").held(by: latch)
            }
            return request.connection < 10 ? .reset : .text("ok")
        }
        let tests = try (0..<10).map { _ in try TestTransfer(loop) }
        for (index, test) in tests.enumerated() { try test.start(server.url("/\(index)")) }
        try loop.turn { loop.activeCount == 0 }
        #expect(server.connections == 10)

        try tests[0].fetch(server.url("/again"))
        #expect(tests[0].results == [.code(.ok)])
        #expect(server.connections == 11)
        try tests[0].fetch(server.url("/again"))

        #expect(tests[0].results == [.code(.ok)])
        #expect(server.connections == 11, "the next request has no need of another")
    }

    @Test func `a connection of its own that is reset is a reset, and is not repeated`() throws {
        let server = try LoopbackServer { _ in .reset }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(test.kind == .reset)
        #expect(server.counters.requests == 1)
    }

    @Test func `a transfer may start the next one when it is finished`() throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let test = try TestTransfer(loop)
        var left = 5
        let loop = loop
        test.onFinish = { transfer in
            guard left > 0 else { return }
            left -= 1
            _ = loop.start(transfer)
        }

        try test.start(server.url("/"))
        try loop.turn { test.results.count == 6 }

        #expect(server.counters.requests == 6)
        #expect(loop.activeCount == 0)
    }

    @Test func `a cancelled transfer is over at once, says nothing and closes its connection`() async throws {
        let server = try LoopbackServer { request in request.path == "/slow" ? .stalled : .text("ok") }
        let slow = try TestTransfer(loop)
        let quick = try TestTransfer(loop)
        try slow.start(server.url("/slow"))
        try loop.turn { server.hits("/slow") == 1 }

        loop.cancel(try #require(slow.transfer))
        #expect(loop.activeCount == 0)
        try quick.fetch(server.url("/"))

        #expect(slow.results.isEmpty)
        #expect(quick.result == .code(.ok))
        #expect(await server.wait { $0.openConnections == 1 && $0.inFlight == 0 })
    }

    @Test func `cancelling an idle transfer does nothing, and one that was cancelled can be used again`()
        throws
    {
        let server = try LoopbackServer { request in request.hit == 0 ? .stalled : .text("ok") }
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        loop.cancel(transfer)
        try test.start(server.url("/"))
        try loop.turn { server.hits("/") == 1 }
        loop.cancel(transfer)
        loop.cancel(transfer)

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.ok)])
    }

    @Test func `cancelling one of many leaves the others`() throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { _ in .text("ok").held(by: latch) }
        let tests = try (0..<6).map { _ in try TestTransfer(loop) }
        for test in tests { try test.start(server.url("/")) }
        try loop.turn(until: { server.counters.requests == 6 })

        for index in [0, 3, 5] { loop.cancel(try #require(tests[index].transfer)) }
        latch.open()
        try loop.turn { loop.activeCount == 0 }

        #expect(tests.map(\.results.count) == [0, 1, 1, 0, 1, 0])
    }

    @Test func `an idle loop waits no longer than it is told to`() {
        let start = MonotonicInstant.now

        loop.turn(until: start + .milliseconds(30))

        let waited = MonotonicInstant.now - start
        #expect(waited >= .milliseconds(30))
        #expect(waited < .seconds(10), "a busy machine may be late")
    }

    @Test func `a loop that is told to come back at once does`() {
        let start = MonotonicInstant.now

        loop.turn(until: start)

        #expect(MonotonicInstant.now - start < .seconds(10), "a busy machine may be late")
    }

    @Test func `a waker ends a wait, from any thread`() async {
        let waker = loop.waker
        let wakes = Task.detached { waker.wake() }

        // Without an end: nothing but the waker brings it back.
        loop.turn(until: nil)

        await wakes.value
    }

    @Test func `a wake before the wait is not lost, and several are one`() {
        loop.waker.wake()
        loop.waker.wake()
        loop.turn(until: nil)
        let start = MonotonicInstant.now

        loop.turn(until: start + .milliseconds(30))

        #expect(MonotonicInstant.now - start >= .milliseconds(30))
    }

    @Test func `a loop that goes away takes what runs along`() async throws {
        let server = try LoopbackServer { _ in .stalled }
        do {
            let loop = try TransferLoop(connections: 4)
            let test = try TestTransfer(loop)
            try test.start(server.url("/"))
            try loop.turn { server.counters.requests == 1 }
        }

        #expect(await server.wait { $0.openConnections == 0 })
    }
}
