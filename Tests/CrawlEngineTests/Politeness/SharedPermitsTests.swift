import Synchronization
import Testing

@testable import CrawlEngine

/// The total that all crawls of a process share.
@Suite struct SharedPermitsTests {
    private func acquire(_ permits: RequestPermits, _ count: Int) -> Int {
        (0..<count).filter { _ in permits.acquire(loop: 0, holding: 0) }.count
    }

    @Test func `crawls together have no more under way than the total`() {
        let shared = SharedPermits(total: 5)
        let (one, other) = (
            RequestPermits(total: 4, loops: 1, shared: shared),
            RequestPermits(total: 4, loops: 1, shared: shared)
        )

        #expect(acquire(one, 10) == 4)
        #expect(acquire(other, 10) == 1)
        #expect(shared.inFlight == 5)
    }

    @Test func `a crawl that has more than its share stands back for one that has less`() {
        let shared = SharedPermits(total: 4)
        let (one, other) = (
            RequestPermits(total: 4, loops: 1, shared: shared),
            RequestPermits(total: 4, loops: 1, shared: shared)
        )
        #expect(acquire(one, 4) == 4)
        #expect(acquire(other, 1) == 0)

        _ = one.release(loop: 0)

        #expect(acquire(one, 1) == 0)
        #expect(acquire(other, 1) == 1)
    }

    @Test func `a crawl that found no permit is woken when one comes back`() {
        let shared = SharedPermits(total: 1)
        let wakes = Counter()
        let one = RequestPermits(total: 1, loops: 1, shared: shared)
        let other = RequestPermits(total: 1, loops: 1, shared: shared, wake: { wakes.add() })
        #expect(acquire(one, 1) == 1)
        #expect(acquire(other, 1) == 0)
        #expect(wakes.count == 0)

        _ = one.release(loop: 0)

        #expect(wakes.count == 1)
        #expect(other.inFlight == 0)
        #expect(acquire(other, 1) == 1)
    }

    @Test func `a crawl that gives its only permit back does not take it from one that waits`() {
        let shared = SharedPermits(total: 1)
        let (big, small) = (
            RequestPermits(total: 32, loops: 1, shared: shared),
            RequestPermits(total: 1, loops: 1, shared: shared)
        )
        #expect(acquire(big, 1) == 1)
        #expect(acquire(small, 1) == 0)

        for _ in 0..<3 {
            _ = big.release(loop: 0)
            // The loop whose request is over looks for the next one at once.
            #expect(acquire(big, 1) == 0)
            #expect(acquire(small, 1) == 1)
            _ = small.release(loop: 0)
            #expect(acquire(small, 1) == 0)
            #expect(acquire(big, 1) == 1)
            #expect(acquire(small, 1) == 0)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 8])
    func `crawls that are more than the permits take turns`(total: Int) {
        let shared = SharedPermits(total: total)
        let crawls = (0..<8).map { _ in RequestPermits(total: 32, loops: 1, shared: shared) }
        var requests = Array(repeating: 0, count: crawls.count)
        // The crawls are asked in the same order each time, so that the first ones would have all.
        func start() {
            for (index, crawl) in crawls.enumerated() { requests[index] += acquire(crawl, 32) }
        }
        start()
        for _ in 0..<400 {
            for crawl in crawls where crawl.inFlight > 0 {
                _ = crawl.release(loop: 0)
                if acquire(crawl, 1) == 1 { requests[crawls.firstIndex { $0 === crawl } ?? 0] += 1 }
                start()
            }
        }

        let (least, most) = (requests.min() ?? 0, requests.max() ?? 0)
        #expect(least * 2 > most, "\(requests)")
    }

    @Test func `nobody stands back for a crawl that wants no more after all`() {
        let shared = SharedPermits(total: 4)
        let wakes = Counter()
        let one = RequestPermits(total: 4, loops: 1, shared: shared, wake: { wakes.add() })
        let other = RequestPermits(total: 4, loops: 2, shared: shared)
        #expect(acquire(one, 4) == 4)
        #expect(acquire(other, 1) == 0)
        #expect(other.acquire(loop: 1, holding: 0) == false)
        _ = one.release(loop: 0)
        #expect(acquire(one, 1) == 0)
        #expect(wakes.count == 0)

        _ = other.settle(loop: 0, isWaiting: false)
        #expect(acquire(one, 1) == 0)
        _ = other.settle(loop: 1, isWaiting: false)

        #expect(wakes.count == 1)
        #expect(acquire(one, 1) == 1)
    }

    @Test func `who stood back is woken once the other has got its share`() {
        let shared = SharedPermits(total: 4)
        let wakes = Counter()
        let one = RequestPermits(total: 4, loops: 1, shared: shared, wake: { wakes.add() })
        let other = RequestPermits(total: 1, loops: 1, shared: shared)
        #expect(acquire(one, 4) == 4)
        #expect(acquire(other, 1) == 0)
        _ = one.release(loop: 0)
        _ = one.release(loop: 0)
        #expect(acquire(one, 1) == 0)
        let before = wakes.count

        #expect(acquire(other, 1) == 1)

        #expect(wakes.count == before + 1)
        #expect(acquire(one, 2) == 1)
    }

    @Test func `what a crawl did not use is there for others`() {
        let shared = SharedPermits(total: 8)
        let one = RequestPermits(total: 8, loops: 1, shared: shared)
        let other = RequestPermits(total: 8, loops: 1, shared: shared)
        #expect(acquire(other, 10) == 8)
        #expect(one.acquire(loop: 0, holding: 0) == false)

        one.leave()
        _ = other.release(loop: 0)

        // Nobody is hungry any more.
        #expect(acquire(other, 10) == 1)
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
}
