internal import CrawlCore
internal import Curl
internal import Synchronization

/// The `concurrency.total` of a job, shared by its crawl loops without a lock.
final class RequestPermits: Sendable {
    private let free: Atomic<Int>
    let total: Int
    /// Loops that found no permit and want to be woken when there is one, a bit each.
    private let starved = Atomic<UInt64>(0)

    /// The least time between two starts of the job, in nanoseconds; 0 for any.
    private let interval: Int64
    /// The next start comes no earlier than this, in nanoseconds since the machine was started.
    private let nextStart = Atomic<Int64>(0)
    /// What all crawls of the process share, and this one's number there; nil where it is the only one.
    private let shared: (permits: SharedPermits, member: Int)?

    /// - Parameters:
    ///   - interval: the least time between two starts, whatever the host. The default is none.
    ///   - shared: what all crawls of the process share.
    ///   - wake: lets all loops look for permits again.
    init(
        total: Int, interval: Duration = .zero, shared: SharedPermits? = nil,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.total = total
        self.interval = interval.nanoseconds
        self.shared = shared.map { ($0, $0.join(wake: wake)) }
        free = Atomic(total)
    }

    /// Takes part no more. Once it returns no loop is woken by others.
    ///
    /// - Precondition: nothing is under way, and this is called once.
    func leave() {
        if let shared { shared.permits.leave(shared.member) }
    }

    /// Requests under way in all loops.
    var inFlight: Int { total - free.load(ordering: .relaxed) }

    /// Whether the loop may start one more request. Where it may not, it is woken once another is over.
    func acquire(loop: Int) -> Bool {
        if !takeOne() {
            starved.bitwiseOr(1 << UInt64(loop), ordering: .sequentiallyConsistent)
            // One may have come back before the wish was known.
            guard takeOne() else { return false }
        }
        guard let shared else { return true }
        if shared.permits.acquire(member: shared.member, holding: inFlight - 1) { return true }
        free.add(1, ordering: .sequentiallyConsistent)
        return false
    }

    /// When the job's rate allows the next start; nil where it has none.
    var nextStartAt: MonotonicInstant? {
        guard interval > 0 else { return nil }
        return MonotonicInstant(sinceBoot: .nanoseconds(nextStart.load(ordering: .relaxed)))
    }

    /// Whether the job's rate allows a start now; it counts as one.
    func takeStart(now: MonotonicInstant) -> Bool {
        guard interval > 0 else { return true }
        let now = now.sinceBoot.nanoseconds
        let due = nextStart.load(ordering: .relaxed)
        guard due <= now else { return false }
        return nextStart.compareExchange(
            expected: due, desired: now + interval, ordering: .sequentiallyConsistent
        ).exchanged
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
        shared?.permits.release()
        guard starved.load(ordering: .sequentiallyConsistent) != 0 else { return 0 }
        return starved.exchange(0, ordering: .sequentiallyConsistent) & ~(1 << UInt64(loop))
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
