import CrawlCore
import Testing
import TrawlStore

/// Links are rows, written with their page, and have the verdict of what they lead to.
@Suite(.timeLimit(.minutes(15)))
struct LinkTests {
    /// A runner that has taken the first page of a run that checks links.
    private func start(
        _ factory: DatabaseFactory, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> (runner: TestRunner, page: ClaimedPage) {
        let runner = try TestRunner(factory, pages("http://a.test/", "http://a.test/other")) {
            $0.followLinks()
            $0.check = JobSpec.Check()
            $0.keepsLinks = true
            change(&$0)
        }
        return (runner, try runner.open().taken[0].pages[0])
    }

    private func link(
        _ url: String, fragment: String? = nil, text: String? = nil, element: String = "a", line: Int = 1,
        count: Int = 1, reason: LinkReason? = nil
    ) -> Link {
        Link(
            url: url, fragment: fragment, element: element, attribute: element == "img" ? "src" : "href",
            text: text, line: line, count: count, reason: reason)
    }

    private func check(_ url: String, readsPlaces: Bool = false) -> DiscoveredURL {
        var found = DiscoveredURL(url, kind: .check)
        found.readsPlaces = readsPlaces
        return found
    }

    private func places(_ names: String...) -> FragmentPlaces {
        FragmentPlaces(hashes: names.map { FragmentPlaces.hash(Array($0.utf8).span) }.sorted(), isCut: false)
    }

    private func links(
        _ runner: TestRunner, _ change: (inout LinkQuery) -> Void = { _ in }
    ) throws -> [LinkRow] {
        try runner.database.port.read { reader in
            var query = LinkQuery(job: runner.spec.name)
            query.isGrouped = true
            change(&query)
            var rows: [LinkRow] = []
            try reader.forEachLink(query) {
                rows.append($0)
                return true
            }
            return rows
        }
    }

    private func verdict(_ runner: TestRunner, _ url: String, _ fragment: String? = nil) throws -> String? {
        let row = try #require(try links(runner) { $0.to = url }.first { $0.fragment == fragment })
        return [row.verdict, row.reason].compactMap { $0 }.joined(separator: " ")
    }

    /// Records a page that was read, with its links.
    private func read(
        _ page: ClaimedPage, _ list: [Link], places: FragmentPlaces? = nil,
        leadingTo urls: [DiscoveredURL] = []
    ) -> PageOutcome {
        outcome(page) {
            $0.response.contentType = "text/html"
            $0.discovery = PageDiscovery(urls: urls, links: PageLinks(list, places: places))
        }
    }

    /// Takes all pages that wait.
    private func take(_ runner: TestRunner) throws -> [String: ClaimedPage] {
        var pages: [String: ClaimedPage] = [:]
        try runner.open(pages: 0)
        for key in ["http://a.test", "http://b.test"] {
            guard let host = try runner.database.port.read({ try $0.knownHost(key) }) else { continue }
            let taken = try runner.turn { $0.takes = [PageTake(host, limit: 100)] }.taken.first
            for page in taken?.pages ?? [] { pages[page.url] = page }
        }
        return pages
    }

    @Test("A link is a row with all that the page says of it", arguments: DatabaseFactory.all)
    func rows(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        let list = [
            link("http://b.test/", fragment: "x", text: "To b", line: 7, count: 3),
            link("http://a.test/i.png", element: "img", line: 9),
            link("mailto:a@b.test", line: 10, reason: .scheme),
            link("http://[", line: 11, reason: .malformed),
        ]
        try runner.record([read(page, list)])
        let rows = try links(runner)
        #expect(rows.map(\.to).sorted() == list.map(\.url).sorted())
        let row = try #require(rows.first { $0.to == "http://b.test/" })
        #expect(row.from == "http://a.test/")
        #expect([row.element, row.attribute, row.text, row.fragment] == ["a", "href", "To b", "x"])
        #expect([row.line, row.count] == [7, 3])
        #expect([row.verdict, row.reason] == ["not_checked", "excluded"])
        #expect(try verdict(runner, "mailto:a@b.test") == "not_checked scheme")
        #expect(try verdict(runner, "http://[") == "broken malformed")
        #expect(try links(runner) { $0.isBroken = true }.map(\.to) == ["http://["])
    }

    @Test("The same link on many pages is one element", arguments: DatabaseFactory.all)
    func menu(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(20)) { $0.keepsLinks = true }
        let menu = (0..<10).map { link("http://m.test/\($0)", text: "Item \($0)") }
        try runner.record(try runner.open().taken[0].pages.map { read($0, menu) })
        #expect(try links(runner).count == 200)
        #expect(try links(runner) { $0.to = "http://m.test/3" }.count == 20)
        let from = try runner.rows()[4].url
        #expect(try links(runner) { $0.from = from }.count == 10)
    }

    @Test("A page that is recorded twice has its links once", arguments: DatabaseFactory.all)
    func twice(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        for _ in 0..<2 { try runner.record([read(page, [link("http://b.test/")])]) }
        #expect(try links(runner).count == 1)
        let next = try runner.crash()
        try next.record([read(page, [link("http://b.test/")])])
        #expect(try links(next).count == 1)
    }

    @Test("What is only checked is a page of its kind, asked for with HEAD", arguments: DatabaseFactory.all)
    func checks(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory) { $0.limits.pagesPerHost = 2 }
        let found = [check("http://a.test/i.png"), check("http://b.test/", readsPlaces: true)]
        let reply = try runner.record([read(page, [], leadingTo: found)])
        #expect(reply.grown.pending == 2)
        #expect(try runner.row("http://a.test/i.png").kind == .check)
        let pages = try take(runner)
        let image = try #require(pages["http://a.test/i.png"]?.check)
        #expect(image.isOwn && image.asksWithHEAD)
        let other = try #require(pages["http://b.test/"]?.check)
        #expect(!other.isOwn && !other.asksWithHEAD)
    }

    @Test(
        "A check that is put off to GET is asked for so, and has lost no attempt",
        arguments: DatabaseFactory.all)
    func fallback(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        try runner.record([read(page, [], leadingTo: [check("http://a.test/i.png")])])
        let image = try #require(try take(runner)["http://a.test/i.png"])
        try runner.record([
            outcome(image, .postponed(.httpStatus, wait: .zero)) {
                $0.response.statusCode = 405
                $0.asksAgainWithGET = true
            }
        ])
        let again = try #require(try take(runner)["http://a.test/i.png"])
        #expect(again.check?.asksWithHEAD == false)
        #expect(again.attempts == 0)
    }

    @Test("A check has failed only where links to it are broken", arguments: DatabaseFactory.all)
    func unsure(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        let urls = ["http://b.test/wall", "http://b.test/gone", "http://b.test/fine"]
        try runner.record([read(page, urls.map { link($0) }, leadingTo: urls.map { check($0) })])
        let pages = try take(runner)
        func fail(_ url: String, _ status: Int) throws -> PageOutcome {
            outcome(try #require(pages[url]), .failed(.httpStatus)) { $0.response.statusCode = status }
        }
        let reply = try runner.record([
            fail(urls[0], 403), fail(urls[1], 404), outcome(try #require(pages[urls[2]])),
        ])
        #expect(reply.counted.failed == 1)
        #expect(reply.counted.done == 2)
        #expect(try runner.row(urls[0]).state == .done)
        #expect(try runner.row(urls[0]).errorKind == "http_status")
        #expect(try urls.map { try verdict(runner, $0) } == ["unsure refused", "broken gone", "ok"])
        #expect(try links(runner) { $0.isBroken = true }.map(\.to) == [urls[1]])
        try runner.expectCountersToFit()
    }

    @Test("A link that is followed makes a page of a check", arguments: DatabaseFactory.all, [false, true])
    func promoted(_ factory: DatabaseFactory, isSettled: Bool) throws {
        let (runner, page) = try start(factory)
        try runner.record([read(page, [], leadingTo: [check("http://a.test/x")])])
        let taken = try #require(try take(runner)["http://a.test/x"])
        if isSettled { try runner.record([outcome(taken)]) }
        try runner.turn { $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://a.test/x")])] }
        // What was under way does not settle it.
        if !isSettled { try runner.record([outcome(taken)]) }
        #expect(try runner.row("http://a.test/x").state == .pending)
        #expect(try runner.row("http://a.test/x").kind == .page)
        #expect(try take(runner)["http://a.test/x"]?.kind == .page)
        try runner.expectCountersToFit()
    }

    @Test("A link with a fragment has a check read", arguments: DatabaseFactory.all, [false, true])
    func read(_ factory: DatabaseFactory, isSettled: Bool) throws {
        let (runner, page) = try start(factory)
        try runner.record([read(page, [], leadingTo: [check("http://b.test/x")])])
        let taken = try #require(try take(runner)["http://b.test/x"])
        let head = outcome(taken) { $0.response.contentType = "text/html" }
        if isSettled { try runner.record([head]) }
        try runner.turn {
            $0.record.found = [PageDiscovery(urls: [check("http://b.test/x", readsPlaces: true)])]
        }
        if !isSettled { try runner.record([head]) }
        #expect(try take(runner)["http://b.test/x"]?.check?.asksWithHEAD == false)
        try runner.expectCountersToFit()
    }

    @Test("A fragment is judged whichever of the two pages is read first", arguments: DatabaseFactory.all)
    func fragments(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        let other = "http://a.test/other"
        let list = ["here", "gone", "top", "%C3%BC", "/route"].map { link(other, fragment: $0) }
        let own = [link("http://a.test/", fragment: "gone")]
        let pages = try take(runner)
        try runner.record([
            read(page, list, places: places("a")),
            read(try #require(pages[other]), own, places: places("here", "ü")),
        ])
        #expect(try runner.store.finish(now: runner.now) {})
        #expect(
            try ["here", "gone", "top", "%C3%BC", "/route"].map { try verdict(runner, other, $0) } == [
                "ok", "broken no_fragment", "ok", "ok", "unsure script_fragment",
            ])
        #expect(try verdict(runner, "http://a.test/", "gone") == "broken no_fragment")
        #expect(try links(runner) { $0.isBroken = true }.count == 2)
    }

    @Test(
        "A page that redirects to a page of the run has its verdict", arguments: DatabaseFactory.all,
        [false, true])
    func redirected(_ factory: DatabaseFactory, isTargetFirst: Bool) throws {
        let (runner, page) = try start(factory)
        let list = [
            link("http://a.test/old"), link("http://a.test/new"), link("http://a.test/old", fragment: "x"),
        ]
        try runner.record([
            read(page, list, leadingTo: ["old", "new"].map { DiscoveredURL("http://a.test/\($0)") })
        ])
        let pages = try take(runner)
        let (old, new) = (try #require(pages["http://a.test/old"]), try #require(pages["http://a.test/new"]))
        let target = read(new, [], places: places("y"))
        if isTargetFirst { try runner.record([target]) }
        var chain = RedirectChain(startedAt: 0)
        chain.append(url: old.url, statusCode: 301, page: old.id, microseconds: 1, sizeDownload: 0)
        let left = outcome(old, .skipped(.duplicate)) {
            $0.chain = chain
            $0.response.finalURL = new.url
        }
        let step = RedirectStep(
            hostKey: "http://a.test",
            shared: SharedRedirect(
                page: old, target: try WebURL(parsing: new.url), chain: chain, ifKnown: [left]), claims: true)
        let reply = try runner.turn { $0.redirects = [step] }
        guard case .known? = reply.redirects.first else {
            Issue.record("the page is known")
            return
        }
        if !isTargetFirst {
            #expect(try verdict(runner, old.url) == "")
            try runner.record([target])
        }
        #expect(try verdict(runner, old.url) == "redirected")
        #expect(try verdict(runner, new.url) == "ok")
        try runner.record([outcome(try #require(pages["http://a.test/other"]))])
        #expect(try runner.store.finish(now: runner.now) {})
        #expect(try verdict(runner, old.url, "x") == "broken no_fragment")
    }

    @Test(
        "A trouble that may pass is broken in the second run, and says since when",
        arguments: DatabaseFactory.all)
    func brokenSince(_ factory: DatabaseFactory) throws {
        var first: Int64?
        var database: TestRunner?
        for (number, expected) in [(1, "unsure server_error"), (2, "broken server_error")] {
            let runner = try TestRunner(factory, pages("http://a.test/"), beside: database) {
                $0.followLinks()
                $0.check = JobSpec.Check()
                $0.keepsLinks = true
            }
            runner.now = Int64(number) * 1_000_000
            database = runner
            let page = try #require(try runner.open().taken.first?.pages.first)
            try runner.record([read(page, [link("http://b.test/")], leadingTo: [check("http://b.test/")])])
            let other = try #require(try take(runner)["http://b.test/"])
            try runner.record([
                outcome(other, .failed(.httpStatus)) {
                    $0.response.statusCode = 503
                    $0.finishedAt = runner.now
                }
            ])
            #expect(try verdict(runner, "http://b.test/") == expected)
            let since = try links(runner) { $0.to = "http://b.test/" }.first?.brokenSince
            #expect(since != nil)
            if let first { #expect(since == first) } else { first = since }
            #expect(try runner.store.finish(now: runner.now) {})
            try runner.database.port.write { try $0.removeRunner(runner.runner, now: runner.now) }
        }
    }

    @Test("What was fine elsewhere is trusted for a while", arguments: DatabaseFactory.all, [1, 8])
    func trusted(_ factory: DatabaseFactory, days: Int64) throws {
        var before: TestRunner?
        for number in [Int64(0), days] {
            let runner = try TestRunner(factory, pages("http://a.test/"), beside: before) {
                $0.followLinks()
                $0.check = JobSpec.Check()
                $0.keepsLinks = true
            }
            runner.now = 1_000_000 + number * 86_400_000
            let isSecond = before != nil
            before = runner
            let page = try #require(try runner.open().taken.first?.pages.first)
            let urls = [
                "http://b.test/fine", "http://b.test/wall", "http://b.test/read", "http://a.test/i.png",
            ]
            let found = urls.map { check($0, readsPlaces: $0.hasSuffix("read")) }
            try runner.record([
                read(
                    page, urls.map { link($0, fragment: $0.hasSuffix("read") ? "x" : nil) }, leadingTo: found)
            ])
            let pages = try take(runner)
            let isTrusted = isSecond && days < 7
            #expect(Set(pages.keys) == Set(isTrusted ? [urls[1], urls[3]] : urls))
            if isTrusted {
                #expect(try runner.row(urls[0]).state == .done)
                #expect(try verdict(runner, urls[0]) == "ok")
            }
            try runner.record(
                pages.values.map { page in
                    if page.url == urls[1] {
                        return outcome(page, .failed(.httpStatus)) {
                            $0.response.statusCode = 403
                            $0.finishedAt = runner.now
                        }
                    }
                    let places = page.url == urls[2] ? self.places("y") : nil
                    return outcome(page) {
                        $0.finishedAt = runner.now
                        $0.discovery = PageDiscovery(urls: [], links: PageLinks([], places: places))
                    }
                })
            try runner.expectCountersToFit()
            #expect(try runner.store.finish(now: runner.now) {})
            #expect(try verdict(runner, urls[2], "x") == "broken no_fragment")
            try runner.database.port.write { try $0.removeRunner(runner.runner, now: runner.now) }
        }
    }
}
