internal import Curl
internal import Synchronization

/// The `concurrency.total` of a job, shared by its crawl loops without a lock.
final class RequestPermits: Sendable {
    private let free: Atomic<Int>
    let total: Int
    /// Loops that found no permit and want to be woken when there is one, a bit each.
    private let starved = Atomic<UInt64>(0)

    init(total: Int) {
        self.total = total
        free = Atomic(total)
    }

    /// Requests under way in all loops.
    var inFlight: Int { total - free.load(ordering: .relaxed) }

    /// Whether the loop may start one more request. Where it may not, it is woken once another is over.
    func acquire(loop: Int) -> Bool {
        if takeOne() { return true }
        starved.bitwiseOr(1 << UInt64(loop), ordering: .sequentiallyConsistent)
        // One may have come back before the wish was known.
        return takeOne()
    }

    private func takeOne() -> Bool {
        var current = free.load(ordering: .relaxed)
        while current > 0 {
            let (exchanged, original) = free.weakCompareExchange(
                expected: current, desired: current - 1, ordering: .sequentiallyConsistent)
            if exchanged { return true }
            current = original
        }
        return false
    }

    /// Gives a permit back.
    ///
    /// - Returns: the loops to wake, a bit each.
    func release(loop: Int) -> UInt64 {
        free.add(1, ordering: .sequentiallyConsistent)
        guard starved.load(ordering: .sequentiallyConsistent) != 0 else { return 0 }
        return starved.exchange(0, ordering: .sequentiallyConsistent) & ~(1 << UInt64(loop))
    }
}
