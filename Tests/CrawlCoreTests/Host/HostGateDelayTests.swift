@testable import CrawlCore
import Testing

/// The least time between two starts to one host.
@Suite struct HostGateDelayTests {
    private let start = MonotonicInstant.now

    private func after(_ milliseconds: Int) -> MonotonicInstant { start + .milliseconds(milliseconds) }

    /// A gate with a delay of 100 ms.
    private func gate(perHost: Int = 2, pages: ClosedRange<Int64> = 1...3) -> TestGate {
        let gate = TestGate(perHost: perHost, delay: .milliseconds(100))
        for page in pages { gate.add(request(page), now: start) }
        return gate
    }

    @Test func `the delay counts from the instant the request was sent`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: after(40))

        #expect(!gate.isReady(now: after(139)))
        #expect(gate.isReady(now: after(140)))
        #expect(gate.next(now: after(140))?.request.page?.id.rawValue == 2)
    }

    @Test func `until a request is sent its host starts no other, however long that takes`() throws {
        let gate = gate()
        _ = try #require(gate.next(now: start))

        #expect(!gate.isReady(now: after(60_000)))
        #expect(gate.next(now: after(60_000)) == nil)
        #expect(gate.nextWake == nil)
    }

    @Test
    func `a request that ends unsent lets the next one start once the delay since its own start is over`()
        throws
    {
        let gate = gate()
        let first = try #require(gate.next(now: start))

        gate.finished(first.slot, wasSent: false, now: after(30))

        #expect(!gate.isReady(now: after(99)))
        #expect(gate.isReady(now: after(100)))
    }

    @Test func `a request that ends does not shorten the delay since it was sent`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: after(10))

        gate.finished(first.slot, wasSent: true, now: after(20))

        #expect(!gate.isReady(now: after(109)))
        #expect(gate.isReady(now: after(110)))
    }

    @Test func `an earlier request that ends does not stand for the one being sent`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)
        _ = try #require(gate.next(now: after(100)))

        gate.finished(first.slot, wasSent: true, now: after(150))

        #expect(!gate.isReady(now: after(10_000)))
    }

    @Test func `a host waits for its limit as well as for its delay`() throws {
        let gate = gate(perHost: 1)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)
        #expect(!gate.isReady(now: after(500)))

        gate.finished(first.slot, wasSent: true, now: after(600))

        #expect(gate.isReady(now: after(600)))
    }

    @Test func `a host that waits holds nothing back`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)

        gate.add(request(9, at: 2), now: after(1))

        #expect(gate.next(now: after(1))?.request.page?.id.rawValue == 9)
    }

    @Test func `without a delay nothing waits for a request to be sent`() {
        let gate = TestGate(perHost: 2, delay: .zero)
        gate.add(request(1), now: start)
        gate.add(request(2), now: start)

        #expect(gate.startAll(now: start) == [1, 2])
    }

    @Test func `the next wake is the earliest end of a delay`() throws {
        let gate = TestGate(perHost: 1, delay: .milliseconds(100))
        for host: Int64 in 1...3 {
            gate.add(request(host, at: host), now: start)
            gate.add(request(host + 10, at: host), now: start)
        }
        #expect(gate.nextWake == nil)
        for milliseconds in [30, 10, 20] {
            let started = try #require(gate.next(now: start))
            gate.sent(started.slot, now: after(milliseconds))
            gate.finished(started.slot, wasSent: true, now: after(milliseconds))
        }

        #expect(gate.nextWake == after(110))
        #expect(gate.waitingHosts == 3)
        #expect(gate.startAll(now: after(110)) == [12])
        #expect(gate.nextWake == after(120))
        #expect(gate.waitingHosts == 2)
    }

    @Test func `hosts whose delay is over start in the order that it was over`() throws {
        let gate = TestGate(perHost: 1, delay: .milliseconds(100))
        for host: Int64 in 1...3 { gate.hold(host, until: after(Int(40 - 10 * host))) }
        for host: Int64 in 1...3 { gate.add(request(host, at: host), now: start) }

        #expect(gate.startAll(now: after(50)) == [3, 2, 1])
    }

    @Test func `the delay outlives an empty queue`() throws {
        let gate = gate(pages: 1...1)
        let only = try #require(gate.next(now: start))
        gate.sent(only.slot, now: start)
        gate.finished(only.slot, wasSent: true, now: after(10))

        gate.add(request(2), now: after(20))

        #expect(!gate.isReady(now: after(99)))
        #expect(gate.isReady(now: after(100)))
    }

    @Test func `a host whose delay is over and that has nothing queued is forgotten`() throws {
        let gate = gate(pages: 1...1)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)
        gate.finished(first.slot, wasSent: true, now: start)
        #expect(!gate.isReady(now: after(100)))
        #expect(gate.nextWake == nil)

        gate.add(request(2, at: 2), now: after(100))

        #expect(gate.next(now: after(100))?.slot.index == first.slot.index)
    }

    @Test func `a held host starts nothing before the instant`() {
        let gate = TestGate(perHost: 1, delay: .zero)
        gate.hold(1, until: after(70))
        gate.add(request(1), now: start)

        #expect(!gate.isReady(now: after(69)))
        #expect(gate.nextWake == after(70))
        #expect(gate.startAll(now: after(70)) == [1])
    }

    @Test func `a host that waits can be held for longer`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)

        gate.hold(1, until: after(300))

        #expect(!gate.isReady(now: after(299)))
        #expect(gate.isReady(now: after(300)))
    }

    @Test func `holding a host never shortens its delay`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)

        gate.hold(1, until: after(50))

        #expect(!gate.isReady(now: after(99)))
    }

    @Test func `a host that could start at once can be held`() {
        let gate = gate()
        gate.add(request(9, at: 2), now: start)

        gate.hold(1, until: after(300))

        #expect(gate.startAll(now: after(299)) == [9])
        #expect(gate.nextWake == after(300))
        #expect(gate.next(now: after(300))?.request.page?.id.rawValue == 1)
    }

    @Test func `a request that is sent does not end a hold`() throws {
        let gate = gate()
        let first = try #require(gate.next(now: start))
        gate.hold(1, until: after(300))

        gate.sent(first.slot, now: after(10))

        #expect(!gate.isReady(now: after(299)))
        #expect(gate.isReady(now: after(300)))
    }
}

/// Delays that are chosen anew for each start.
@Suite struct HostGateSpreadTests {
    private let start = MonotonicInstant.now

    private func after(_ milliseconds: Int) -> MonotonicInstant { start + .milliseconds(milliseconds) }

    private func gate(delay: Int, spread: Int, pages: ClosedRange<Int64> = 1...3) -> TestGate {
        let gate = TestGate(
            perHost: 2, delay: .milliseconds(delay), spread: .milliseconds(spread))
        for page in pages { gate.add(request(page), now: start) }
        return gate
    }

    @Test(arguments: [(0, 100), (0.25, 150), (1, 300), (-1, 100), (2, 300)] as [(Double, Int)])
    func `a start chooses when the next one may be, between the bounds`(fraction: Double, wait: Int) throws {
        let gate = gate(delay: 100, spread: 200)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, fraction: fraction, now: after(10))

        #expect(!gate.isReady(now: after(9 + wait)))
        #expect(gate.isReady(now: after(10 + wait)))
    }

    @Test func `each start chooses anew`() throws {
        let gate = gate(delay: 100, spread: 200)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, fraction: 1, now: start)
        gate.finished(first.slot, wasSent: true, now: after(20))
        let second = try #require(gate.next(now: after(300)))
        gate.sent(second.slot, fraction: 0, now: after(300))

        #expect(!gate.isReady(now: after(399)))
        #expect(gate.isReady(now: after(400)))
    }

    @Test func `where the least delay is none a request under way still holds back the next`() throws {
        let gate = gate(delay: 0, spread: 200)
        let first = try #require(gate.next(now: start))
        #expect(!gate.isReady(now: after(1_000)))
        gate.sent(first.slot, fraction: 0.5, now: start)

        #expect(!gate.isReady(now: after(99)))
        #expect(gate.isReady(now: after(100)))
    }

    @Test func `a host that asks for longer gets it`() throws {
        let gate = gate(delay: 100, spread: 200)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, fraction: 1, now: start)
        gate.finished(first.slot, wasSent: true, .exhausted(wait: .seconds(5)), now: after(20))

        #expect(!gate.isReady(now: after(5_019)))
        #expect(gate.isReady(now: after(5_020)))
    }

    @Test func `what a host asked of an impatient job holds others for no more than an hour`() throws {
        let gate = gate(delay: 100, spread: 0)
        let first = try #require(gate.next(now: start))
        gate.sent(first.slot, now: start)
        gate.finished(first.slot, wasSent: true, .turnedAway(wait: .seconds(86_400)), now: start)

        #expect(gate.conditions(now: start)[1]?.snooze == .seconds(3600))
    }

    @Test func `a robots.txt or a rate that asks for more raises the lower bound`() {
        var spec = JobSpec(name: "job")
        (spec.delay, spec.delaySpread) = (.seconds(1), .seconds(2))

        let usual = spec.startLimits(perHost: 2, least: spec.startInterval)
        let slower = spec.startLimits(perHost: 2, least: .seconds(2))
        let slowest = spec.startLimits(perHost: 2, least: .seconds(5))

        #expect((usual.delay, usual.spread) == (.seconds(1), .seconds(2)))
        #expect((slower.delay, slower.spread) == (.seconds(2), .seconds(1)))
        #expect((slowest.delay, slowest.spread) == (.seconds(5), .zero))
    }
}
