import CrawlCore
import Testing

/// What a gate makes of what its hosts say of their limits.
@Suite struct HostPoolsTests {
    private let start = MonotonicInstant(sinceBoot: .seconds(100))
    private let host = HostID(rawValue: 1)

    private func gate(
        perHost: Int = 4, pools: [String: PoolRule] = [:], burst: StartBurst? = nil
    ) -> TestGate {
        let gate = TestGate(perHost: perHost, delay: .zero, burst: burst, pools: pools)
        gate.open(1, now: start)
        return gate
    }

    private func request(_ page: Int64, name: String? = nil) -> PageRequest {
        PageRequest(
            ClaimedPage(
                id: PageID(rawValue: page), host: host, batch: BatchID(rawValue: 1), url: "http://h/\(page)",
                attempts: 0, name: name))
    }

    /// Starts what may start, and tells which pages those are.
    private func starts(
        _ gate: TestGate, now: MonotonicInstant
    ) -> [(page: Int64, slot: HostGate.Slot)] {
        var started: [(Int64, HostGate.Slot)] = []
        while let (request, slot) = gate.next(now: now) {
            gate.sent(slot, now: now)
            started.append((request.page?.id.rawValue ?? 0, slot))
        }
        return started
    }

    private func end(
        _ gate: TestGate, _ slot: HostGate.Slot, _ allowance: RateAllowance? = nil,
        _ signal: HostSignal = .answered, name: String? = nil, now: MonotonicInstant
    ) -> HostCircuit.Verdict {
        gate.finished(slot, wasSent: true, signal, allowance: allowance, name: name, now: now)
    }

    @Test func `no more starts than a host says it takes, however the replies are ordered`() throws {
        let gate = gate()
        for page in 1...20 { gate.add(request(Int64(page)), now: start) }
        let first = starts(gate, now: start)
        #expect(first.count == 4)
        // The host took six, and has counted the four. The reply that it counted last comes first.
        _ = end(gate, first[3].slot, RateAllowance(remaining: 2, reset: .seconds(60)), now: start)
        _ = end(gate, first[0].slot, RateAllowance(remaining: 5, reset: .seconds(60)), now: start)
        _ = end(gate, first[1].slot, RateAllowance(remaining: 4, reset: .seconds(60)), now: start)
        _ = end(gate, first[2].slot, RateAllowance(remaining: 3, reset: .seconds(60)), now: start)
        var later = starts(gate, now: start)
        #expect(later.count <= 2)
        var left = 2
        while !later.isEmpty, left >= 0 {
            left -= later.count
            for started in later {
                _ = end(
                    gate, started.slot, RateAllowance(remaining: max(left, 0), reset: .seconds(60)),
                    now: start)
            }
            later = starts(gate, now: start)
        }
        #expect(left == 0)
        #expect(starts(gate, now: start + .seconds(59)).isEmpty)
        #expect(starts(gate, now: start + .seconds(60)).count == 4)
    }

    @Test func `the next window has the limit that the host names`() throws {
        let gate = gate()
        for page in 1...20 { gate.add(request(Int64(page)), now: start) }
        let first = starts(gate, now: start)
        let spent = RateAllowance(
            remaining: 1, reset: .seconds(10), refill: .window(limit: 2, .seconds(10)))
        for started in first { _ = end(gate, started.slot, spent, now: start) }
        let last = starts(gate, now: start)
        #expect(last.count == 1)
        _ = end(
            gate, last[0].slot,
            RateAllowance(remaining: 0, reset: .seconds(10), refill: .window(limit: 2, .seconds(10))),
            .exhausted(wait: .seconds(10)), now: start)
        #expect(starts(gate, now: start + .seconds(9)).isEmpty)
        #expect(starts(gate, now: start + .seconds(10)).count == 2)
    }

    @Test func `a bucket gives one after the other back`() throws {
        let gate = gate(perHost: 1)
        for page in 1...20 { gate.add(request(Int64(page)), now: start) }
        let first = starts(gate, now: start)
        let empty = RateAllowance(remaining: 0, reset: .seconds(1), refill: .bucket(each: .seconds(2)))
        _ = end(gate, first[0].slot, empty, now: start)
        #expect(starts(gate, now: start + .milliseconds(900)).isEmpty)
        #expect(starts(gate, now: start + .seconds(1)).count == 1)
    }

    @Test func `a pool that is used up stops no other`() throws {
        let gate = gate()
        for page in 1...3 { gate.add(request(Int64(page), name: "search"), now: start) }
        for page in 11...13 { gate.add(request(Int64(page), name: "list"), now: start) }
        let first = starts(gate, now: start)
        #expect(first.map(\.page) == [1, 2, 3, 11])
        let spent = RateAllowance(remaining: 0, reset: .seconds(60), pool: "search")
        for started in first.prefix(3) {
            _ = end(gate, started.slot, spent, .exhausted(wait: .seconds(60)), name: "search", now: start)
        }
        gate.add(request(4, name: "search"), now: start)
        #expect(starts(gate, now: start).map(\.page) == [12, 13])
        #expect(gate.pause(of: request(5, name: "search"), now: start) == .seconds(60))
        #expect(gate.pause(of: request(5, name: "list"), now: start) == .zero)
        // What comes later is started at once, although the host waits for its pool.
        _ = end(gate, first[3].slot, name: "list", now: start)
        gate.add(request(14, name: "list"), now: start)
        #expect(starts(gate, now: start).map(\.page) == [14])
        let put = gate.takePaused(first[3].slot, for: .seconds(2), now: start)
        #expect(put.map { $0.request.page?.id.rawValue } == [4])
        #expect(put.map(\.wait) == [.seconds(60)])
        #expect(gate.queued == 0)
    }

    @Test func `requests of a pool keep its rate, and others do not`() throws {
        let rule = PoolRule(pool: "slow", interval: .seconds(1))
        let gate = gate(pools: ["a": rule, "b": rule])
        gate.add(request(1, name: "a"), now: start)
        gate.add(request(2, name: "b"), now: start)
        gate.add(request(3, name: "c"), now: start)
        gate.add(request(4), now: start)
        #expect(starts(gate, now: start).map(\.page) == [1, 3, 4])
        #expect(starts(gate, now: start + .milliseconds(999)).isEmpty)
        #expect(starts(gate, now: start + .seconds(1)).map(\.page) == [2])
    }

    @Test func `some starts come at once, and never more in the time than the rate says`() throws {
        let burst = StartBurst(size: 5, of: 20, in: .seconds(10))
        let gate = gate(perHost: 1_000, burst: burst)
        for page in 1...100 { gate.add(request(Int64(page)), now: start) }
        var times: [Duration] = []
        var now = start
        while times.count < 100 {
            for _ in starts(gate, now: now) { times.append(now - start) }
            now = now + .milliseconds(10)
        }
        #expect(times.prefix(6).filter { $0 == .zero }.count == 5)
        for time in times {
            #expect(times.filter { $0 >= time && $0 < time + .seconds(10) }.count <= 20)
        }
        // The long-term rate is nearly the one that is asked for.
        #expect(times[99] < .seconds(62))
    }

    @Test func `a refusal costs no attempt, unless it comes again and again`() throws {
        let gate = gate(perHost: 1)
        var now = start
        var verdicts: [HostCircuit.Verdict] = []
        for page in 1...12 {
            gate.add(request(Int64(page)), now: now)
            let started = starts(gate, now: now)
            verdicts.append(end(gate, started[0].slot, nil, .refused(wait: .seconds(5)), now: now))
            #expect(!gate.isReady(now: now + .seconds(4)))
            now = now + .seconds(5)
        }
        #expect(verdicts.prefix(10).allSatisfy { $0 != .counted })
        #expect(verdicts.suffix(2) == [.counted, .counted])
        #expect(gate.conditions(now: start).count == 1)
    }

    @Test func `refusals of requests that were under way together are one`() throws {
        let gate = gate(perHost: 20)
        for page in 1...15 { gate.add(request(Int64(page)), now: start) }
        let verdicts = starts(gate, now: start).map {
            end(gate, $0.slot, nil, .refused(wait: .seconds(5)), now: start + .milliseconds(1))
        }
        #expect(verdicts.count == 15)
        #expect(verdicts.allSatisfy { $0 != .counted })
    }

    @Test func `a wait of which the host does not say how long it is doubles`() throws {
        let gate = gate(perHost: 1)
        var now = start
        var waits: [Duration] = []
        for page in 1...8 {
            gate.add(request(Int64(page)), now: now)
            let slot = try #require(starts(gate, now: now).first).slot
            let refusal = HostSignal.refused(wait: .seconds(60), grows: true)
            guard case .setAside(let until) = end(gate, slot, nil, refusal, now: now) else { break }
            waits.append(until - now)
            #expect(!gate.isReady(now: until - .seconds(1)))
            now = until
        }
        #expect(waits == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600].map { .seconds($0) })
    }

    @Test func `a refusal that slows makes requests rarer as well`() throws {
        let gate = gate(perHost: 1)
        gate.add(request(1), now: start)
        let slot = starts(gate, now: start)[0].slot
        _ = end(gate, slot, nil, .refused(wait: .seconds(5), slows: true), now: start)
        #expect(gate.conditions(now: start)[1]?.rate != nil)
    }

    @Test func `a pool that is used up is known to the next process`() throws {
        let first = gate()
        first.add(request(1, name: "search"), now: start)
        let slot = starts(first, now: start)[0].slot
        let spent = RateAllowance(remaining: 0, reset: .seconds(60), pool: "find")
        _ = end(first, slot, spent, .exhausted(wait: .seconds(60)), name: "search", now: start)
        #expect(first.hasUrgentConditions)
        let condition = try #require(first.conditions(now: start)[1])
        #expect(condition.paused == [.init(request: "search", pool: "find", wait: .seconds(60))])
        #expect(condition.snooze == .zero)

        var second = HostGate(limits: HostLimits(perHost: 4, delay: .zero))
        second.open(
            HostID(rawValue: 1), limits: HostLimits(perHost: 4, delay: .zero), condition: condition,
            now: start)
        second.add(request(2, name: "search"), now: start)
        second.add(request(3, name: "list"), now: start)
        #expect(second.next(now: start)?.request.page?.id.rawValue == 3)
        #expect(second.next(now: start) == nil)
        #expect(second.next(now: start + .seconds(60))?.request.page?.id.rawValue == 2)
    }

    @Test func `what a host said is told, and is not urgent`() throws {
        let gate = gate()
        gate.add(request(1), now: start)
        let first = starts(gate, now: start)
        _ = end(gate, first[0].slot, RateAllowance(remaining: 42, reset: .seconds(60)), now: start)
        #expect(gate.hasConditions)
        #expect(!gate.hasUrgentConditions)
        #expect(
            gate.conditions(now: start)[1]?.allowance
                == HostCondition.Allowance(remaining: 42, reset: .seconds(60)))
    }
}
