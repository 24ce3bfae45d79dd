internal import Synchronization

/// How many requests all crawls of a process may have under way together.
///
/// A crawl that holds its even share or more takes no more while another has less than its share and wants more. Where there are
/// fewer permits than crawls, so that no share is a whole permit, crawls that have none take turns.
package final class SharedPermits: Sendable {
    /// Requests that all crawls together may have under way.
    package let total: Int
    private let free: Atomic<Int>
    /// Crawls that hold less than their share and found no permit, a bit each; one is set until it has got one.
    private let hungry = Atomic<UInt64>(0)
    /// The crawl that got a permit last, where no share is a whole permit. The next turn is that of the hungry one behind it.
    private let lastServed = Atomic<Int>(SharedPermits.capacity - 1)
    /// Crawls with loops to be woken when a permit comes back, a bit each.
    private let starved = Atomic<UInt64>(0)
    private let memberCount = Atomic<Int>(0)
    private let members = Mutex<[Int: @Sendable () -> Void]>([:])

    /// Crawls that can take part at once.
    package static let capacity = 64

    /// - Precondition: at least 1.
    package init(total: Int) {
        precondition(total >= 1, "there is at least one permit")
        self.total = total
        free = Atomic(total)
    }

    /// Requests under way in all crawls.
    package var inFlight: Int { total - free.load(ordering: .relaxed) }

    /// Takes a crawl in.
    ///
    /// - Parameter wake: lets its loops look for permits again. From any thread.
    /// - Returns: its number, from 0 to 63.
    /// - Precondition: there are no more than ``capacity``.
    func join(wake: @escaping @Sendable () -> Void) -> Int {
        members.withLock { members in
            let number = (0..<SharedPermits.capacity).first { members[$0] == nil }
            guard let number else {
                preconditionFailure("more crawls than \(SharedPermits.capacity) at once")
            }
            members[number] = wake
            memberCount.store(members.count, ordering: .relaxed)
            return number
        }
    }

    /// Lets a crawl go that holds no permit.
    func leave(_ member: Int) {
        members.withLock { members in
            members[member] = nil
            memberCount.store(members.count, ordering: .relaxed)
        }
        hungry.clear(1 << UInt64(member))
        wakeStarved()
    }

    /// Whether a crawl that holds so many may start one more request. Where it may not, it is woken when it may.
    func acquire(member: Int, holding held: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(member)
        let share = total / max(1, memberCount.load(ordering: .relaxed))
        if !standsBack(member, holding: held, share), take(member, share) { return true }
        if held < max(1, share) { hungry.bitwiseOr(bit, ordering: .sequentiallyConsistent) }
        starved.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        // A permit may have come back, or the turn may have, before our wish was noted.
        return !standsBack(member, holding: held, share) && take(member, share)
    }

    private func standsBack(_ member: Int, holding held: Int, _ share: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(member)
        let hungry = hungry.load(ordering: .sequentiallyConsistent)
        guard hungry & ~bit != 0, held >= share else { return false }
        // A crawl that has just given its only permit back is not hungry yet, and so comes after those that are.
        return hungry & bit == 0 || next(of: hungry) != member
    }

    /// Whose turn it is among some crawls, a bit each; at least one.
    private func next(of crawls: UInt64) -> Int {
        let first = (lastServed.load(ordering: .sequentiallyConsistent) + 1) % SharedPermits.capacity
        let behind = crawls & (.max << UInt64(first))
        return (behind == 0 ? crawls : behind).trailingZeroBitCount
    }

    private func take(_ member: Int, _ share: Int) -> Bool {
        guard free.takeOne() else { return false }
        if share == 0 { lastServed.store(member, ordering: .sequentiallyConsistent) }
        let bit: UInt64 = 1 << UInt64(member)
        if hungry.load(ordering: .sequentiallyConsistent) & bit != 0 { forgo(member) }
        return true
    }

    /// Notes that a crawl wants no more than it has, so that nobody stands back for it.
    func forgo(_ member: Int) {
        hungry.clear(1 << UInt64(member))
        if free.load(ordering: .sequentiallyConsistent) > 0 { wakeStarved() }
    }

    /// Gives a permit back.
    func release() {
        free.add(1, ordering: .sequentiallyConsistent)
        wakeStarved()
    }

    private func wakeStarved() {
        guard starved.load(ordering: .sequentiallyConsistent) != 0 else { return }
        let bits = starved.exchange(0, ordering: .sequentiallyConsistent)
        members.withLock { members in
            for (number, wake) in members where bits & (1 << UInt64(number)) != 0 { wake() }
        }
    }
}
