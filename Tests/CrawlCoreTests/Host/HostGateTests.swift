import CrawlCore
import Testing

/// Whose turn it is where no delay counts.
@Suite struct HostGateTests {
    private let now = MonotonicInstant.now

    /// A gate without delay that holds pages 1, 2, 3 … of these hosts.
    private func gate(perHost: Int, hosts: [Int64]) -> TestGate {
        let gate = TestGate(perHost: perHost, delay: .zero)
        for (index, host) in hosts.enumerated() { gate.add(request(Int64(index) + 1, at: host), now: now) }
        return gate
    }

    @Test func `an empty gate has nothing to start`() {
        let gate = TestGate(perHost: 1, delay: .zero)

        #expect(!gate.isReady(now: now))
        #expect(gate.next(now: now) == nil)
        #expect(gate.nextWake == nil)
        #expect(gate.queued == 0)
    }

    @Test(arguments: 1...4) func `no more requests than its share are under way to a host`(share: Int) {
        let gate = gate(perHost: share, hosts: Array(repeating: 1, count: 6))

        #expect(gate.startAll(now: now) == Array(1...Int64(share)))
        #expect(!gate.isReady(now: now))
        #expect(gate.queued == 6 - share)
    }

    @Test func `a request that is over makes room for exactly one`() throws {
        let gate = gate(perHost: 2, hosts: [1, 1, 1, 1])
        let first = try #require(gate.next(now: now))
        _ = gate.next(now: now)

        gate.finished(first.slot, wasSent: true, now: now)

        #expect(gate.isReady(now: now))
        #expect(gate.startAll(now: now) == [3])
    }

    @Test func `a full host holds back no other`() {
        let gate = gate(perHost: 1, hosts: [1, 1, 1, 2])

        #expect(gate.startAll(now: now) == [1, 4])
    }

    @Test func `hosts take turns, whatever they have queued`() {
        let gate = gate(perHost: 9, hosts: [1, 1, 1, 2, 2, 3])

        #expect(gate.startAll(now: now) == [1, 4, 6, 2, 5, 3])
    }

    @Test func `a host whose connection is in use lets those go first that need no other`() throws {
        let gate = gate(perHost: 2, hosts: [1, 1, 2, 2, 3])

        let first = try #require(gate.next(now: now))
        // Host 1 is ready again, and the first of the three, once host 2 and 3 have had a turn.
        #expect(gate.startOne(now: now) == 3)
        #expect(gate.startOne(now: now) == 5)
        gate.add(request(6, at: 4), now: now)
        #expect(gate.startOne(now: now) == 6)
        gate.finished(first.slot, wasSent: true, now: now)

        #expect(gate.startAll(now: now) == [2, 4])
    }

    @Test(arguments: [(9, [10, 12, 2, 13, 11]), (8, [10, 12, 13, 11, 2])])
    func `a host that has many queued takes its turn on another connection`(count: Int, order: [Int64]) {
        let gate = gate(perHost: 2, hosts: Array(repeating: 1, count: count))
        for (page, host) in [(10, 2), (11, 2), (12, 3)] as [(Int64, Int64)] {
            gate.add(request(page, at: host), now: now)
        }

        #expect(gate.startOne(now: now) == 1)
        gate.add(request(13, at: 4), now: now)

        #expect(gate.startAll(now: now) == order)
    }

    @Test func `requests of hosts that may start one are counted`() throws {
        let gate = gate(perHost: 1, hosts: [1, 1, 1, 2])
        #expect(gate.readyRequests == 4)

        let first = try #require(gate.next(now: now))
        #expect(gate.readyRequests == 1)
        gate.add(request(5, at: 2), now: now)
        gate.add(request(6, at: 1), now: now)
        #expect(gate.readyRequests == 2)

        gate.finished(first.slot, wasSent: true, now: now)
        #expect(gate.readyRequests == 5)
        #expect(gate.removeAll(of: 1).count == 3)
        #expect(gate.readyRequests == 2)

        #expect(gate.startAll(now: now) == [4])
        #expect(gate.readyRequests == 0)
        #expect(gate.queued == 1)
    }

    @Test func `a host's requests start in the order they were added`() throws {
        let gate = gate(perHost: 1, hosts: [1, 1, 1])
        var pages: [Int64] = []
        while let (request, slot) = gate.next(now: now) {
            if let page = request.page { pages.append(page.id.rawValue) }
            gate.finished(slot, wasSent: true, now: now)
        }

        #expect(pages == [1, 2, 3])
    }

    @Test func `a request added first goes before its host's others`() {
        let gate = gate(perHost: 9, hosts: [1, 1])

        gate.add(request(7), first: true, now: now)

        #expect(gate.startAll(now: now) == [7, 1, 2])
    }

    @Test func `what is queued is counted in and out`() throws {
        let gate = gate(perHost: 2, hosts: [1, 2, 1])
        #expect(gate.queued == 3)

        let started = try #require(gate.next(now: now))
        #expect(gate.queued == 2)

        gate.finished(started.slot, wasSent: true, now: now)
        #expect(gate.queued == 2)
    }

    @Test func `a request that never went out is over all the same`() throws {
        let gate = gate(perHost: 1, hosts: [1, 1])
        let first = try #require(gate.next(now: now))

        gate.finished(first.slot, wasSent: false, now: now)

        #expect(gate.startAll(now: now) == [2])
    }

    @Test func `a host without requests is forgotten and its slot used again`() throws {
        let gate = TestGate(perHost: 1, delay: .zero)
        var slots: Set<HostGate.Slot> = []
        for host: Int64 in 1...100 {
            gate.add(request(host, at: host), now: now)
            let started = try #require(gate.next(now: now))
            slots.insert(started.slot)
            gate.finished(started.slot, wasSent: true, now: now)
        }

        #expect(slots.count == 1)
    }

    @Test func `a host with a request under way keeps its slot to itself`() throws {
        let gate = gate(perHost: 1, hosts: [1])
        let first = try #require(gate.next(now: now))

        gate.add(request(2, at: 2), now: now)
        let second = try #require(gate.next(now: now))

        #expect(first.slot != second.slot)
    }

    @Test func `all that has not been started can be taken out`() throws {
        let gate = gate(perHost: 1, hosts: [1, 1, 2, 1])
        _ = gate.next(now: now)

        let left = gate.removeAll().compactMap { $0.page?.id.rawValue }.sorted()

        #expect(left == [2, 3, 4])
        #expect(gate.queued == 0)
        #expect(gate.next(now: now) == nil)
    }

    @Test func `a gate that was emptied is not ready`() {
        let gate = gate(perHost: 1, hosts: [1, 2])

        _ = gate.removeAll()

        #expect(!gate.isReady(now: now))
    }

    @Test func `hosts whose requests were taken out are forgotten`() {
        let emptied = gate(perHost: 1, hosts: [1, 2, 3])
        _ = emptied.removeAll()
        _ = emptied.next(now: now)
        for host: Int64 in 4...6 { emptied.add(request(host, at: host), now: now) }
        let new = gate(perHost: 1, hosts: [4, 5, 6])

        // The slots of a gate that never had other hosts.
        #expect(slots(emptied) == slots(new))
    }

    private func slots(_ gate: TestGate) -> Set<HostGate.Slot> {
        var slots: Set<HostGate.Slot> = []
        while let (_, slot) = gate.next(now: now) { slots.insert(slot) }
        return slots
    }

    @Test func `a gate that was emptied can be used again`() throws {
        let gate = gate(perHost: 1, hosts: [1, 1])
        let under = try #require(gate.next(now: now))
        _ = gate.removeAll()
        gate.add(request(5), now: now)
        #expect(gate.startAll(now: now) == [])

        gate.finished(under.slot, wasSent: true, now: now)

        #expect(gate.startAll(now: now) == [5])
    }

    @Test func `a host's slowings are counted until it answers with anything else`() throws {
        let gate = TestGate(perHost: 10, delay: .zero)
        var now = MonotonicInstant.now
        func exchange(_ signal: HostSignal) throws {
            // Longer than the lowest rate makes the next request wait.
            now += .seconds(70)
            gate.add(request(1), now: now)
            let started = try #require(gate.next(now: now))
            gate.sent(started.slot, now: now)
            now += .milliseconds(10)
            gate.finished(started.slot, wasSent: true, signal, now: now)
        }
        #expect(gate.slowings(of: 1) == 0)
        try exchange(.throttled(wait: nil))
        #expect(gate.slowings(of: 1) == 1)
        try exchange(.timedOut)
        #expect(gate.slowings(of: 1) == 1)
        try exchange(.throttled(wait: nil))
        #expect(gate.slowings(of: 1) == 2)
        try exchange(.answered)
        #expect(gate.slowings(of: 1) == 0)
    }
}
