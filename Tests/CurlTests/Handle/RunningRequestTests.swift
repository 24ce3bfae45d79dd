import CrawlCore
import Testing

@testable import Curl

/// What a transfer knows of the request that it is running, without a loop or a server.
@Suite struct RunningRequestTests {
    private let start = MonotonicInstant.now

    @Test func `a request that may be repeated is sent as often as curl likes`() {
        var running = RunningRequest(startedAt: start)

        let mayBeSent = [running.beginSending(isRepeatable: true), running.beginSending(isRepeatable: true)]

        #expect(mayBeSent == [true, true])
        #expect(running.stop == nil)
    }

    @Test func `a request that must not be repeated is sent once, and then is a reset`() {
        var running = RunningRequest(startedAt: start)

        let mayBeSent = [
            running.beginSending(isRepeatable: false), running.beginSending(isRepeatable: false),
        ]

        #expect(mayBeSent == [true, false])
        guard case .fault(let fault) = running.stop else {
            Issue.record("the second sending was not stopped")
            return
        }
        #expect(fault.kind == .reset)
    }

    @Test func `only more of a body counts as activity`() {
        var running = RunningRequest(startedAt: start)

        let isMore = [
            running.noteUploaded(10, now: start + .seconds(1)),
            running.noteUploaded(10, now: start + .seconds(2)),
        ]

        #expect(isMore == [true, false])
        #expect(running.lastActivity == start + .seconds(1))
        #expect(running.startedAt == start)
    }

    @Test func `a host is refused only when none of its addresses could be tried`() throws {
        var running = RunningRequest(startedAt: start)
        #expect(!running.isAddressRefused)

        running.refusedAddresses.append(.v4(0x7F00_0001))
        #expect(running.isAddressRefused)
        running.hasOpenedSocket = true
        #expect(!running.isAddressRefused)
    }

    /// A transfer on a loop that is never turned, so that nothing is sent.
    @Test func `nothing of a request is left when the next one starts`() throws {
        let test = try TestTransfer(TransferLoop(connections: 1))
        let transfer = try #require(test.transfer)
        transfer.running.headerBytes = 7
        transfer.running.stop = .heldBack
        transfer.running.cameWhole = true
        transfer.running.refusedAddresses = [.v4(1)]
        _ = transfer.running.beginSending(isRepeatable: true)
        transfer.closeConnectionAfterwards()

        transfer.prepareForStart(now: start + .seconds(5), nameLifetime: 3)

        #expect(transfer.running.headerBytes == 0)
        #expect(transfer.running.head == ResponseHead())
        #expect(transfer.running.stop == nil)
        #expect(!transfer.running.cameWhole)
        #expect(!transfer.running.isAddressRefused)
        #expect(transfer.running.sendings == 0)
        #expect(transfer.running.startedAt == start + .seconds(5))
        #expect(transfer.running.lastActivity == start + .seconds(5))
        #expect(!transfer.settings.closesConnection)
        #expect(transfer.settings.nameLifetime == 3)
    }
}
