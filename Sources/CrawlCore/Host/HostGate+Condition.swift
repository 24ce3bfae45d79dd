/// What the gate learns about its hosts.
extension HostGate {
    /// The conditions that changed since this was last called.
    package mutating func takeChangedConditions(now: MonotonicInstant) -> [(HostID, HostCondition)] {
        defer {
            changed.removeAll(keepingCapacity: true)
            hasUrgentChange = false
        }
        return changed.map { index in
            hosts[index].isChanged = false
            let condition = (hosts[index].id, condition(at: index, now: now))
            schedule(index, now: now)  // It may have been kept for this alone.
            return condition
        }
    }

    /// Whether ``takeChangedConditions(now:)`` has any to give.
    package var hasChangedConditions: Bool { !changed.isEmpty }

    /// Whether one of them is to be kept at once, since it has to outlive a kill: a wait that a host asks for.
    package var hasUrgentConditions: Bool { hasUrgentChange }

    /// The least time between two starts to a host.
    func interval(of index: Int) -> Duration {
        guard let pace = hosts[index].pace else { return hosts[index].limits.delay }
        return max(pace.interval, hosts[index].limits.delay)
    }

    /// The time between a start to a host and the next one.
    ///
    /// - Parameter fraction: chooses it, from 0 for the least to 1 for the longest.
    func interval(of index: Int, fraction: () -> Double) -> Duration {
        let spread = hosts[index].limits.spread
        guard spread > .zero else { return interval(of: index) }
        return max(interval(of: index), hosts[index].limits.delay + spread * min(max(fraction(), 0), 1))
    }

    mutating func restore(_ condition: HostCondition, at index: Int, now: MonotonicInstant) {
        if condition.snooze > .zero {
            let until = now + condition.snooze
            hosts[index].snoozedUntil = until
            hosts[index].nextStart = max(hosts[index].nextStart, until)
        }
        if let paused = condition.paused, !paused.isEmpty {
            var pools = hosts[index].pools ?? HostPools(poolRules, inFlight: hosts[index].inFlight)
            for pool in paused { pools.restore(pool, now: now) }
            hosts[index].pools = pools
        }
        if hosts[index].pace == nil {
            hosts[index].pace = condition.rate.flatMap { HostPace(restoring: $0, now: now) }
        }
        if hosts[index].circuit == nil, condition.failures > 0 {
            hosts[index].circuit = HostCircuit(
                restoring: condition.failures, wait: condition.probeAfter ?? .zero, policy: circuitPolicy,
                now: now)
        }
    }

    /// Applies what the end of a request tells about its host.
    mutating func note(
        _ signal: HostSignal, at index: Int, sentAt: MonotonicInstant,
        fraction: @autoclosure () -> Double,
        now: MonotonicInstant
    ) -> HostCircuit.Verdict {
        switch signal {
        case .exhausted(let wait), .turnedAway(let wait):
            hosts[index].circuit = nil
            // A wait that is too long for this job may not be for others.
            let longest = if case .exhausted = signal { RetryAfter.longestKept } else { RetryAfter.longest }
            snooze(index, for: min(wait, .seconds(longest)), now: now)
            noteChange(of: index)
        case .answered:
            hosts[index].slowings = 0
            if hosts[index].circuit != nil {
                hosts[index].circuit = nil
                noteChange(of: index)
            }
            if let pace = hosts[index].pace {
                hosts[index].pace = pace.raised
                noteChange(of: index)
            }
        case .throttled(let wait):
            hosts[index].circuit = nil
            slow(index, sentAt: sentAt, now: now)
            if let wait { snooze(index, for: wait, now: now) }
            noteChange(of: index)
        case .timedOut:
            hosts[index].circuit = nil
            if let pace = hosts[index].pace {
                hosts[index].pace = pace.lowered(
                    sentAt: sentAt, now: now, lowest: HostPace.lowestRateOfTimeOuts)
            } else {
                hosts[index].pace = HostPace(timedOutAt: hosts[index].recent.rate(now: now), now: now)
            }
            noteChange(of: index)
        case .unreachable:
            var circuit = hosts[index].circuit ?? HostCircuit()
            let verdict = circuit.failed(fraction: fraction(), policy: circuitPolicy, now: now)
            hosts[index].circuit = circuit
            noteChange(of: index)
            return verdict
        case .none:
            hosts[index].circuit?.abandoned(now: now)
        case .refused: break  // See the one for pools.
        }
        return .counted
    }

    /// Makes requests to a host rarer, after a 429 or 503.
    mutating func slow(_ index: Int, sentAt: MonotonicInstant, now: MonotonicInstant) {
        let lowered =
            hosts[index].pace.map { $0.lowered(sentAt: sentAt, now: now) }
            ?? HostPace(observed: hosts[index].recent.rate(now: now), now: now)
        if lowered != hosts[index].pace { hosts[index].slowings += 1 }
        hosts[index].pace = lowered
    }

    mutating func snooze(_ index: Int, for wait: Duration, now: MonotonicInstant) {
        let until = max(hosts[index].snoozedUntil ?? now, now + wait)
        hosts[index].snoozedUntil = until
        hosts[index].nextStart = max(hosts[index].nextStart, until)
    }

    mutating func noteChange(of index: Int, isUrgent: Bool = true) {
        if isUrgent { hasUrgentChange = true }
        guard !hosts[index].isChanged else { return }
        hosts[index].isChanged = true
        changed.append(index)
    }

    private func condition(at index: Int, now: MonotonicInstant) -> HostCondition {
        var condition = HostCondition()
        if let until = hosts[index].snoozedUntil, until > now { condition.snooze = until - now }
        condition.rate = hosts[index].pace?.rate
        condition.failures = hosts[index].circuit?.failures ?? 0
        if let tightest = hosts[index].pools?.tightest(now: now) {
            condition.allowance = HostCondition.Allowance(
                remaining: tightest.remaining, reset: tightest.reset)
        }
        if let pools = hosts[index].pools, pools.hasNames { condition.paused = pools.paused(now: now) }
        switch hosts[index].circuit?.state {
        case .open(let until)?: condition.probeAfter = max(until - now, .zero)
        case .halfOpen?, .givenUp?: condition.probeAfter = .zero
        case .closed?, nil: break
        }
        return condition
    }
}

/// How many requests a host was sent lately.
struct RecentStarts {
    private var windowEnd: MonotonicInstant?
    private var starts = 0
    /// The count of the window before, which ended when this one began; 0 after a pause.
    private var startsBefore = 0

    private static let window: Duration = .seconds(5)

    mutating func add(now: MonotonicInstant) {
        if let windowEnd, now < windowEnd {
            starts += 1
            return
        }
        startsBefore = windowEnd.map { now < $0 + RecentStarts.window ? starts : 0 } ?? 0
        windowEnd = now + RecentStarts.window
        starts = 1
    }

    /// Starts a second over the last five to ten seconds.
    func rate(now: MonotonicInstant) -> Double {
        guard let windowEnd else { return 0 }
        var elapsed = RecentStarts.window - (windowEnd - now)
        if startsBefore > 0 { elapsed += RecentStarts.window }
        // Less than a second gives no rate: a volley is not one.
        return Double(starts + startsBefore) / max(elapsed / .seconds(1), 1)
    }
}
