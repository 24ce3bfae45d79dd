import CrawlCore
import Testing
import TrawlStore

@testable import CrawlEngine

/// Which hosts and pages a frontier asks for.
struct FrontierTakeTests {
    @Test("It begins with a search for as many hosts as requests may need")
    func search() throws {
        let harness = try FrontierHarness(requests: 8)
        let search = try #require(harness.plan()?.search)
        #expect(search.limit == 16)
        #expect(search.after == nil)
        #expect(search.hosts == 0)
        #expect(search.pages == harness.frontier.hosts.pageBudget)
        #expect(search.leastShare == harness.frontier.hosts.leastShare)
    }

    @Test(
        "It searches for fewer hosts the more requests stand ready", arguments: [(0, 16), (10, 6), (16, nil)])
    func enough(ready: Int, limit: Int?) throws {
        let harness = try FrontierHarness(requests: 8)
        harness.readyRequests = ready
        #expect(harness.plan()?.search?.limit == limit)
    }

    @Test("A search is no longer than a slice, and goes on where it was")
    func slices() throws {
        let harness = try FrontierHarness(requests: 500)
        #expect(try #require(harness.plan()).search?.limit == HostSweep.slice)
        harness.answer {
            $0.search = HostSearchReply()
            $0.search?.last = HostID(rawValue: 70)
            $0.search?.isLast = false
        }
        #expect(try #require(harness.plan()).search?.after == HostID(rawValue: 70))
    }

    @Test("First pages are admitted at once, behind their host")
    func firstPages() throws {
        let harness = try FrontierHarness()
        let messages = harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...3), more: .never)])
        #expect(messages.opened == [1])
        #expect(messages.pages == [1, 2, 3])
        #expect(harness.frontier.hosts.claimed == 3)
    }

    @Test(
        "A host's rate is forgotten an hour after the last request to it",
        arguments: [(Int64(3_600_000), 0.02), (3_600_001, nil)] as [(Int64, Double?)])
    func oldRate(age: Int64, rate: Double?) throws {
        let harness = try FrontierHarness()
        var host = OpenedHost(1)
        host.record.condition.rate = 0.02
        host.record.condition.failures = 3
        host.record.lastStartedAt = harness.now - age
        let messages = harness.find(host)
        #expect(messages.openings.map(\.condition.rate) == [rate])
        #expect(messages.openings.map(\.condition.failures) == [3])
    }

    @Test("A host is filled up when half of its share is left")
    func refill() throws {
        let harness = try FrontierHarness { $0.concurrency.total = 32 }
        harness.find(
            OpenedHost(1), OpenedHost(2), OpenedHost(3), OpenedHost(4),
            taken: [TakenPages(1, pages(1...512))])
        func takes() -> [PageTake] {
            let takes = harness.plan()?.takes ?? []
            harness.answer()
            return takes.filter { $0.host.rawValue == 1 }
        }
        _ = takes()
        harness.report(pages(1...255).map { outcome($0) })
        #expect(takes().isEmpty)
        harness.report([outcome(page(256))])
        let take = try #require(takes().first)
        #expect(take.limit == 256)
        #expect(take.isDue)
        #expect(take.taken == Set((257...512).map { PageID(rawValue: $0) }))
        #expect(take.position == FrontierPosition(notBefore: 0, rank: 0, id: 512))
    }

    @Test("A host that has later pages only is asked again when they are due")
    func later() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1), more: .at(harness.now + 5_000))])
        _ = harness.plan()
        harness.answer()
        #expect(harness.wait <= 5_000)
        harness.advance(4_999)
        #expect(harness.plan()?.takes.isEmpty ?? true)
        harness.answer()
        harness.advance(1)
        #expect(harness.plan()?.takes.map(\.isDue) == [true])
    }

    @Test("A retry makes its host due at its time")
    func retry() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...2), more: .never)])
        harness.report([outcome(page(1), .retry(.reset, wait: .seconds(3)))])
        harness.exchange()
        #expect(harness.frontier.hosts.nextClaimAt == harness.now + 3_000)
        harness.advance(3_000)
        let take = try #require(harness.plan()?.takes.first)
        #expect(take.isDue)
        #expect(take.taken == [PageID(rawValue: 2)])
    }

    @Test("A host that has grown is asked from its first page on")
    func grown() throws {
        let harness = try FrontierHarness { $0.follow = JobSpec.Follow() }
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...4), more: .now)])
        harness.report([outcome(page(1)), outcome(page(2)), outcome(page(3))])
        harness.exchange {
            $0.grownHosts = [HostID(rawValue: 1), HostID(rawValue: 77)]
            $0.grown.pending = 2
        }
        let request = try #require(harness.plan())
        let take = try #require(request.takes.first)
        #expect(take.isDue)
        #expect(take.position == nil)
        // Of the other it is told with the next search.
        #expect(!harness.isDone)
    }

    @Test("Where levels count, a take says which is under way")
    func levels() throws {
        let harness = try FrontierHarness {
            $0.follow = JobSpec.Follow()
            $0.follow?.depth = 3
        }
        harness.find(OpenedHost(1), taken: [TakenPages(1, [page(1, depth: 1), page(2, depth: 2)])])
        let take = try #require(harness.plan()?.takes.first)
        #expect(take.level == 2)
        harness.answer()
        harness.report([outcome(page(1)), outcome(page(2))])
        #expect(harness.plan()?.takes.first.map { $0.level == nil } == true)
    }

    @Test("A host with nothing under way is given back where no page is taken")
    func release() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1), more: .now)])
        _ = harness.plan()
        harness.answer()
        harness.report([outcome(page(1))])
        let take = try #require(harness.plan()?.takes.first)
        guard case .ifEmpty = take.release else {
            Issue.record("the host is kept")
            return
        }
        let messages = harness.answer { $0.taken = [TakenPages(1, [], more: .never, isReleased: true)] }
        #expect(messages.closed == [1])
        #expect(harness.frontier.hosts.count == 0)
        #expect(harness.isDone)
    }

    @Test("A host that is given back until later is searched for then")
    func releasedForLater() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1), more: .now)])
        harness.report([outcome(page(1), .retry(.reset, wait: .seconds(9)))])
        _ = harness.plan()
        harness.answer {
            $0.taken = [TakenPages(1, [], more: .at(harness.now + 9_000), isReleased: true)]
        }
        #expect(!harness.isDone)
        #expect(harness.plan() == nil)
        harness.advance(9_000)
        #expect(harness.plan()?.search != nil)
    }

    @Test("While the observer is behind nothing is taken")
    func observerBehind() throws {
        let harness = try FrontierHarness()
        harness.isObserverBehind = true
        let search = try #require(harness.plan()?.search)
        #expect(search.pages == 0)
        harness.answer {
            $0.opened = [OpenedHost(1)]
            $0.search = HostSearchReply()
        }
        #expect(harness.plan()?.takes.contains { $0.limit > 0 } != true)
        harness.answer()
        // Once it has caught up, the driver has all hosts looked at.
        harness.isObserverBehind = false
        harness.frontier.hosts.touchAll()
        #expect(harness.plan()?.takes.map { $0.limit > 0 } == [true])
    }

    @Test("With a barrier one batch is taken at a time")
    func barrier() throws {
        let harness = try FrontierHarness {
            $0.hasBatchBarrier = true
            $0.batchSize = 10
        }
        #expect(harness.plan()?.search?.pages == 0)
        harness.answer {
            $0.opened = [OpenedHost(1), OpenedHost(2)]
            $0.search = HostSearchReply()
        }
        let request = try #require(harness.plan())
        #expect(request.room == 10)
        #expect(request.takes.count == 2)
        harness.answer {
            $0.taken = [TakenPages(1, pages(1...6), more: .never), TakenPages(2, pages(7...10, of: 2))]
        }
        harness.report(pages(1...6).map { outcome($0) } + pages(7...9, of: 2).map { outcome($0) })
        #expect(harness.plan()?.takes.contains { $0.limit > 0 } != true)
        harness.answer()
        harness.report([outcome(page(10, of: 2))])
        #expect(harness.plan()?.takes.contains { $0.limit > 0 } == true)
    }

    @Test("Settings that people change reach the loop")
    func overrides() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1))])
        var overrides = HostOverrides()
        overrides.perHost = 5
        overrides.delay = .milliseconds(40)
        func tell() -> [CrawlLoop.Message] {
            harness.exchange(beat: true) {
                $0.beat = TurnBeatReply()
                $0.beat?.overrides = [HostID(rawValue: 1): overrides]
            }
        }
        #expect(tell().configured.map(\.limits) == [HostLimits(perHost: 5, delay: .milliseconds(40))])
        #expect(tell().configured.isEmpty)
        overrides = HostOverrides()
        #expect(tell().configured.map(\.limits.perHost) == [2])
    }

    @Test("A host that was given up has its pages failed")
    func givenUp() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1))])
        harness.frontier.note(.givenUp(HostID(rawValue: 1), "not there"))
        let take = try #require(harness.plan()?.takes.first)
        #expect(take.limit > 0)
        let messages = harness.answer { $0.taken = [TakenPages(1, pages(2...3), more: .never)] }
        #expect(messages.pages.isEmpty)
        let outcomes = try #require(harness.plan()).record.outcomes.flatMap { $0 }
        #expect(outcomes.map(\.page.id.rawValue) == [2, 3])
        #expect(outcomes.allSatisfy { $0.verdict == .failed(.hostUnavailable) && $0.requests == 0 })
    }
}
