import CrawlCore
import Curl
import Testing

@testable import CrawlEngine

/// What other threads see of a loop. Nothing here runs on a thread of its own.
@Suite struct LoopMailTests {
    private let transfers: TransferLoop

    init() throws {
        transfers = try TransferLoop(connections: 1)
    }

    @Test func `mail is taken once, in order`() {
        let mail = LoopMail(waker: transfers.waker)
        mail.send([.close(HostID(rawValue: 1)), .pages([page(1), page(2)])])
        mail.send([.abort])

        let taken = mail.take()
        let again = mail.take()

        #expect(taken.map(\.requestCount) == [0, 2, 0])
        #expect(again.isEmpty)
    }

    @Test func `requests count as ready from the moment they are sent`() {
        let mail = LoopMail(waker: transfers.waker)
        mail.send([.pages([page(1), page(2)]), .request(PageRequest(page(3)))])
        #expect(mail.readyRequests == 3)

        let seen = mail.take().reduce(0) { $0 + $1.requestCount }
        #expect(mail.readyRequests == 3)
        mail.send([.pages([page(4)])])
        mail.turned(seen: seen, waitingHosts: 5, ready: 2)

        #expect(mail.readyRequests == 3)
        #expect(mail.waitingHosts == 5)
        #expect(mail.turns == 1)
    }

    @Test func `a message wakes the loop`() {
        let mail = LoopMail(waker: transfers.waker)
        mail.send([.abort])

        // Without the wake-up this would return only after the deadline.
        let deadline = MonotonicInstant.now + .seconds(20)
        transfers.turn(until: deadline)

        #expect(transfers.now < deadline)
    }

    private func page(_ id: Int64) -> ClaimedPage {
        ClaimedPage(
            id: PageID(rawValue: id), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
            url: "http://a.test/\(id)", attempts: 0, name: nil)
    }
}
