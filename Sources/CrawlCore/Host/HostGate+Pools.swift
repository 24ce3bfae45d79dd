internal import DequeModule

/// Limits that a host tells of, and those that a job names for some of its requests.
extension HostGate {
    /// Takes the first request of the queue whose pool may start one.
    mutating func take(_ slot: inout Slot, now: MonotonicInstant) -> PageRequest? {
        guard var pools = hosts[slot.index].pools else { return nil }
        let place = hosts[slot.index].queue.firstIndex { request in
            pools.start(of: pools.pool(of: request)).map { $0 <= now } ?? true
        }
        guard let place else { return nil }
        let request = hosts[slot.index].queue.remove(at: place)
        slot.pool = pools.pool(of: request)
        slot.seen = pools.finished(of: slot.pool)
        pools.started(slot.pool, now: now)
        hosts[slot.index].pools = pools
        return request
    }

    /// Takes one start of the host's burst.
    mutating func spend(_ index: Int, now: MonotonicInstant) {
        guard let burst = hosts[index].limits.burst else { return }
        let full = max(hosts[index].fullAt ?? now, now) + burst.interval
        hosts[index].fullAt = full
        hosts[index].nextStart = max(hosts[index].nextStart, full - burst.slack)
    }

    /// Counts a request that is over in its pool.
    ///
    /// - Returns: the pool that its reply speaks of.
    mutating func count(
        _ slot: Slot, wasSent: Bool, name: String?, _ allowance: RateAllowance?, now: MonotonicInstant
    ) -> Int {
        var pools =
            hosts[slot.index].pools ?? HostPools(poolRules, inFlight: hosts[slot.index].inFlight + 1)
        hosts[slot.index].pools = nil
        let pool = pools.finished(
            slot.pool, seen: slot.seen, wasSent: wasSent, name: name, allowance, now: now)
        hosts[slot.index].pools = pools
        if let allowance { noteChange(of: slot.index, isUrgent: pool != 0 && allowance.remaining == 0) }
        return pool
    }

    /// When the first pool that has a request queued may start one; nil for any time.
    func poolStart(of index: Int) -> MonotonicInstant? {
        guard let pools = hosts[index].pools else { return nil }
        var earliest: MonotonicInstant?
        for request in hosts[index].queue {
            guard let start = pools.start(of: pools.pool(of: request)), start > hosts[index].nextStart else {
                return nil
            }
            earliest = min(earliest ?? start, start)
        }
        return earliest
    }

    /// Applies what a reply tells of the pool that it speaks of.
    ///
    /// - Returns: nil where it tells nothing, or nothing that is not the whole host's.
    mutating func note(
        _ signal: HostSignal, of slot: Slot, inPool pool: Int, now: MonotonicInstant
    ) -> HostCircuit.Verdict? {
        let index = slot.index
        let longest: Duration = .seconds(RetryAfter.longestKept)
        switch signal {
        case .refused(let asked, let slows, let grows):
            let refusals = hosts[index].pools?.refused(startedAt: slot.startedAt, now: now) ?? 1
            let isFree = refusals <= HostPools.freeRefusals
            let wait = grows ? min(asked * (1 << min(refusals - 1, 10)), .seconds(RetryAfter.longest)) : asked
            hosts[index].circuit = nil
            if slows { slow(index, sentAt: slot.startedAt, now: now) }
            if pool == 0 {
                snooze(index, for: min(wait, longest), now: now)
            } else {
                hosts[index].pools?.pause(pool, for: min(wait, longest), now: now)
            }
            noteChange(of: index)
            return isFree ? .setAside(until: now + wait) : .counted
        case .exhausted where pool != 0, .throttled(wait: .some) where pool != 0:
            if case .throttled(let wait?) = signal {
                hosts[index].pools?.pause(pool, for: min(wait, longest), now: now)
            }
            hosts[index].circuit = nil
            return .counted
        case .answered:
            hosts[index].pools?.answered(startedAt: slot.startedAt)
            return nil
        default: return nil
        }
    }

    /// How long the pool of a request takes none; zero where it takes some.
    package func pause(of request: PageRequest, now: MonotonicInstant) -> Duration {
        guard !hosts.isEmpty, let index = index(of: request.host), let pools = hosts[index].pools else {
            return .zero
        }
        return pools.pause(of: pools.pool(of: request), now: now)
    }

    /// Takes out the requests of pools that take none for a while, which would stand in the way of those that follow. What
    /// goes on with an attempt stays.
    ///
    /// - Parameter least: how long a while is.
    /// - Returns: each with what is left of it.
    package mutating func takePaused(
        _ slot: Slot, for least: Duration, now: MonotonicInstant
    ) -> [(request: PageRequest, wait: Duration)] {
        guard let pools = hosts[slot.index].pools, pools.hasNames else { return [] }
        var taken: [(PageRequest, Duration)] = []
        var kept = Deque<PageRequest>()
        var places: [Int: Int] = [:]
        for request in hosts[slot.index].queue {
            let pool = pools.pool(of: request)
            let wait = pool == 0 ? .zero : pools.wait(of: pool, behind: places[pool, default: 0], now: now)
            places[pool, default: 0] += 1
            if wait > least, request.chain == nil, let page = request.page, page.message == nil {
                taken.append((request, wait))
            } else {
                kept.append(request)
            }
        }
        guard !taken.isEmpty else { return [] }
        hosts[slot.index].queue = kept
        queued -= taken.count
        if hosts[slot.index].isReady { readyRequests -= taken.count }
        return taken
    }
}
