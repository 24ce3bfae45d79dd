import CrawlCore
import CrawlFetch
import Testing
import TrawlStore

@testable import CrawlEngine

/// robots.txt is asked for before pages, once, and again where it could not be had.
struct FrontierRobotsTests {
    private func obeying(_ change: (inout JobSpec) -> Void = { _ in }) throws -> FrontierHarness {
        try FrontierHarness {
            $0.robots = .obey
            $0.retry.attempts = 3
            change(&$0)
        }
    }

    private func found(_ text: String) -> RobotsAnswer { .found(statusCode: 200, Array(text.utf8)) }

    @Test("It is asked for once, and pages are taken when it is there")
    func asked() throws {
        let harness = try obeying()
        let messages = harness.find(OpenedHost(1))
        #expect(messages.requests.map(\.url) == ["http://h1.test/robots.txt"])
        harness.advance(5_000)
        #expect(harness.plan() == nil)
        harness.report(robots: found("User-agent: *\nDisallow: /private\nCrawl-delay: 2"), of: 1)
        let request = try #require(harness.plan())
        #expect(request.record.robots.map(\.host.rawValue) == [1])
        #expect(request.record.robots.first?.record.statusCode == 200)
        #expect(request.takes.map { $0.limit > 0 } == [true])
        let told = harness.answer { $0.taken = [TakenPages(1, pages(1...2), more: .never)] }
        #expect(told.configured.map(\.limits.delay) == [.seconds(2)])
        #expect(told.configured.first?.rules.refusal(of: "http://h1.test/private") != nil)
        #expect(told.pages == [1, 2])
        #expect(told.requests.isEmpty)
    }

    @Test("One that the database has is not asked for")
    func known() throws {
        let harness = try obeying()
        let record = RobotsRecord(statusCode: 404, body: nil, fetchedAt: harness.now)
        let messages = harness.find(
            OpenedHost(1, robots: record), taken: [TakenPages(1, pages(1...2), more: .never)])
        #expect(messages.requests.isEmpty)
        #expect(messages.pages == [1, 2])
    }

    @Test("A host that has none allows everything")
    func unavailable() throws {
        let harness = try obeying()
        harness.find(OpenedHost(1))
        harness.report(robots: .unavailable(statusCode: 404), of: 1)
        let request = try #require(harness.plan())
        #expect(request.record.robots.first?.record.body == nil)
        #expect(request.takes.count == 1)
    }

    @Test("One that cannot be had is asked for again, and then nothing of its host is")
    func retried() throws {
        let harness = try obeying()
        harness.find(OpenedHost(1))
        for attempt in 1...2 {
            harness.report(robots: .unreachable(.httpStatus, "500"), of: 1)
            #expect(harness.plan()?.takes.isEmpty ?? true)
            harness.answer()
            let wait = harness.frontier.hosts.nextClaimAt - harness.now
            #expect(wait > 0, "attempt \(attempt)")
            harness.advance(wait - 1)
            #expect(harness.plan() == nil)
            harness.advance(1)
            _ = harness.plan()
            #expect(harness.frontier.messages.take().flatMap { $0 }.requests.count == 1)
        }
        harness.report(robots: .unreachable(.httpStatus, "500"), of: 1)
        // Its pages are taken, to be settled.
        #expect(harness.plan()?.takes.map { $0.limit > 0 } == [true])
        let messages = harness.answer { $0.taken = [TakenPages(1, pages(1...2), more: .never)] }
        #expect(messages.pages.isEmpty)
        let outcomes = try #require(harness.plan()).record.outcomes.flatMap { $0 }
        #expect(outcomes.map(\.verdict) == [.skipped(.robotsUnreachable), .skipped(.robotsUnreachable)])
    }

    @Test("A host that cannot be reached fails its pages")
    func unreachable() throws {
        let harness = try obeying { $0.retry.attempts = 1 }
        harness.find(OpenedHost(1))
        harness.report(robots: .unreachable(.dns, "no such host"), of: 1)
        harness.exchange { $0.taken = [TakenPages(1, pages(1...1), more: .never)] }
        #expect(try #require(harness.plan()).record.outcomes.joined().map(\.verdict) == [.failed(.dns)])
    }

    @Test(
        "What its failure says of the host is said of the pages",
        arguments: [
            (
                ErrorKind.tls, "SSL certificate problem: unable to get local issuer certificate",
                PageResponse.Signs.incompleteChain
            ),
            (.tls, "SSL certificate problem: certificate has expired", PageResponse.Signs()),
            (.dns, "Could not resolve host: h1.test", .temporaryDNS),
        ])
    func signs(kind: ErrorKind, message: String, signs: PageResponse.Signs) throws {
        let harness = try obeying { $0.retry.attempts = 1 }
        harness.find(OpenedHost(1))
        harness.report(robots: .unreachable(kind, message), of: 1)
        harness.exchange { $0.taken = [TakenPages(1, pages(1...1), more: .never)] }
        #expect(try #require(harness.plan()).record.outcomes.joined().map(\.response.signs) == [signs])
    }

    @Test("Another host's fault is not this one's")
    func unreachableElsewhere() throws {
        let harness = try obeying { $0.retry.attempts = 1 }
        harness.find(OpenedHost(1), OpenedHost(2))
        harness.report(robots: .unreachable(.dns, "no such host"), of: 1, at: 2)
        harness.exchange { $0.taken = [TakenPages(1, pages(1...1), more: .never)] }
        #expect(
            try #require(harness.plan()).record.outcomes.joined().map(\.verdict) == [
                .skipped(.robotsUnreachable)
            ])
    }

    @Test("One that leads to a private address is none")
    func privateAddress() throws {
        let harness = try obeying()
        harness.find(OpenedHost(1), OpenedHost(2))
        harness.report(robots: .unreachable(.blockedAddress, "private"), of: 1, at: 2)
        #expect(try #require(harness.plan()).record.robots.map(\.record.statusCode) == [nil])
    }

    @Test("One that is another host's own is that host's too")
    func shared() throws {
        let harness = try obeying()
        harness.find(OpenedHost(1))
        var chain = RedirectChain(startedAt: harness.now)
        chain.append(
            url: "http://h1.test/robots.txt", statusCode: 301, microseconds: 0, sizeDownload: 0)
        harness.frontier.note(
            .redirect(
                .robots(of: HostID(rawValue: 1)), to: try WebURL(parsing: "http://h2.test/robots.txt"), chain,
                from: HostID(rawValue: 1)))
        #expect(try #require(harness.plan()).redirects.map(\.hostKey) == ["http://h2.test"])
        let messages = harness.answer {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [.held(HostID(rawValue: 2))]
        }
        // The one robots.txt is asked for, and no other.
        #expect(messages.requests.map(\.url) == ["http://h2.test/robots.txt"])
        #expect(messages.requests.map(\.owner.rawValue) == [1])
        harness.report(robots: found("User-agent: *"), of: 1, at: 2, url: "http://h2.test/robots.txt")
        let request = try #require(harness.plan())
        #expect(request.record.robots.map(\.host.rawValue) == [1, 2])
        #expect(request.record.robots.map(\.record.url) == ["http://h2.test/robots.txt", nil])
        #expect(Set(request.takes.map(\.host.rawValue)) == [1, 2])
    }

    @Test("A host that is here for another's asks for its own when it has pages")
    func unasked() throws {
        let harness = try obeying()
        harness.find(OpenedHost(1))
        var chain = RedirectChain(startedAt: harness.now)
        chain.append(
            url: "http://h1.test/robots.txt", statusCode: 301, microseconds: 0, sizeDownload: 0)
        harness.frontier.note(
            .redirect(
                .robots(of: HostID(rawValue: 1)), to: try WebURL(parsing: "http://h2.test/other.txt"), chain,
                from: HostID(rawValue: 1)))
        harness.exchange {
            $0.opened = [OpenedHost(2)]
            $0.redirects = [.held(HostID(rawValue: 2))]
        }
        #expect(harness.plan()?.takes.isEmpty ?? true)
        harness.answer()
        harness.report(robots: .unavailable(statusCode: 404), of: 1, at: 2, url: "http://h2.test/other.txt")
        let take = try #require(harness.plan()?.takes.first { $0.host.rawValue == 2 })
        #expect(take.limit == 0)
        let messages = harness.answer { $0.taken = [TakenPages(2, [], more: .at(0))] }
        #expect(messages.requests.map(\.url) == ["http://h2.test/robots.txt"])
    }

    @Test("Sitemaps that it names are found")
    func sitemaps() throws {
        let harness = try obeying {
            $0.follow = JobSpec.Follow()
            $0.follow?.sitemaps = true
        }
        harness.find(OpenedHost(1))
        harness.report(robots: found("Sitemap: /map.xml\nUser-agent: *"), of: 1)
        let found = try #require(harness.plan()).record.found
        #expect(found.flatMap(\.urls).map(\.url) == ["http://h1.test/map.xml"])
        #expect(found.flatMap(\.urls).map(\.kind) == [.sitemap])
    }
}
