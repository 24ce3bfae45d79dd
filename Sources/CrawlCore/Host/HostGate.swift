internal import DequeModule
internal import HeapModule

/// Admits requests to hosts: never more than so many at once to one host, never two starts closer than its
/// delay, and hosts take turns.
///
/// A host that asks for less gets less: one that says when to come again is left alone until then, one that
/// throttles is paced (``HostPace``), one that cannot be reached is set aside and probed (``HostCircuit``).
///
/// A plain value that one crawl loop owns; it knows no clock but the instants it is handed. What admits
/// nothing costs nothing: a host that waits is in a heap, a host that is full in no queue at all.
/// Each call costs O(1), or O(log hosts) where something is waited out.
package struct HostGate {
    /// Where a host stands in the gate; what ``next(now:)`` hands out goes back in
    /// ``finished(_:wasSent:_:fraction:now:)``.
    package struct Slot: Hashable, Sendable {
        let index: Int
        fileprivate let startedAt: MonotonicInstant
    }

    struct Host {
        var id: HostID
        var limits: HostLimits
        /// Between ``open(_:limits:condition:now:)`` and ``close(_:now:)``.
        var isOpen = false
        var queue = Deque<PageRequest>()
        var inFlight = 0
        /// No start before it.
        var nextStart: MonotonicInstant
        /// A request was started and is not known to be sent: where a delay counts, the next one waits for that.
        var isStarting = false
        /// In `ready`.
        var isReady = false
        /// In `waiting`.
        var isWaiting = false
        /// Until when the host asks to be left alone.
        var snoozedUntil: MonotonicInstant?
        var pace: HostPace?
        var circuit: HostCircuit?
        var recent = RecentStarts()
        /// In `changed`.
        var isChanged = false
    }

    private struct Wake: Comparable {
        let at: MonotonicInstant
        let index: Int
        static func < (one: Wake, other: Wake) -> Bool { one.at < other.at }
    }

    /// Of hosts that were not opened.
    private let limits: HostLimits
    let circuitPolicy: HostCircuit.Policy
    /// By slot. One that is free keeps the host it had last, without requests.
    var hosts: [Host] = []
    /// Slots of hosts whose condition changed since it was last asked for.
    var changed: [Int] = []
    private var free: [Int] = []
    private var indices: [HostID: Int] = [:]
    private var ready = Deque<Int>()
    private var waiting = Heap<Wake>()

    /// Requests that are queued.
    package private(set) var queued = 0
    /// Requests that are queued at hosts of which one may start at once, permits allowing.
    package private(set) var readyRequests = 0

    /// With fewer requests queued, it is better to send them one after the other on the connection that is there than to
    /// make another for them, which costs a round trip or three and more work than a page.
    private static let worthAnotherConnection = 8
    /// How many hosts are passed over at most in the search for one that needs no other connection.
    private static let passes = 8

    /// An empty gate.
    ///
    /// - Parameters:
    ///   - limits: of hosts that were not opened with limits of their own.
    ///   - circuitPolicy: when hosts that cannot be reached are set aside.
    package init(limits: HostLimits, circuitPolicy: HostCircuit.Policy = HostCircuit.Policy()) {
        self.limits = limits
        self.circuitPolicy = circuitPolicy
    }

    /// Hosts that wait out their delay, or whatever else keeps them waiting, with requests queued or without.
    package var waitingHosts: Int { waiting.count }

    /// When a host's delay is over next; nil where none waits.
    package var nextWake: MonotonicInstant? { waiting.min?.at }

    /// Takes a host in, to be kept with its limits and condition until it is closed.
    ///
    /// - Parameter rest: how long nothing may start, whatever the condition says.
    package mutating func open(
        _ host: HostID, limits: HostLimits, condition: HostCondition, rest: Duration = .zero,
        now: MonotonicInstant
    ) {
        let index = index(of: host, now: now)
        hosts[index].isOpen = true
        hosts[index].limits = limits
        restore(condition, at: index, now: now)
        hosts[index].nextStart = max(hosts[index].nextStart, now + rest)
        schedule(index, now: now)
    }

    /// Gives an open host other limits.
    package mutating func limit(_ host: HostID, _ limits: HostLimits, now: MonotonicInstant) {
        guard let index = indices[host] else { return }
        hosts[index].limits = limits
        schedule(index, now: now)
    }

    /// Lets a host go: forgotten once it has nothing queued, nothing under way and no wait.
    package mutating func close(_ host: HostID, now: MonotonicInstant) {
        guard let index = indices[host] else { return }
        hosts[index].isOpen = false
        schedule(index, now: now)
    }

    /// Queues a request at its host: behind the others, or before them where it goes on with an attempt.
    package mutating func add(_ request: PageRequest, first: Bool = false, now: MonotonicInstant) {
        let index = index(of: request.host, now: now)
        if first { hosts[index].queue.prepend(request) } else { hosts[index].queue.append(request) }
        queued += 1
        if hosts[index].isReady { readyRequests += 1 }
        schedule(index, now: now)
    }

    /// Whether another request is queued at the host of a started one.
    package func hasQueued(_ slot: Slot) -> Bool { !hosts[slot.index].queue.isEmpty }

    /// Whether a request may be started now.
    package mutating func isReady(now: MonotonicInstant) -> Bool {
        wake(now: now)
        return !ready.isEmpty
    }

    /// The next request that may be started now, of the host whose turn it is; it counts as started.
    package mutating func next(now: MonotonicInstant) -> (request: PageRequest, slot: Slot)? {
        wake(now: now)
        passOver(now: now)
        guard let index = popReady(), let request = hosts[index].queue.popFirst() else {
            return nil
        }
        queued -= 1
        hosts[index].inFlight += 1
        hosts[index].recent.add(now: now)
        hosts[index].circuit?.started()
        let interval = interval(of: index)
        if interval > .zero {
            hosts[index].isStarting = true
            hosts[index].nextStart = now + interval
        }
        schedule(index, now: now)
        return (request, Slot(index: index, startedAt: now))
    }

    /// Notes that a started request goes out now: the host's delay counts from here.
    package mutating func sent(_ slot: Slot, now: MonotonicInstant) {
        // A hold may reach further than the delay.
        hosts[slot.index].isStarting = false
        hosts[slot.index].nextStart = max(hosts[slot.index].nextStart, now + interval(of: slot.index))
        schedule(slot.index, now: now)
    }

    /// Whether a request that went out already, and met a connection that the host was giving up, may go out once more
    /// at once. The host may have seen it.
    package func maySendAgain(_ slot: Slot, now: MonotonicInstant) -> Bool {
        hosts[slot.index].nextStart <= now
    }

    /// Notes that a started request is over, and what that tells of its host.
    ///
    /// - Parameters:
    ///   - wasSent: whether ``sent(_:now:)`` was called for it.
    ///   - fraction: chance, from 0 to 1.
    /// - Returns: what a failure to connect means for the page; ``HostCircuit/Verdict/counted`` where it was none.
    package mutating func finished(
        _ slot: Slot, wasSent: Bool, _ signal: HostSignal, fraction: @autoclosure () -> Double,
        now: MonotonicInstant
    ) -> HostCircuit.Verdict {
        hosts[slot.index].inFlight -= 1
        if !wasSent { hosts[slot.index].isStarting = false }
        let verdict = note(
            signal, at: slot.index, sentAt: slot.startedAt, fraction: fraction(), now: now)
        schedule(slot.index, now: now)
        return verdict
    }

    /// Takes out every request that has not been started.
    package mutating func removeAll() -> [PageRequest] {
        hosts.indices.flatMap { removeQueue(of: $0) }
    }

    /// Takes out every request of a host that has not been started.
    package mutating func removeAll(of host: HostID) -> [PageRequest] {
        indices[host].map { removeQueue(of: $0) } ?? []
    }

    private mutating func removeQueue(of index: Int) -> [PageRequest] {
        let requests = Array(hosts[index].queue)
        hosts[index].queue.removeAll()
        queued -= requests.count
        if hosts[index].isReady { readyRequests -= requests.count }
        return requests
    }

    private mutating func index(of host: HostID, now: MonotonicInstant) -> Int {
        if let index = indices[host] { return index }
        let entry = Host(id: host, limits: limits, nextStart: now)
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
    mutating func schedule(_ index: Int, now: MonotonicInstant) {
        // Field by field: a copy of the host would hold its queue as well.
        guard !hosts[index].isReady, !hosts[index].isWaiting else { return }
        guard !hosts[index].queue.isEmpty else {
            guard hosts[index].inFlight == 0, !hosts[index].isOpen else { return }
            // The delay outlives the queue: the host may be back before it is over.
            if hosts[index].nextStart > now {
                wait(index, until: hosts[index].nextStart)
            } else if !hosts[index].isChanged {
                forget(index)
            }
            return
        }
        guard let start = start(of: index) else { return }
        if start > now {
            wait(index, until: start)
        } else {
            hosts[index].isReady = true
            ready.append(index)
            readyRequests += hosts[index].queue.count
        }
    }

    /// Takes out the host that is the first of the ready ones.
    private mutating func popReady() -> Int? {
        guard let index = ready.popFirst() else { return nil }
        hosts[index].isReady = false
        readyRequests -= hosts[index].queue.count
        return index
    }

    /// When a host may get its next request; nil where something has to end first.
    private func start(of index: Int) -> MonotonicInstant? {
        guard hosts[index].inFlight < hosts[index].limits.perHost, !hosts[index].isStarting else {
            return nil
        }
        guard let circuit = hosts[index].circuit else { return hosts[index].nextStart }
        let start = max(circuit.probeAt ?? hosts[index].nextStart, hosts[index].nextStart)
        return circuit.allowsStart(inFlight: hosts[index].inFlight, now: start) ? start : nil
    }

    private mutating func wait(_ index: Int, until instant: MonotonicInstant) {
        hosts[index].isWaiting = true
        waiting.insert(Wake(at: instant, index: index))
    }

    private mutating func wake(now: MonotonicInstant) {
        while let first = waiting.min, first.at <= now {
            waiting.removeMin()
            hosts[first.index].isWaiting = false
            schedule(first.index, now: now)
        }
        dropUnready(now: now)
    }

    /// Puts hosts that were held, or lost their requests, after they became ready where they now belong, until one that is
    /// ready is the first.
    private mutating func dropUnready(now: MonotonicInstant) {
        while let first = ready.first, !isStillReady(first, now: now), let index = popReady() {
            schedule(index, now: now)
        }
    }

    /// Lets hosts that need another connection for their next request go behind those that need none. What a host has
    /// under way will be over soon, and its connection free.
    private mutating func passOver(now: MonotonicInstant) {
        for _ in 0..<min(HostGate.passes, ready.count) {
            guard let first = ready.first, hosts[first].inFlight > 0,
                hosts[first].queue.count < HostGate.worthAnotherConnection
            else { return }
            ready.append(ready.removeFirst())
            dropUnready(now: now)
        }
    }

    private func isStillReady(_ index: Int, now: MonotonicInstant) -> Bool {
        guard !hosts[index].queue.isEmpty, let start = start(of: index) else { return false }
        return start <= now
    }

    private mutating func forget(_ index: Int) {
        indices[hosts[index].id] = nil
        free.append(index)
    }
}
