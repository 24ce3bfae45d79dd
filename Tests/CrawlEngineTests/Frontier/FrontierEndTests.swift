import CrawlCore
import Testing
import TrawlStore

@testable import CrawlEngine

/// When a frontier is done, how it stops, gives hosts to others, and keeps to its budget.
struct FrontierEndTests {
    // MARK: The end

    @Test("It is done when a search has found nothing")
    func done() throws {
        let harness = try FrontierHarness()
        #expect(!harness.isDone)
        harness.exchange { $0.search = HostSearchReply() }
        #expect(harness.isDone)
        #expect(harness.plan() == nil)
    }

    @Test("It is not done while a host has a page later")
    func doneLater() throws {
        let harness = try FrontierHarness()
        harness.exchange {
            $0.search = HostSearchReply()
            $0.search?.nextAt = harness.now + 700
        }
        #expect(!harness.isDone)
        #expect(harness.wait <= 700)
        harness.advance(700)
        #expect(harness.plan()?.search != nil)
    }

    @Test("It is not done while something that was reported is not recorded")
    func doneUnrecorded() throws {
        let harness = try FrontierHarness()
        harness.exchange { $0.search = HostSearchReply() }
        harness.frontier.note(.conditions([(HostID(rawValue: 1), HostCondition())]))
        #expect(!harness.isDone)
        #expect(harness.wait == 0)
        #expect(harness.plan()?.record.conditions.count == 1)
        harness.answer()
        #expect(harness.isDone)
    }

    @Test("A host that another has is looked for again")
    func denied() throws {
        let harness = try FrontierHarness()
        harness.exchange {
            $0.search = HostSearchReply()
            $0.search?.wasDenied = true
        }
        #expect(!harness.isDone)
        // Its runner may be gone: that is looked at with the next sign of life.
        #expect(harness.plan(beat: true)?.beat?.freesHosts == true)
        harness.answer()
        #expect(harness.plan(beat: true)?.beat?.freesHosts == false)
        harness.answer()
        harness.advance(Frontier.takenHostWait)
        #expect(harness.plan()?.search != nil)
    }

    @Test("What others have is looked for ever more rarely, and soon again once something was got")
    func backsOff() throws {
        let harness = try FrontierHarness()
        /// How long it takes to the next search after one in vain.
        func searchInVain() throws -> Int64 {
            #expect(harness.plan()?.search != nil)
            harness.answer {
                $0.search = HostSearchReply()
                $0.search?.wasDenied = true
            }
            let wait = try #require(harness.searchWait)
            harness.advance(wait)
            return wait
        }
        #expect(try (0..<5).map { _ in try searchInVain() } == [500, 1_000, 2_000, 2_000, 2_000])
        // One is got, and given back.
        harness.find(OpenedHost(1))
        harness.exchange { $0.taken = [TakenPages(1, [], more: .at(harness.now), isReleased: true)] }
        harness.advance(100)
        #expect(try searchInVain() == 500)
    }

    @Test(
        "A runner without hosts is idle once it has waited for others in vain, and not done as long as they have some"
    )
    func idle() throws {
        let harness = try FrontierHarness()
        for _ in 0..<3 {
            #expect(!harness.isIdle)
            #expect(harness.plan()?.search != nil)
            harness.answer {
                $0.search = HostSearchReply()
                $0.search?.hasOthers = true
            }
            harness.advance(HostSweep.longestWait)
        }
        #expect(harness.isIdle)
        #expect(!harness.isDone)
        harness.exchange { $0.search = HostSearchReply() }
        #expect(harness.isDone)
        #expect(!harness.isIdle)
    }

    @Test("A host that runs dry has a runner look again for what others have")
    func looksAgain() throws {
        let harness = try FrontierHarness()
        harness.exchange {
            $0.opened = [OpenedHost(1)]
            $0.search = HostSearchReply()
            $0.search?.hasOthers = true
            $0.taken = [TakenPages(1, pages(1...1), more: .never)]
        }
        harness.report([outcome(page(1))])
        harness.exchange { $0.taken = [TakenPages(1, [], more: .never, isReleased: true)] }
        #expect(!harness.isDone)
        harness.advance(HostSweep.shortestWait)
        #expect(harness.plan()?.search != nil)
    }

    // MARK: Stopping

    @Test("A frontier that stops takes nothing, and gives back what is idle")
    func stop() throws {
        let harness = try FrontierHarness()
        harness.find(
            OpenedHost(1), OpenedHost(2),
            taken: [TakenPages(1, pages(1...1)), TakenPages(2, [], more: .at(harness.now + 9_000))])
        harness.frontier.stop()
        let request = try #require(harness.plan())
        #expect(request.search == nil)
        #expect(request.takes.map(\.host.rawValue) == [2])
        #expect(request.takes.allSatisfy { if case .always = $0.release { true } else { false } })
        harness.answer { $0.taken = [TakenPages(2, [], more: nil, isReleased: true)] }
        #expect(!harness.isDone)
        harness.report([outcome(page(1))])
        let last = try #require(harness.plan())
        #expect(last.record.outcomes.flatMap { $0 }.count == 1)
        harness.answer { $0.taken = [TakenPages(1, [], more: nil, isReleased: true)] }
        // Whether pages wait elsewhere is not its concern any more.
        #expect(harness.isDone)
    }

    @Test("Pages that come back from a loop that ends are given up")
    func surrendered() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...3))])
        harness.frontier.stop()
        harness.frontier.note(.surrendered(HostID(rawValue: 1), (1...3).map { PageID(rawValue: $0) }))
        #expect(harness.frontier.hosts.claimed == 0)
        #expect(harness.plan()?.takes.map(\.host.rawValue) == [1])
    }

    // MARK: Others

    @Test("A host that others wait for is given up once nothing of it is under way")
    func yields() throws {
        let harness = try FrontierHarness()
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...5))])
        func want() -> [Int64] {
            harness.exchange(beat: true) {
                $0.beat = TurnBeatReply()
                $0.beat?.wanted = [HostID(rawValue: 1)]
            }.surrendered
        }
        // Not at once: a change of hands costs its connections.
        #expect(want().isEmpty)
        harness.advance(2_000)
        #expect(want() == [1])
        #expect(want().isEmpty)
        harness.frontier.note(.surrendered(HostID(rawValue: 1), (2...5).map { PageID(rawValue: $0) }))
        #expect(harness.plan()?.takes.isEmpty ?? true)
        harness.answer()
        harness.report([outcome(page(1))])
        let take = try #require(harness.plan()?.takes.first)
        guard case .always = take.release else {
            Issue.record("the host is kept")
            return
        }
        #expect(harness.answer { $0.taken = [TakenPages(1, [], more: nil, isReleased: true)] }.closed == [1])
        // It may have pages yet: it is looked for when the other had it.
        #expect(!harness.isDone)
        #expect(harness.plan() == nil)
        harness.advance(Frontier.takenHostWait)
        #expect(harness.plan()?.search != nil)
    }

    // MARK: The budget

    @Test("No more pages are taken than limits.pages leaves room for")
    func budget() throws {
        let harness = try FrontierHarness { $0.limits.pages = 10 }
        #expect(harness.plan()?.room == 10)
        harness.answer {
            $0.opened = [OpenedHost(1)]
            $0.search = HostSearchReply()
            $0.taken = [TakenPages(1, pages(1...10))]
        }
        harness.report([outcome(page(1)), outcome(page(2)), outcome(page(3))])
        // Three are done, and seven under way.
        let request = harness.plan()
        #expect(request?.takes.contains { $0.limit > 0 } != true || request?.room == 0)
        harness.answer {
            $0.counted.done = 3
            $0.counted.pending = -3
        }
        #expect(harness.frontier.budget.met(now: harness.clock) == nil)
        harness.report(pages(4...10).map { outcome($0) })
        harness.exchange { $0.counted.done = 7 }
        #expect(harness.frontier.budget.met(now: harness.clock) == .pages)
    }

    @Test("Pages that are skipped do not use up the budget")
    func skipped() throws {
        let harness = try FrontierHarness { $0.limits.pages = 4 }
        harness.exchange {
            $0.opened = [OpenedHost(1)]
            $0.search = HostSearchReply()
            $0.taken = [TakenPages(1, pages(1...4))]
        }
        harness.report(pages(1...3).map { outcome($0, .skipped(.robots)) })
        harness.exchange {
            $0.counted.skipped = 3
            $0.counted.pending = -3
        }
        // There was no room; now there is, and the host is looked at again.
        let request = try #require(harness.plan())
        #expect(request.room == 3)
        #expect(request.takes.map { $0.limit > 0 } == [true])
    }

    @Test("A page that is recorded in a turn takes its room until it is counted")
    func uncounted() throws {
        let harness = try FrontierHarness { $0.limits.pages = 5 }
        harness.exchange {
            $0.opened = [OpenedHost(1)]
            $0.search = HostSearchReply()
            $0.taken = [TakenPages(1, pages(1...2))]
        }
        harness.report([outcome(page(1)), outcome(page(2))])
        #expect(harness.plan()?.room == 3)
    }

    @Test("Bytes and time are met too")
    func otherLimits() throws {
        let bytes = try FrontierHarness { $0.limits.bytes = 100 }
        bytes.exchange {
            $0.search = HostSearchReply()
            $0.counted.sizeDownload = 100
        }
        #expect(bytes.frontier.budget.met(now: bytes.clock) == .bytes)
        let time = try FrontierHarness { $0.limits.time = .milliseconds(150) }
        time.find(OpenedHost(1), taken: [TakenPages(1, pages(1...1), more: .never)])
        time.exchange()
        #expect(time.wait == 150)
        time.advance(150)
        #expect(time.frontier.budget.met(now: time.clock) == .time)
    }
}
