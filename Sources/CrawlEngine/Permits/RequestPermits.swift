internal import CrawlCore
internal import Curl
internal import TrawlStore
internal import Synchronization

/// The `concurrency.total` of a job, shared by its crawl loops without a lock.
///
/// A loop takes as many permits as it has use for. If there are not enough for all, each loop has an even share: a loop that
/// holds its share takes no more while another loop has less and wants more.
final class RequestPermits: Sendable {
    private let free: Atomic<Int>
    let total: Int
    /// The permits that each loop can have, whatever the others want.
    private let share: Int
    /// Loops that hold less than their share and found no permit, a bit each; one is set until it has got one.
    private let hungry = Atomic<UInt64>(0)
    /// Loops that found no permit and want to be woken when one is left over, a bit each.
    private let waiting = Atomic<UInt64>(0)

    /// The least time between two starts of the job, in nanoseconds; 0 for any.
    private let interval: Int64
    /// The next start comes no earlier than this, in nanoseconds since the machine was started.
    private let nextStart = Atomic<Int64>(0)
    /// The permits that all crawls of the process share, and this crawl's number there; nil where it is the only crawl.
    private let shared: (permits: SharedPermits, member: Int)?
    /// What the runner may count on; nil where nothing but its process counts.
    private let lease: RunnerLease?
    /// The starts that the runner was given of a rate that it shares; nil where the rate is its own.
    private let slots: SharedSlots?
    /// Loops that found no permit of the shared ones, a bit each.
    private let waitingForShared = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - loops: how many share them; no more than there are permits.
    ///   - interval: the least time between two starts, whatever the host. The default is none.
    ///   - shared: what all crawls of the process share.
    ///   - lease: what the runner may count on. The default is none.
    ///   - sharesRate: whether other runners share the interval, so that starts have to be given. The default is no.
    ///   - wake: lets all loops look for permits again.
    init(
        total: Int, loops: Int, interval: Duration = .zero, shared: SharedPermits? = nil,
        lease: RunnerLease? = nil, sharesRate: Bool = false,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.total = total
        share = max(1, total / loops)
        self.interval = interval.nanoseconds
        self.lease = lease
        slots = sharesRate && interval > .zero ? SharedSlots(interval) : nil
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

    /// Whether a loop that holds so many may start one more request. Where it may not, it is woken when it may.
    func acquire(loop: Int, holding held: Int) -> Bool {
        guard takeOne(loop: loop, holding: held) else { return false }
        guard let shared else { return true }
        if shared.permits.acquire(member: shared.member, holding: inFlight - 1) { return true }
        waitingForShared.bitwiseOr(1 << UInt64(loop), ordering: .sequentiallyConsistent)
        free.add(1, ordering: .sequentiallyConsistent)
        return false
    }

    private func takeOne(loop: Int, holding held: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(loop)
        if !standsBack(bit, holding: held), takeOne(bit) { return true }
        if held < share { hungry.bitwiseOr(bit, ordering: .sequentiallyConsistent) }
        waiting.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        // A permit may have come back, or another loop may want none any more, before our wish was noted.
        return !standsBack(bit, holding: held) && takeOne(bit)
    }

    private func standsBack(_ bit: UInt64, holding held: Int) -> Bool {
        held >= share && hungry.load(ordering: .sequentiallyConsistent) & ~bit != 0
    }

    private func takeOne(_ bit: UInt64) -> Bool {
        guard free.takeOne() else { return false }
        hungry.clear(bit)
        return true
    }

    /// Whether anything may be started: the runner can be sure that its hosts are not others' by now.
    func isTrusted(at now: MonotonicInstant) -> Bool { lease?.isTrusted(at: now) ?? true }

    /// When the job's rate allows the next start; nil where it has none.
    var nextStartAt: MonotonicInstant? {
        guard interval > 0 else { return nil }
        if let slots { return slots.nextStart(now: .now) }
        return MonotonicInstant(sinceBoot: .nanoseconds(nextStart.load(ordering: .relaxed)))
    }

    /// Whether the job's rate allows a start now; it counts as one.
    func takeStart(now: MonotonicInstant) -> Bool {
        guard interval > 0 else { return true }
        if let slots { return slots.take(now: now) }
        let now = now.sinceBoot.nanoseconds
        let due = nextStart.load(ordering: .relaxed)
        guard due <= now else { return false }
        return nextStart.compareExchange(
            expected: due, desired: now + interval, ordering: .sequentiallyConsistent
        ).exchanged
    }

    /// How many starts are to be asked for of a rate that the runner shares with others; 0 for none.
    ///
    /// - Parameter isBusy: whether it has any use for them.
    func wantedStarts(now: MonotonicInstant, isBusy: Bool) -> Int {
        guard let slots, isBusy else { return 0 }
        return slots.wanted(now: now)
    }

    /// Takes in starts of a rate that the runner shares with others.
    func give(_ starts: Int, from start: MonotonicInstant) { slots?.give(starts, from: start) }

    /// Gives a permit back. The loop may take it again for itself, and says in ``settle(loop:isWaiting:)`` when it has
    /// taken what it wants.
    ///
    /// - Returns: the loops to wake at once, a bit each.
    func release(loop: Int) -> UInt64 {
        free.add(1, ordering: .sequentiallyConsistent)
        shared?.permits.release()
        return takeWaiting(of: hungry.load(ordering: .sequentiallyConsistent) & ~(1 << UInt64(loop)))
    }

    /// Notes that a loop wants no permit now, or waits for one.
    ///
    /// - Returns: the loops to wake, a bit each, where permits are left over.
    func settle(loop: Int, isWaiting: Bool) -> UInt64 {
        let bit: UInt64 = 1 << UInt64(loop)
        if !isWaiting {
            hungry.clear(bit)
            forgoShared(bit)
        }
        guard free.load(ordering: .sequentiallyConsistent) > 0 else { return 0 }
        // Others would only find that they have to stand back.
        let hungry = hungry.load(ordering: .sequentiallyConsistent) & ~bit
        return takeWaiting(of: hungry == 0 ? ~bit : hungry)
    }

    /// Lets other crawls have what this one waited for, once no loop of it does any more.
    private func forgoShared(_ bit: UInt64) {
        guard let shared, waitingForShared.load(ordering: .relaxed) & bit != 0 else { return }
        let others = waitingForShared.bitwiseAnd(~bit, ordering: .sequentiallyConsistent).newValue
        if others == 0 { shared.permits.forgo(shared.member) }
    }

    /// Those of some loops that wait, which do so no more.
    private func takeWaiting(of bits: UInt64) -> UInt64 {
        guard waiting.load(ordering: .sequentiallyConsistent) & bits != 0 else { return 0 }
        return waiting.bitwiseAnd(~bits, ordering: .sequentiallyConsistent).oldValue & bits
    }
}

/// The starts of a rate that runners share, for the loops of one of them. They meet at a lock: such a rate is low.
private final class SharedSlots: Sendable {
    private let slots: Mutex<StartSlots>
    /// How many starts take a second; at least 1.
    private let perSecond: Int

    /// How much time of what was given is left when more is asked for.
    private static let reserve: Duration = .milliseconds(600)
    /// How long a loop waits that finds no start, until more may have been given.
    private static let pause: Duration = .milliseconds(50)

    init(_ interval: Duration) {
        slots = Mutex(StartSlots(interval: interval))
        perSecond = max(1, Int(1_000_000_000 / max(1, interval.nanoseconds)))
    }

    func take(now: MonotonicInstant) -> Bool { slots.withLock { $0.take(now: now) } }

    func nextStart(now: MonotonicInstant) -> MonotonicInstant {
        slots.withLock { $0.nextStart(now: now) } ?? now + SharedSlots.pause
    }

    func wanted(now: MonotonicInstant) -> Int {
        slots.withLock { $0.left(now: now) } < SharedSlots.reserve ? perSecond : 0
    }

    func give(_ count: Int, from start: MonotonicInstant) {
        slots.withLock { $0.give(from: start, count: count) }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
