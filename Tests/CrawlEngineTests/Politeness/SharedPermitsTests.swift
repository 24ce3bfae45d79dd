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
