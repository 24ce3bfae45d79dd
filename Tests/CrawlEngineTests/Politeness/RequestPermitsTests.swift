import CrawlCore
import Testing
import TrawlStore

@testable import CrawlEngine

/// The permits that the loops of a crawl share.
@Suite struct RequestPermitsTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(sinceBoot: .seconds(seconds)) }

    @Test
    func `a runner starts nothing once it cannot count on its hosts, and goes on with its next sign of life`()
    {
        let lease = RunnerLease(since: at(100))
        let permits = RequestPermits(total: 4, loops: 1, lease: lease)
        #expect(permits.isTrusted(at: at(127)))
        #expect(!permits.isTrusted(at: at(128)))
        lease.renew(since: at(130))
        #expect(permits.isTrusted(at: at(157)))
        lease.lose()
        #expect(!permits.isTrusted(at: at(131)))
        #expect(RequestPermits(total: 4, loops: 1).isTrusted(at: at(1_000_000)))
    }

    @Test func `starts of a rate that runners share have to be given`() {
        let permits = RequestPermits(total: 4, loops: 1, interval: .milliseconds(100), sharesRate: true)
        #expect(!permits.takeStart(now: at(1)))
        #expect(permits.wantedStarts(now: at(1), isBusy: false) == 0)
        #expect(permits.wantedStarts(now: at(1), isBusy: true) == 10)
        permits.give(10, from: at(2))
        #expect(permits.wantedStarts(now: at(1), isBusy: true) == 0)
        #expect(!permits.takeStart(now: at(1)))
        #expect(permits.takeStart(now: at(2)))
        #expect(!permits.takeStart(now: at(2)))
    }

    /// A loop and what it holds.
    private final class Loop {
        let index: Int
        let permits: RequestPermits
        var held = 0

        init(index: Int, permits: RequestPermits) {
            self.index = index
            self.permits = permits
        }

        /// Takes so many more at most, and says so; gives what it got.
        func take(_ count: Int) -> Int {
            for taken in 0..<count {
                guard permits.acquire(loop: index, holding: held) else {
                    #expect(permits.settle(loop: index, isWaiting: true) == 0)
                    return taken
                }
                held += 1
            }
            return count
        }

        /// Gives one back: the loops that are woken at once, a bit each.
        func release() -> UInt64 {
            held -= 1
            return permits.release(loop: index)
        }

        /// Wants no more: the loops that are woken.
        func settle() -> UInt64 { permits.settle(loop: index, isWaiting: false) }
    }

    private func loops(_ count: Int, total: Int) -> [Loop] {
        let permits = RequestPermits(total: total, loops: count)
        return (0..<count).map { Loop(index: $0, permits: permits) }
    }

    @Test func `one loop takes all that no other wants`() {
        let loops = loops(2, total: 8)

        #expect(loops[0].take(20) == 8)
        #expect(loops[0].permits.inFlight == 8)
    }

    @Test func `loops that all want more keep to their shares and wake nobody`() {
        let loops = loops(2, total: 8)
        #expect(loops[0].take(4) == 4)
        #expect(loops[1].take(20) == 4)
        #expect(loops[0].take(20) == 0)

        for index in [0, 1, 0, 0, 1] {
            #expect(loops[index].release() == 0)
            #expect(loops[index].take(20) == 1)
        }
    }

    @Test func `a loop with more than its share gives way until the other has as much`() {
        let loops = loops(2, total: 8)
        #expect(loops[0].take(20) == 8)
        #expect(loops[1].take(20) == 0)

        for _ in 0..<4 {
            #expect(loops[0].release() == 0b10)
            #expect(loops[0].take(1) == 0)
            #expect(loops[1].take(1) == 1)
            _ = loops[1].take(1)
        }

        #expect(loops[0].release() == 0)
        #expect(loops[0].take(2) == 1)
        #expect(loops[1].held == 4)
    }

    @Test func `a permit that is left over wakes who waits for one, once`() {
        let loops = loops(2, total: 4)
        #expect(loops[0].take(2) == 2)
        #expect(loops[1].take(20) == 2)

        #expect(loops[0].release() == 0)
        #expect(loops[0].settle() == 0b10)
        #expect(loops[0].settle() == 0)
        #expect(loops[1].take(20) == 1)
    }

    @Test func `a loop that wants no more after all lets the others have it`() {
        let loops = loops(2, total: 4)
        #expect(loops[0].take(20) == 4)
        #expect(loops[1].take(1) == 0)
        #expect(loops[0].release() == 0b10)
        #expect(loops[0].take(1) == 0)

        #expect(loops[1].settle() == 0b01)
        #expect(loops[0].take(1) == 1)
    }

    @Test func `none of several loops is left without`() {
        let loops = loops(3, total: 3)
        #expect(loops[0].take(20) == 3)
        #expect(loops[1].take(20) == 0)
        #expect(loops[2].take(20) == 0)

        #expect(loops[0].release() == 0b110)
        #expect(loops[0].take(20) == 0)
        #expect(loops[1].take(20) == 1)
        #expect(loops[2].take(20) == 0)
        #expect(loops[0].release() == 0b100)
        #expect(loops[1].take(20) == 0)
        #expect(loops[2].take(20) == 1)
    }
}
