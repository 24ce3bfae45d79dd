import CrawlCore
import CrawlFetch
import Testing
import TrawlStore

@testable import CrawlEngine

/// Where redirects that leave their host go on, and whose page they lead to.
struct FrontierRedirectTests {
    /// A frontier that has a host with a page under way.
    private func start(
        follows: Bool = false, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> (harness: FrontierHarness, page: ClaimedPage) {
        let harness = try FrontierHarness {
            if follows { $0.follow = JobSpec.Follow() }
            change(&$0)
        }
        let page = page(1, isNamed: !follows)
        let known = RobotsRecord(statusCode: 404, body: nil, fetchedAt: harness.now)
        harness.find(OpenedHost(1, robots: known), taken: [TakenPages(1, [page], more: .never)])
        return (harness, page)
    }

    /// The outcomes that the next turn records.
    private func outcomes(_ harness: FrontierHarness) -> [PageOutcome] {
        harness.plan()?.record.outcomes.flatMap { $0 } ?? []
    }

    private func held(_ host: Int64) -> RedirectReply { .held(HostID(rawValue: host)) }

    // MARK: Hosts

    @Test("The host that it leads to is asked for, and gets the request")
    func followed() throws {
        let (harness, page) = try start()
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        #expect(harness.wait == 0)
        let step = try #require(harness.plan()?.redirects.first)
        #expect(step.hostKey == "http://h2.test")
        #expect(step.shared == nil)
        let messages = harness.answer {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [held(2)]
        }
        #expect(messages.requests.map(\.url) == ["http://h2.test/x"])
        #expect(messages.requests.map(\.host.rawValue) == [2])
        #expect(messages.requests.map(\.owner.rawValue) == [1])
        #expect(harness.frontier.redirects.isEmpty)
        // The guest keeps the host, though no page of its own is under way.
        #expect(harness.plan()?.takes.contains { $0.host.rawValue == 2 && releases($0) } != true)
        harness.answer()
        var done = outcome(page)
        done.lastHost = HostID(rawValue: 2)
        harness.report([done])
        #expect(harness.plan()?.takes.contains { $0.host.rawValue == 2 && releases($0) } == true)
    }

    private func releases(_ take: PageTake) -> Bool {
        if case .never = take.release { false } else { true }
    }

    @Test("To a host at hand it is sent without asking the database")
    func atHand() throws {
        let (harness, page) = try start()
        harness.frontier.sweep.expect(at: harness.now)
        harness.advance(200)
        harness.find(OpenedHost(2), taken: [TakenPages(2, [], more: .never)])
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        let request = harness.plan()
        #expect(request?.redirects.isEmpty ?? true)
        #expect(harness.frontier.messages.take().flatMap { $0 }.requests.map(\.host.rawValue) == [2])
    }

    @Test("It waits for a host that another runner has")
    func taken() throws {
        let (harness, page) = try start()
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        harness.exchange { $0.redirects = [.taken] }
        #expect(harness.frontier.redirects.count == 1)
        #expect(!harness.isDone)
        #expect(harness.plan()?.redirects.count == 1)
    }

    @Test("It does not wait where others wait for its own host")
    func deadlock() throws {
        let (harness, page) = try start()
        harness.advance(2_000)
        harness.exchange(beat: true) {
            $0.beat = TurnBeatReply()
            $0.beat?.wanted = [page.host]
        }
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        harness.exchange { $0.redirects = [.taken] }
        #expect(harness.frontier.redirects.isEmpty)
        #expect(harness.frontier.hosts.claimed == 0)
        #expect(harness.plan()?.takes.map { releases($0) } == [true])
    }

    // MARK: Rules

    @Test("It waits for the robots.txt of the host that it leads to")
    func robots() throws {
        let (harness, page) = try start { $0.robots = .obey }
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        let messages = harness.exchange {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [held(2)]
        }
        #expect(messages.requests.map(\.url) == ["http://h2.test/robots.txt"])
        harness.report(robots: .unavailable(statusCode: 404), of: 2)
        _ = harness.plan()
        #expect(harness.answer().requests.map(\.url) == ["http://h2.test/x"])
    }

    @Test("A robots.txt may disallow it")
    func disallowed() throws {
        let (harness, page) = try start { $0.robots = .obey }
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        harness.exchange {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [held(2)]
        }
        harness.report(robots: .found(statusCode: 200, Array("User-agent: *\nDisallow: /".utf8)), of: 2)
        harness.exchange()
        let outcome = try #require(outcomes(harness).first)
        #expect(outcome.verdict == .skipped(.robots))
        #expect(outcome.page.id == page.id)
        #expect(outcome.lastHost == page.host)
        #expect(outcome.response.finalURL == "http://h2.test/x")
    }

    @Test("A host that is given up takes it along")
    func givenUp() throws {
        let (harness, page) = try start()
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        harness.exchange {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [.taken]
        }
        harness.frontier.note(.givenUp(HostID(rawValue: 2), "gone"))
        harness.exchange()
        #expect(outcomes(harness).map(\.verdict) == [.failed(.hostUnavailable)])
    }

    @Test(
        "No redirect leads to a private address",
        arguments: ["http://127.0.0.1/x", "http://10.1.2.3/x", "http://localhost/x", "http://[::1]/x"])
    func privateAddress(url: String) throws {
        let (harness, page) = try start()
        let key = try WebURL(parsing: url).hostKey
        try harness.report(redirectOf: page, to: url)
        harness.exchange {
            $0.opened = [OpenedHost(2, key: key, isNamed: false)]
            $0.redirects = [held(2)]
        }
        let outcome = try #require(outcomes(harness).first)
        #expect(outcome.verdict == .failed(.blockedAddress))
    }

    @Test("A job may allow it, or name the host itself", arguments: [true, false])
    func allowedAddress(isNamed: Bool) throws {
        let (harness, page) = try start { $0.allowPrivate = isNamed ? [] : ["127.0.0.1"] }
        try harness.report(redirectOf: page, to: "http://127.0.0.1/x")
        let messages = harness.exchange {
            $0.opened = [OpenedHost(2, key: "http://127.0.0.1", isNamed: isNamed)]
            $0.redirects = [held(2)]
        }
        #expect(messages.requests.map(\.url) == ["http://127.0.0.1/x"])
    }

    // MARK: Pages

    @Test("Where links are followed, it is known first whose page the target is")
    func looksFirst() throws {
        let (harness, page) = try start(follows: true)
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        let step = try #require(harness.plan()?.redirects.first)
        #expect(!step.claims)
        #expect(step.shared?.target.href == "http://h2.test/x")
        harness.answer {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [held(2)]
        }
        #expect(harness.frontier.messages.take().flatMap { $0 }.requests.isEmpty)
        #expect(harness.wait == 0)
        #expect(harness.plan()?.redirects.map(\.claims) == [true])
    }

    @Test("A page that the run has settles the one that leads to it")
    func known() throws {
        let (harness, page) = try start(follows: true)
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        let step = try #require(harness.plan()?.redirects.first)
        #expect(step.shared?.ifKnown.map(\.verdict) == [.skipped(.duplicate)])
        #expect(harness.answer { $0.redirects = [.known] }.requests.isEmpty)
        #expect(harness.recorded.map(\.page.id) == [page.id])
        #expect(harness.frontier.hosts.claimed == 0)
    }

    @Test("A page that was made is claimed, and asked for as itself")
    func made() throws {
        let (harness, page) = try start(follows: true)
        harness.frontier.sweep.expect(at: harness.now)
        harness.advance(200)
        harness.find(OpenedHost(2), taken: [TakenPages(2, [], more: .never)])
        try harness.report(redirectOf: page, to: "http://h2.test/9")
        #expect(harness.plan()?.redirects.map(\.claims) == [true])
        let made = CrawlEngineTests.page(9, of: 2, isNamed: false)
        let messages = harness.answer { $0.redirects = [.claimed(made.host, .page(made, isNew: true))] }
        let request = try #require(messages.requests.first)
        #expect(request.owner.rawValue == 2)
        #expect(request.chain?.pages.map(\.id.rawValue) == [1, 9])
        #expect(harness.frontier.hosts.claimed == 2)
        // What comes of it settles both.
        var done = outcome(made)
        done.chain = request.chain
        harness.report([done])
        #expect(outcomes(harness).map(\.page.id.rawValue) == [9, 1])
        #expect(harness.frontier.hosts.claimed == 0)
    }

    @Test("The answer may be the page's own, or nobody's")
    func ownOrRefused() throws {
        let (harness, page) = try start(follows: true)
        harness.frontier.sweep.expect(at: harness.now)
        harness.advance(200)
        harness.find(OpenedHost(2), taken: [TakenPages(2, [], more: .never)])
        try harness.report(redirectOf: page, to: "http://h2.test/9")
        _ = harness.plan()
        let own = harness.answer { $0.redirects = [.claimed(HostID(rawValue: 2), .own)] }
        #expect(own.requests.map(\.owner) == [page.host])
        try harness.report(redirectOf: page, to: "http://h2.test/10")
        _ = harness.plan()
        harness.answer { $0.redirects = [.claimed(HostID(rawValue: 2), .refused(.limit))] }
        #expect(outcomes(harness).map(\.verdict) == [.skipped(.limit)])
    }

    @Test("A host at hand is not given back while a redirect to it is asked about")
    func reserved() throws {
        let (harness, page) = try start(follows: true)
        harness.frontier.sweep.expect(at: harness.now)
        harness.advance(200)
        harness.find(OpenedHost(2), taken: [TakenPages(2, [], more: .never)])
        try harness.report(redirectOf: page, to: "http://h2.test/9")
        let request = try #require(harness.plan())
        #expect(request.takes.contains { $0.host.rawValue == 2 && releases($0) } == false)
        harness.answer { $0.redirects = [.known] }
        #expect(harness.plan()?.takes.contains { $0.host.rawValue == 2 && releases($0) } == true)
    }

    @Test("Pages that a stop leaves on their way stay unsettled")
    func stopping() throws {
        let (harness, page) = try start()
        try harness.report(redirectOf: page, to: "http://h2.test/x")
        harness.frontier.stop()
        #expect(harness.plan()?.redirects.isEmpty ?? true)
        #expect(!harness.isDone)
    }
}
