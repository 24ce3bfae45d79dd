import CrawlCore
import Testing
import TrawlStore

extension TestRunner {
    /// Has the database say whose page the target of a redirect is.
    func redirect(
        _ page: ClaimedPage, to url: String, claims: Bool = true, chain: RedirectChain? = nil,
        _ more: (inout TurnRequest) -> Void = { _ in }
    ) throws -> TurnReply {
        let step = try redirectStep(page, to: url, claims: claims, chain: chain)
        return try turn {
            $0.redirects = [step]
            more(&$0)
        }
    }

    func redirectStep(
        _ page: ClaimedPage, to url: String, claims: Bool = true, chain: RedirectChain? = nil
    ) throws -> RedirectStep {
        let target = try WebURL(parsing: url)
        var chain = chain ?? RedirectChain(startedAt: now)
        chain.append(url: page.url, statusCode: 301, page: page.id, microseconds: 0, sizeDownload: 0)
        let request = PageRequest(.page(page), url: url, host: page.host, chain: chain)
        let known = PageOutcome(of: page, request, .skipped(.duplicate), "a page of its own", now: now)
        return RedirectStep(
            hostKey: target.hostKey,
            shared: SharedRedirect(page: page, target: target, chain: chain, ifKnown: known.settlingChain()),
            claims: claims)
    }
}

extension TurnReply {
    /// The page that the turn's one redirect has made.
    var madePage: ClaimedPage? {
        if case .claimed(_, .page(let page, isNew: true))? = redirects.first { page } else { nil }
    }

    /// What the turn's one redirect came to, in a word.
    var redirectWord: String {
        switch redirects.first {
        case nil: "nothing"
        case .known: "known"
        case .taken: "taken"
        case .held: "held"
        case .claimed(_, .own): "own"
        case .claimed(_, .refused(let reason)): "refused: \(reason)"
        case .claimed(_, .page(_, let isNew)): isNew ? "made" : "met"
        }
    }
}

/// What a redirect leads to is asked for once, as a page of its own or as that of the page that redirects.
@Suite(.timeLimit(.minutes(15)))
struct RedirectTests {
    /// A runner that has taken a page that was found, of a run that follows links; a second one waits.
    private func start(
        _ factory: DatabaseFactory, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> (runner: TestRunner, found: [ClaimedPage]) {
        let runner = try TestRunner(factory, pages("http://a.test/")) {
            $0.followLinks()
            change(&$0)
        }
        let first = try runner.open().taken[0].pages[0]
        let links = [DiscoveredURL("http://a.test/1"), DiscoveredURL("http://a.test/2")]
        let found = try runner.turn {
            $0.record.outcomes = [[outcome(first, leadingTo: links)]]
            $0.takes = [PageTake(first.host, limit: 9)]
        }.taken[0].pages
        return (runner, found)
    }

    @Test("A page that the run has is no second time asked for", arguments: DatabaseFactory.all)
    func known(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let reply = try runner.redirect(found[0], to: found[1].url)
        #expect(reply.redirectWord == "known")
        #expect(reply.counted.skipped == 1)
        #expect(reply.opened.isEmpty)
        #expect(try runner.row(found[0].url).skipReason == "duplicate")
        #expect(try runner.row(found[1].url).state == .pending)
        try runner.expectCountersToFit()
    }

    @Test("Nobody is asked for a host where the page is known", arguments: DatabaseFactory.all)
    func knownElsewhere(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        try runner.turn { $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/")])] }
        let reply = try runner.redirect(found[0], to: "http://b.test/")
        #expect(reply.redirectWord == "known")
        #expect(reply.opened.isEmpty)
    }

    @Test("Of pages that lead to one another one is asked for", arguments: DatabaseFactory.all)
    func circle(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let steps = [
            try runner.redirectStep(found[0], to: found[1].url),
            try runner.redirectStep(found[1], to: found[0].url),
        ]
        let reply = try runner.turn { $0.redirects = steps }
        guard case .known = reply.redirects[0],
            case .claimed(_, .page(let page, isNew: true)) = reply.redirects[1]
        else {
            Issue.record("\(reply.redirects)")
            return
        }
        #expect(page.url == found[0].url)
        #expect(try runner.row(page.url).state == .pending)
        try runner.expectCountersToFit()
    }

    @Test("A new target becomes a page, and is taken once", arguments: DatabaseFactory.all)
    func made(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let reply = try runner.redirect(found[0], to: "http://a.test/target") { request in
            var take = PageTake(found[0].host, limit: 9)
            take.taken = Set(found.map(\.id))
            request.takes = [take]
        }
        let made = try #require(reply.madePage)
        #expect(made.url == "http://a.test/target")
        #expect(!made.isNamed)
        #expect(made.depth == found[0].depth)
        #expect(reply.grown.pending == 1)
        // Not also by what the same turn takes.
        #expect(reply.taken.flatMap(\.pages).isEmpty)
        #expect(try runner.row(found[0].url).state == .pending)
        #expect(try runner.row(made.url).state == .pending)
        try runner.expectCountersToFit()
    }

    @Test("A second redirect to a target finds it known", arguments: DatabaseFactory.all)
    func twice(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let steps = try found.map { try runner.redirectStep($0, to: "http://b.test/target") }
        let reply = try runner.turn { $0.redirects = steps }
        guard case .claimed(_, .page(_, isNew: true)) = reply.redirects[0], case .known = reply.redirects[1]
        else {
            Issue.record("\(reply.redirects)")
            return
        }
        #expect(reply.opened.map(\.key) == ["http://b.test"])
        try runner.expectCountersToFit()
    }

    @Test("A link to what a redirect has made finds it known", arguments: DatabaseFactory.all)
    func linked(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        _ = try runner.redirect(found[0], to: "http://b.test/target")
        let reply = try runner.record([
            outcome(found[1], leadingTo: [DiscoveredURL("http://b.test/target", depth: 2)])
        ])
        #expect(reply.grown == RunProgress())
    }

    @Test("Where a page of the list leads is that page's", arguments: DatabaseFactory.all)
    func own(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages("http://a.test/", "http://a.test/2")) { $0.followLinks() }
        let taken = try runner.open().taken[0].pages
        let reply = try runner.redirect(taken[0], to: "http://b.test/target")
        #expect(reply.redirectWord == "own")
        #expect(reply.grown.skipped == 1)
        #expect(try runner.row("http://b.test/target").skipReason == "duplicate")
        // No link asks for it again, and no other page of the list.
        let linked = try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/target")])]
        }
        #expect(linked.grown == RunProgress())
        #expect(try runner.redirect(taken[1], to: "http://b.test/target").redirectWord == "known")
        try runner.expectCountersToFit()
    }

    @Test("A page of the list may go on to its target again", arguments: DatabaseFactory.all)
    func ownAgain(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages("http://a.test/")) { $0.followLinks() }
        let page = try runner.open().taken[0].pages[0]
        _ = try runner.redirect(page, to: "http://b.test/target")
        let next = try runner.crash()
        let again = try next.open().taken[0].pages[0]
        #expect(try next.redirect(again, to: "http://b.test/target").redirectWord == "met")
    }

    @Test("A redirect back to a page of its chain goes on with that", arguments: DatabaseFactory.all)
    func met(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let made = try #require(try runner.redirect(found[0], to: "http://b.test/target").madePage)
        var chain = RedirectChain(startedAt: 0)
        chain.append(
            url: found[0].url, statusCode: 301, page: found[0].id, microseconds: 0, sizeDownload: 0)
        chain.lead(from: found[0], to: made, now: 0)
        let reply = try runner.redirect(made, to: found[0].url, chain: chain)
        #expect(reply.redirectWord == "met")
        #expect(reply.grown == RunProgress())
    }

    @Test("A step that does not claim only takes the host", arguments: DatabaseFactory.all)
    func held(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let reply = try runner.redirect(found[0], to: "http://b.test/target", claims: false)
        #expect(reply.redirectWord == "held")
        #expect(reply.opened.map(\.key) == ["http://b.test"])
        #expect(reply.grown == RunProgress())
        #expect(try runner.redirect(found[0], to: "http://b.test/target").redirectWord == "made")
    }

    @Test("The host of a redirect may be another runner's", arguments: DatabaseFactory.all)
    func taken(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let other = try TestRunner(factory, pages(1, of: "http://b.test"), beside: runner, pid: 2)
        let host = try other.host()
        let reply = try runner.redirect(found[0], to: "http://b.test/target")
        #expect(reply.redirectWord == "taken")
        #expect(reply.grown == RunProgress())
        #expect(try other.beat().wanted == [host])
    }

    @Test("A target beyond the host's limit is refused", arguments: DatabaseFactory.all)
    func limit(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory) { $0.limits.pagesPerHost = 3 }
        #expect(try runner.redirect(found[0], to: "http://a.test/target").redirectWord == "refused: limit")
        #expect(try runner.rows().count == 3)
        #expect(try runner.redirect(found[0], to: "http://b.test/target").redirectWord == "made")
    }

    @Test("A link that was left alone is free for a redirect", arguments: DatabaseFactory.all)
    func leftAlone(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory) { $0.keepsSkipped = true }
        let skipped = DiscoveredURL("http://b.test/", depth: 4, skipped: .scope)
        try runner.turn { $0.record.found = [PageDiscovery(urls: [skipped])] }
        let reply = try runner.redirect(found[0], to: "http://b.test/")
        #expect(reply.redirectWord == "made")
        #expect(reply.grown.skipped == -1)
        #expect(try runner.row("http://b.test/").state == .pending)
        #expect(try runner.row("http://b.test/").depth == 1)
        try runner.expectCountersToFit()
    }

    @Test("Where nothing is followed a redirect only takes the host", arguments: DatabaseFactory.all)
    func notFollowing(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let page = try runner.open().taken[0].pages[0]
        #expect(try runner.redirect(page, to: "http://b.test/").redirectWord == "held")
        #expect(try runner.rows().count == 1)
        let bare = RedirectStep(hostKey: "http://c.test", shared: nil, claims: true)
        #expect(try runner.turn { $0.redirects = [bare] }.opened.map(\.key) == ["http://c.test"])
    }

    @Test("After a crash one of the two pages is asked for", arguments: DatabaseFactory.all)
    func crash(_ factory: DatabaseFactory) throws {
        let (runner, found) = try start(factory)
        let made = try #require(try runner.redirect(found[0], to: "http://b.test/target").madePage)
        let next = try runner.crash()
        #expect(try next.drain().sorted() == (found.map(\.url) + [made.url]).sorted())
        try next.expectCountersToFit()
    }
}
