internal import CrawlCore
internal import Glibc
internal import TrawlStore

/// Waiting for a server that cannot be reached, or cannot take what it is given at the moment.
///
/// Each wait is longer than the one before, and not as long as that of others that began to wait at the same time.
struct Outage {
    private let leases: [RunnerLease]
    private let clock: @Sendable () -> MonotonicInstant
    /// When waiting ends where nobody has a lease.
    private let deadline: MonotonicInstant
    private var waits = 0
    private var isTold = false

    /// The first wait and the longest one, in seconds.
    private static let (shortest, longest) = (0.2, 10.0)
    /// How many waits pass before anybody is told: a connection that is lost is mostly made anew at once.
    private static let quietWaits = 3
    /// The most microseconds between two looks whether it is to wait any longer.
    private static let slice: UInt32 = 100_000

    /// An outage that has just begun.
    ///
    /// - Parameters:
    ///   - leases: of those who wait; they say for how long.
    ///   - patience: how long it is waited where there is no lease.
    init(
        _ leases: [RunnerLease] = [], patience: Duration = .zero,
        clock: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.leases = leases
        self.clock = clock
        deadline = clock() + patience
    }

    /// Waits before another try.
    ///
    /// - Parameter words: what is wrong.
    /// - Returns: false where there is to be no other.
    mutating func wait(_ words: String) -> Bool {
        let seconds = min(Outage.shortest * Double(1 << min(waits, 10)), Outage.longest)
        let end = clock() + .seconds(seconds * .random(in: 0.5...1))
        waits += 1
        if waits == Outage.quietWaits {
            isTold = true
            for lease in leases { lease.tell(words) }
        }
        while true {
            let now = clock()
            guard leases.isEmpty ? now < deadline : leases.contains(where: { $0.mayWait(at: now) }) else {
                return false
            }
            for lease in leases { lease.wait(at: now) }
            if now >= end { return true }
            usleep(Outage.slice)
        }
    }

    /// Tells that it is over, where anybody was told of it.
    func end() {
        if isTold { for lease in leases { lease.tell(nil) } }
    }
}
