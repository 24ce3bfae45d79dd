internal import Synchronization

/// How many requests all crawls of a process may have under way together.
///
/// A crawl that holds its even share or more takes no more while another has less than its share and wants more.
package final class SharedPermits: Sendable {
    /// Requests that all crawls together may have under way.
    package let total: Int
    private let free: Atomic<Int>
    /// Crawls that hold less than their share and found no permit, a bit each; one is set until it has got one.
    private let hungry = Atomic<UInt64>(0)
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

    /// Whether a crawl that holds so many may start one more request. Where it may not, it is woken once another is over.
    func acquire(member: Int, holding held: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(member)
        let share = max(1, total / max(1, memberCount.load(ordering: .relaxed)))
        let standsBack =
            held >= share && hungry.load(ordering: .sequentiallyConsistent) & ~bit != 0
        if !standsBack, take(bit) { return true }
        if held < share { hungry.bitwiseOr(bit, ordering: .sequentiallyConsistent) }
        starved.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        // A permit may have come back before our wish was noted.
        return !standsBack && take(bit)
    }

    private func take(_ bit: UInt64) -> Bool {
        guard free.takeOne() else { return false }
        hungry.clear(bit)
        return true
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
