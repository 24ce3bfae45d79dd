import CrawlCore
import CrawlFetch
import Testing

@testable import CrawlEngine

/// When a loop reports what, without a thread or a clock.
@Suite struct LoopOutboxTests {
    private let start = MonotonicInstant.now
    private var outbox = LoopOutbox(batchSize: 1)

    @Test mutating func `an outcome waits for others, and no longer than 25 milliseconds`() {
        outbox.add(outcome(1), now: start)
        outbox.add(outcome(2), now: start + .milliseconds(20))
        #expect(outbox.nextDue == start + .milliseconds(25))

        let early = take(at: start + .milliseconds(24))
        let due = take(at: start + .milliseconds(25))

        #expect(early == nil)
        #expect(due == [1, 2])
        #expect(outbox.nextDue == nil)
    }

    @Test mutating func `outcomes of a loop with nothing else to do do not wait`() {
        outbox.add(outcome(1), now: start)

        let taken = take(at: start, isIdle: true)

        #expect(taken == [1])
    }

    @Test(arguments: [(1, 500), (100, 500), (800, 800)])
    func `a full batch does not wait`(batchSize: Int, count: Int) {
        var outbox = LoopOutbox(batchSize: batchSize)
        for id in 1..<count { outbox.add(outcome(Int64(id)), now: start) }
        let before = outbox.takeOutcomes(now: start, isIdle: false, hasConditions: false)

        outbox.add(outcome(Int64(count)), now: start)
        let full = outbox.takeOutcomes(now: start, isIdle: false, hasConditions: false)

        #expect(before == nil)
        #expect(full?.count == count)
    }

    @Test mutating func `what a host asks for is reported at once, with the outcomes that are there`() {
        outbox.add(outcome(1), now: start)
        outbox.reportOutcomes(within: .zero, now: start + .milliseconds(3))
        #expect(outbox.nextDue == start + .milliseconds(3))

        let taken = take(at: start + .milliseconds(3), hasConditions: true)

        #expect(taken == [1])
    }

    @Test mutating func `how a host is doing is reported without an outcome as well`() {
        let idle = take(at: start)
        let changed = take(at: start, hasConditions: true)

        #expect(idle == nil)
        #expect(changed == [])
    }

    @Test mutating func `a report that is due early is not put off by a later one`() {
        outbox.reportOutcomes(within: .milliseconds(2), now: start)
        outbox.reportOutcomes(within: .milliseconds(25), now: start)

        #expect(outbox.nextDue == start + .milliseconds(2))
    }

    @Test mutating func `without anything to report nothing stays due`() {
        outbox.reportOutcomes(within: .zero, now: start)

        let taken = take(at: start)

        #expect(taken == nil)
        #expect(outbox.nextDue == nil)
    }

    @Test mutating func `an answer for a robots.txt does not wait when nothing else can start`() {
        outbox.add(robots(1), now: start, isBusy: false)

        let taken = outbox.takeRobots(now: start)

        #expect(taken?.map(\.host.rawValue) == [1])
    }

    @Test mutating func `answers for robots.txt are due sooner than outcomes, and apart from them`() {
        outbox.add(outcome(1), now: start)
        outbox.add(robots(1), now: start, isBusy: true)
        outbox.add(robots(2), now: start + .milliseconds(4), isBusy: false)
        #expect(outbox.robotsCount == 2)
        #expect(outbox.nextDue == start + .milliseconds(5))

        let early = outbox.takeRobots(now: start + .milliseconds(4))
        let due = outbox.takeRobots(now: start + .milliseconds(5))
        let outcomes = take(at: start + .milliseconds(5))

        #expect(early == nil)
        #expect(due?.map(\.host.rawValue) == [1, 2])
        #expect(outbox.robotsCount == 0)
        #expect(outcomes == nil)
        #expect(outbox.nextDue == start + .milliseconds(25))
    }

    @Test mutating func `at the end all outcomes are taken, due or not`() {
        outbox.add(outcome(1), now: start)

        let taken = outbox.takeOutcomes().map(\.page.id.rawValue)
        let again = outbox.takeOutcomes().count

        #expect(taken == [1])
        #expect(again == 0)
        #expect(outbox.nextDue == nil)
    }

    /// The ids of the outcomes that are reported at an instant; nil when nothing is.
    private mutating func take(
        at now: MonotonicInstant, isIdle: Bool = false, hasConditions: Bool = false
    ) -> [Int64]? {
        outbox.takeOutcomes(now: now, isIdle: isIdle, hasConditions: hasConditions)?.map(\.page.id.rawValue)
    }

    private func outcome(_ id: Int64) -> PageOutcome {
        PageOutcome(
            page: ClaimedPage(
                id: PageID(rawValue: id), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
                url: "http://a.test/\(id)", attempts: 0, name: nil),
            startedAt: 0)
    }

    private func robots(_ host: Int64) -> CrawlLoop.RobotsReport {
        CrawlLoop.RobotsReport(
            host: HostID(rawValue: host), answer: .unavailable(statusCode: 404),
            lastHost: HostID(rawValue: host),
            url: "http://a.test/robots.txt")
    }
}
