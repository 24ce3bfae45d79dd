internal import DequeModule
internal import HeapModule

/// Admits requests to hosts: never more than so many at once to one host, never two starts closer than its
/// delay, and hosts take turns.
///
/// The gate slows down for a host that asks for it. A host that sends `Retry-After` is left alone until then. A host
/// that throttles is paced (``HostPace``). A host that cannot be reached is set aside and probed (``HostCircuit``).
///
/// The gate is a plain value that one crawl loop owns. It has no clock: each call is handed the present instant. A
/// host that admits nothing costs nothing: a waiting host is in a heap, and a host with all its requests under way is
/// in no queue at all. Each call costs O(1), or O(log hosts) where a host waits.
///
/// It cannot be copied: a question that another module asks would copy it first.
package struct HostGate: ~Copyable {
    /// A host's place in the gate. ``next(now:)`` hands it out, and ``finished(_:wasSent:_:fraction:now:)`` takes it
    /// back.
    package struct Slot: Hashable, Sendable {
        let index: Int
        let startedAt: MonotonicInstant
        /// Its pool, and how many of that had ended when it started; 0 where the host has none.
        var pool = 0
        var seen = 0
    }

    struct Host {
        var id: HostID
        var limits: HostLimits
        /// Between ``open(_:limits:condition:now:)`` and ``close(_:now:)``.
        var isOpen = false
        var queue = Deque<PageRequest>()
        var inFlight = 0
        /// The earliest instant of the next start.
        var nextStart: MonotonicInstant
        /// A request was started and has not gone out yet. Where the host has a delay, the next start waits for that.
        var isStarting = false
        /// In `ready`.
        var isReady = false
        /// In `waiting`.
        var isWaiting = false
        /// The instant until which the host asks to be left alone.
        var snoozedUntil: MonotonicInstant?
        var pace: HostPace?
        /// How often its rate was lowered for a 429 or 503 since it last answered with anything else.
        var slowings = 0
        var circuit: HostCircuit?
        var recent = RecentStarts()
        /// In `changed`.
        var isChanged = false
        /// When as many requests may start at once as the limits allow; nil for now.
        var fullAt: MonotonicInstant?
        /// What the host takes of requests that it counts; nil where nothing is known of that.
        var pools: HostPools?
    }

    private struct Wake: Comparable {
        let at: MonotonicInstant
        let index: Int
        static func < (one: Wake, other: Wake) -> Bool { one.at < other.at }
    }

    /// The limits of hosts that were not opened.
    private let limits: HostLimits
    let circuitPolicy: HostCircuit.Policy
    /// The pools that the job names, by the names of its requests.
    let poolRules: [String: PoolRule]
    /// The hosts by slot. A free slot keeps its last host, without requests.
    var hosts: [Host] = []
    /// Slots of hosts whose condition changed since it was last asked for.
    var changed: [Int] = []
    /// Whether one of them has to be kept at once, since it must outlive a kill.
    var hasUrgentChange = false
    private var free: [Int] = []
    private var indices: [HostID: Int] = [:]
    private var ready = Deque<Int>()
    private var waiting = Heap<Wake>()

    /// Requests that are queued.
    package internal(set) var queued = 0
    /// Requests queued at hosts that may start one now, permits allowing.
    package internal(set) var readyRequests = 0

    /// With fewer requests than this queued, they are better sent one after the other on the existing connection.
    /// Another connection costs one to three round trips and more work than a page.
    private static let worthAnotherConnection = 8
    /// The most hosts that are passed over in the search for one that needs no new connection.
    private static let passes = 8

    /// An empty gate.
    ///
    /// - Parameters:
    ///   - limits: the limits of hosts that were not opened with limits of their own.
    ///   - circuitPolicy: when hosts that cannot be reached are set aside.
    ///   - pools: the pools that the job names, by the names of its requests.
    package init(
        limits: HostLimits, circuitPolicy: HostCircuit.Policy = HostCircuit.Policy(),
        pools: [String: PoolRule] = [:]
    ) {
        self.limits = limits
        self.circuitPolicy = circuitPolicy
        poolRules = pools
    }

    /// How many hosts wait for their delay or anything else, whether they have requests queued or not.
    package var waitingHosts: Int { waiting.count }

    /// The instant at which the next waiting host may start a request; nil where no host waits.
    package var nextWake: MonotonicInstant? { waiting.min?.at }

    /// Opens a host: its limits and condition are kept until it is closed.
    ///
    /// - Parameter rest: how long no request may start, whatever the condition says.
    package mutating func open(
        _ host: HostID, limits: HostLimits, condition: HostCondition, rest: Duration = .zero,
        now: MonotonicInstant
    ) {
        let index = index(of: host, now: now)
        hosts[index].isOpen = true
        hosts[index].limits = limits
        restore(condition, at: index, now: now)
        if let burst = limits.burst {
            // What is left of a burst is not known, so it is taken for used up when the host was last asked.
            hosts[index].fullAt = max(hosts[index].fullAt ?? now, now + rest)
            hosts[index].nextStart = max(hosts[index].nextStart, now + rest - burst.slack)
        } else {
            hosts[index].nextStart = max(hosts[index].nextStart, now + rest)
        }
        schedule(index, now: now)
    }

    /// Gives an open host other limits.
    package mutating func limit(_ host: HostID, _ limits: HostLimits, now: MonotonicInstant) {
        guard let index = indices[host] else { return }
        hosts[index].limits = limits
        schedule(index, now: now)
    }

    /// Closes a host. It is forgotten once it has nothing queued, nothing under way and no wait.
    package mutating func close(_ host: HostID, now: MonotonicInstant) {
        guard let index = indices[host] else { return }
        hosts[index].isOpen = false
        schedule(index, now: now)
    }

    /// Queues a request at its host: last, or first if it continues an attempt.
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

    /// The next request that may start now, from the host whose turn it is. It counts as started from here.
    package mutating func next(now: MonotonicInstant) -> (request: PageRequest, slot: Slot)? {
        wake(now: now)
        passOver(now: now)
        guard let index = popReady() else { return nil }
        var slot = Slot(index: index, startedAt: now)
        guard let request = hosts[index].pools == nil ? hosts[index].queue.popFirst() : take(&slot, now: now)
        else { return nil }
        queued -= 1
        hosts[index].inFlight += 1
        hosts[index].recent.add(now: now)
        hosts[index].circuit?.started()
        let interval = interval(of: index)
        if interval > .zero || hosts[index].limits.spread > .zero {
            hosts[index].isStarting = true
            hosts[index].nextStart = now + interval
        }
        if hosts[index].limits.burst != nil { spend(index, now: now) }
        schedule(index, now: now)
        return (request, slot)
    }

    /// Notes that a started request goes out now: the host's delay counts from here.
    ///
    /// - Parameter fraction: a random number from 0 to 1, for the delay of a host whose delays differ.
    package mutating func sent(
        _ slot: Slot, fraction: @autoclosure () -> Double, now: MonotonicInstant
    ) {
        // The host may have asked to be left alone for longer than the delay.
        hosts[slot.index].isStarting = false
        let next = now + interval(of: slot.index, fraction: fraction)
        hosts[slot.index].nextStart = max(hosts[slot.index].nextStart, next)
        hosts[slot.index].pools?.sent(slot.pool, now: now)
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
    ///   - fraction: a random number from 0 to 1.
    ///   - allowance: how many more requests the host takes, as it says with its reply; nil where it does not.
    ///   - name: of the request; nil for none.
    /// - Returns: what a failure to connect means for the page, or a refusal because of a limit; ``HostCircuit/Verdict/counted``
    ///   for any other end.
    package mutating func finished(
        _ slot: Slot, wasSent: Bool, _ signal: HostSignal, fraction: @autoclosure () -> Double,
        allowance: RateAllowance? = nil, name: String? = nil, now: MonotonicInstant
    ) -> HostCircuit.Verdict {
        hosts[slot.index].inFlight -= 1
        if !wasSent { hosts[slot.index].isStarting = false }
        if allowance != nil || hosts[slot.index].pools != nil || signal.isRefusal {
            let pool = count(slot, wasSent: wasSent, name: name, allowance, now: now)
            if let verdict = note(signal, of: slot, inPool: pool, now: now) {
                schedule(slot.index, now: now)
                return verdict
            }
        }
        let verdict = note(
            signal, at: slot.index, sentAt: slot.startedAt, fraction: fraction(), now: now)
        schedule(slot.index, now: now)
        return verdict
    }

    /// How often requests to a host were made rarer, for a 429 or 503, since it last answered with anything else.
    package func slowings(of host: HostID) -> Int {
        indices[host].map { hosts[$0].slowings } ?? 0
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

    /// The place of a host that the gate knows.
    func index(of host: HostID) -> Int? { indices[host] }

    private mutating func index(of host: HostID, now: MonotonicInstant) -> Int {
        if let index = indices[host] { return index }
        var entry = Host(id: host, limits: limits, nextStart: now)
        if !poolRules.isEmpty { entry.pools = HostPools(poolRules, inFlight: 0) }
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
        // The fields are read one by one, because a copy of the host would retain its queue.
        guard !hosts[index].isReady else { return }
        if hosts[index].isWaiting {
            // What a host with pools waits for may come earlier than was thought: another pool has a request now.
            guard let wake = hosts[index].pools?.wake, let start = start(of: index), start < wake else {
                return
            }
        }
        guard !hosts[index].queue.isEmpty else {
            guard hosts[index].inFlight == 0, !hosts[index].isOpen else { return }
            // The delay is kept after the queue is empty: requests for the host may come before it is over.
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

    /// The instant at which a host may start its next request; nil where a request under way has to end first.
    private func start(of index: Int) -> MonotonicInstant? {
        guard hosts[index].inFlight < hosts[index].limits.perHost, !hosts[index].isStarting else {
            return nil
        }
        var next = hosts[index].nextStart
        if hosts[index].pools != nil, let start = poolStart(of: index) { next = max(next, start) }
        guard let circuit = hosts[index].circuit else { return next }
        let start = max(circuit.probeAt ?? next, next)
        return circuit.allowsStart(inFlight: hosts[index].inFlight, now: start) ? start : nil
    }

    private mutating func wait(_ index: Int, until instant: MonotonicInstant) {
        hosts[index].isWaiting = true
        hosts[index].pools?.wake = instant
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

    /// Moves hosts that are no longer ready out of the queue of ready hosts, until its first host is ready. A host
    /// may have been held, or have lost its requests, since it was queued there.
    private mutating func dropUnready(now: MonotonicInstant) {
        while let first = ready.first, !isStillReady(first, now: now), let index = popReady() {
            schedule(index, now: now)
        }
    }

    /// Moves hosts that would need a new connection for their next request behind those that need none. The requests
    /// that such a host has under way end soon, and then a connection is free.
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
