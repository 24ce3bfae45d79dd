internal import DequeModule
internal import HeapModule

/// Admits requests to hosts: never more than so many at once to one host, never two starts closer than its
/// delay, and hosts take turns.
///
/// A plain value that one crawl loop owns; it knows no clock but the instants it is handed. What admits
/// nothing costs nothing: a host that waits out its delay is in a heap, a host that is full in no queue at all.
/// Each call costs O(1), or O(log hosts) where a delay is waited out.
public struct HostGate {
    /// Where a host stands in the gate; what ``next(now:)`` hands out goes back in ``finished(_:wasSent:now:)``.
    public struct Slot: Hashable, Sendable {
        fileprivate let index: Int
    }

    private struct Host {
        var id: HostID
        var queue = Deque<PageRequest>()
        var inFlight = 0
        /// No start before it.
        var nextStart: ContinuousClock.Instant
        /// A request was started and is not known to be sent: where a delay counts, the next one waits for that.
        var isStarting = false
        /// In `ready`.
        var isReady = false
        /// In `waiting`.
        var isWaiting = false
    }

    private struct Wake: Comparable {
        let at: ContinuousClock.Instant
        let index: Int
        static func < (one: Wake, other: Wake) -> Bool { one.at < other.at }
    }

    private let perHost: Int
    private let delay: Duration
    /// By slot. One that is free keeps the host it had last, without requests.
    private var hosts: [Host] = []
    private var free: [Int] = []
    private var indices: [HostID: Int] = [:]
    private var ready = Deque<Int>()
    private var waiting = Heap<Wake>()

    /// Requests that are queued.
    public private(set) var queued = 0

    /// An empty gate.
    ///
    /// - Parameters:
    ///   - perHost: the most requests under way to one host; at least 1.
    ///   - delay: the least time between two starts to one host.
    public init(perHost: Int, delay: Duration) {
        precondition(perHost >= 1, "a host must be allowed one request")
        self.perHost = perHost
        self.delay = delay
    }

    /// Hosts that wait out their delay, with requests queued or without.
    public var waitingHosts: Int { waiting.count }

    /// When a host's delay is over next; nil where none waits.
    public var nextWake: ContinuousClock.Instant? { waiting.min?.at }

    /// Forbids starts to a host before an instant, whatever was known of it.
    public mutating func hold(_ host: HostID, until instant: ContinuousClock.Instant) {
        let index = index(of: host, now: instant)
        hosts[index].nextStart = max(hosts[index].nextStart, instant)
    }

    /// Queues a request at its host: behind the others, or before them where it goes on with an attempt.
    public mutating func add(_ request: PageRequest, first: Bool = false, now: ContinuousClock.Instant) {
        let index = index(of: request.host, now: now)
        if first { hosts[index].queue.prepend(request) } else { hosts[index].queue.append(request) }
        queued += 1
        schedule(index, now: now)
    }

    /// Whether a request may be started now.
    public mutating func isReady(now: ContinuousClock.Instant) -> Bool {
        wake(now: now)
        return !ready.isEmpty
    }

    /// The next request that may be started now, of the host whose turn it is; it counts as started.
    public mutating func next(now: ContinuousClock.Instant) -> (request: PageRequest, slot: Slot)? {
        wake(now: now)
        guard let index = ready.popFirst() else { return nil }
        hosts[index].isReady = false
        guard let request = hosts[index].queue.popFirst() else { return nil }
        queued -= 1
        hosts[index].inFlight += 1
        if delay > .zero {
            hosts[index].isStarting = true
            hosts[index].nextStart = now + delay
        }
        schedule(index, now: now)
        return (request, Slot(index: index))
    }

    /// Notes that a started request goes out now: the host's delay counts from here.
    public mutating func sent(_ slot: Slot, now: ContinuousClock.Instant) {
        // A hold may reach further than the delay.
        hosts[slot.index].isStarting = false
        hosts[slot.index].nextStart = max(hosts[slot.index].nextStart, now + delay)
        schedule(slot.index, now: now)
    }

    /// Notes that a started request is over.
    ///
    /// - Parameter wasSent: whether ``sent(_:now:)`` was called for it.
    public mutating func finished(_ slot: Slot, wasSent: Bool, now: ContinuousClock.Instant) {
        hosts[slot.index].inFlight -= 1
        if !wasSent { hosts[slot.index].isStarting = false }
        schedule(slot.index, now: now)
    }

    /// Takes out every request that has not been started.
    public mutating func removeAll() -> [PageRequest] {
        var requests: [PageRequest] = []
        for index in hosts.indices {
            requests.append(contentsOf: hosts[index].queue)
            hosts[index].queue.removeAll()
        }
        queued = 0
        return requests
    }

    private mutating func index(of host: HostID, now: ContinuousClock.Instant) -> Int {
        if let index = indices[host] { return index }
        let entry = Host(id: host, nextStart: now)
        let index: Int
        if let reused = free.popLast() {
            index = reused
            hosts[index] = entry
        } else {
            index = hosts.count
            hosts.append(entry)
        }
        indices[host] = index
        return index
    }

    /// Puts a host where it belongs: among the ready ones, the waiting ones, neither, or out of the gate.
    private mutating func schedule(_ index: Int, now: ContinuousClock.Instant) {
        // Field by field: a copy of the host would hold its queue as well.
        guard !hosts[index].isReady, !hosts[index].isWaiting else { return }
        let nextStart = hosts[index].nextStart
        guard !hosts[index].queue.isEmpty else {
            guard hosts[index].inFlight == 0 else { return }
            // The delay outlives the queue: the host may be back before it is over.
            if nextStart > now { wait(index, until: nextStart) } else { forget(index) }
            return
        }
        guard hosts[index].inFlight < perHost, !hosts[index].isStarting else { return }
        if nextStart > now {
            wait(index, until: nextStart)
        } else {
            hosts[index].isReady = true
            ready.append(index)
        }
    }

    private mutating func wait(_ index: Int, until instant: ContinuousClock.Instant) {
        hosts[index].isWaiting = true
        waiting.insert(Wake(at: instant, index: index))
    }

    private mutating func wake(now: ContinuousClock.Instant) {
        while let first = waiting.min, first.at <= now {
            waiting.removeMin()
            hosts[first.index].isWaiting = false
            schedule(first.index, now: now)
        }
        // A host that was held, or lost its requests, after it became ready goes where it now belongs.
        while let first = ready.first, hosts[first].queue.isEmpty || hosts[first].nextStart > now {
            ready.removeFirst()
            hosts[first].isReady = false
            schedule(first, now: now)
        }
    }

    private mutating func forget(_ index: Int) {
        indices[hosts[index].id] = nil
        free.append(index)
    }
}
