import CrawlCore
import Testing
import TrawlStore

/// Items and further pages are recorded with the page that they come from, once.
@Suite(.timeLimit(.minutes(15)))
struct FollowUpTests {
    private struct Items: ItemList {
        let all: [String]
        var count: Int { all.count }
        func forEach(_ body: (String?, String) throws -> Void) throws {
            for item in all { try body("k\(item)", item) }
        }
    }

    private func start(_ factory: DatabaseFactory) throws -> (runner: TestRunner, page: ClaimedPage) {
        let stored = ImportedRequest(method: "GET", details: #"{"items":"$[*]"}"#, idempotencyKey: nil)
        let runner = try TestRunner(
            factory,
            [
                .page(
                    url: "http://a.test/1", hostKey: "http://a.test", name: "list", line: nil, request: stored
                )
            ])
        return (runner, try runner.open().taken[0].pages[0])
    }

    private func following(
        _ url: String, _ first: ClaimedPage, number: Int, onRepeat: Paging.Repeat = .error,
        _ change: (inout FollowingPage) -> Void = { _ in }
    ) -> FollowingPage {
        var place = ChainPlace(first: first.id, number: number, firstURL: first.url)
        (place.before, place.itemsBefore, place.total) = (-5, 3, 9)
        var page = FollowingPage(
            url: url, hostKeyLength: hostKeyOf(url).utf8.count, name: "list", method: "GET",
            details: #"{"items":"$[*]"}"#, place: place, onRepeat: onRepeat)
        change(&page)
        return page
    }

    private func settled(
        _ page: ClaimedPage, _ verdict: PageOutcome.Verdict = .done, items: [String] = [],
        to pages: [FollowingPage],
        restarts: Bool = false
    ) -> PageOutcome {
        outcome(page, verdict) {
            $0.followUp = FollowUp(
                items: items.isEmpty ? nil : Items(all: items), pages: pages, restarts: restarts)
        }
    }

    private func items(_ runner: TestRunner) throws -> [String] {
        var found: [String] = []
        try runner.database.port.read { reader in
            try reader.forEachItem(of: runner.run) {
                found.append("\($0.page).\($0.position) \($0.key ?? "-") \($0.value)")
            }
        }
        return found
    }

    @Test(
        "A page's items and the next page are there with its outcome, and once",
        arguments: DatabaseFactory.all)
    func once(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        let page = following("http://a.test/2", first, number: 2)
        let reply = try runner.record([settled(first, items: ["1", "2"], to: [page])])
        #expect(reply.grown.pending == 1)
        #expect(reply.grownHosts.count == 1)
        // A second outcome of the same page counts for nothing.
        #expect(try runner.record([settled(first, items: ["1", "2"], to: [page])]).grown.pending == 0)
        #expect(try items(runner) == ["1.1 k1 1", "1.2 k2 2"])
        let second = try #require(try runner.take(first.host).pages.first)
        let stored = try #require(try runner.turn { $0.requests = [second.id] }.requests[0])
        #expect(stored.place == page.place)
        #expect(stored.details == page.details)
        #expect(stored.name == "list")
        try runner.expectCountersToFit()
        try runner.record([settled(second, items: ["3"], to: [])])
        #expect(try items(runner) == ["1.1 k1 1", "1.2 k2 2", "2.1 k3 3"])
        #expect(try runner.drain() == [])
    }

    @Test("A page that is tried again leads to nothing", arguments: DatabaseFactory.all)
    func retried(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        let page = following("http://a.test/2", first, number: 2)
        try runner.record([settled(first, .retry(.reset, wait: .zero), items: ["1"], to: [page])])
        #expect(try items(runner) == [])
        #expect(try runner.rows().count == 1)
    }

    @Test(
        "A request that the chain has had is a failed page, or the end, or allowed",
        arguments: DatabaseFactory.all)
    func repeated(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        try runner.record([settled(first, to: [following("http://a.test/2", first, number: 2)])])
        let second = try #require(try runner.take(first.host).pages.first)
        let again = Paging.Repeat.allCases.map {
            following("http://a.test/2", first, number: 3, onRepeat: $0)
        }
        let reply = try runner.record([settled(second, to: again)])
        #expect(reply.grown.failed == 1)
        #expect(reply.grown.pending == 1)
        #expect(try runner.rows().filter { $0.state == .failed }.map(\.errorKind) == ["unexpected"])
        try runner.expectCountersToFit()
    }

    @Test("What ends a result badly is a page that is not requested", arguments: DatabaseFactory.all)
    func ends(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        let failed = following("nonsense", first, number: 2) {
            ($0.hostKeyLength, $0.end) = (0, .failed(.invalidURL, "no URL"))
        }
        let skipped = following("http://a.test/9", first, number: 3) {
            ($0.hostKeyLength, $0.end) = (0, .skipped(.limit, "too many"))
        }
        let reply = try runner.record([settled(first, to: [failed, skipped])])
        #expect((reply.grown.failed, reply.grown.skipped, reply.grown.pending) == (1, 1, 0))
        try runner.expectCountersToFit()
        #expect(try runner.drain() == [])
    }

    @Test(
        "What a run began with is kept, and which of its lists are not whole is known",
        arguments: DatabaseFactory.all)
    func marks(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        let port = runner.database.port
        try port.write { try $0.keepMarks(#"{"list":"2026-01-01"}"#, of: runner.run) }
        #expect(try runner.record().marks == #"{"list":"2026-01-01"}"#)
        #expect(try port.read { try $0.incompleteNames(of: runner.run) } == [])
        #expect(try port.read { try $0.cappedNames(of: runner.run) } == [])
        let skipped = following("http://a.test/9", first, number: 3) {
            ($0.hostKeyLength, $0.end) = (0, .skipped(.limit, "too many"))
        }
        try runner.record([settled(first, items: ["1"], to: [skipped])])
        #expect(try port.read { try $0.incompleteNames(of: runner.run) } == ["list"])
        #expect(try port.read { try $0.cappedNames(of: runner.run) } == ["list"])
        var replies: [String?] = []
        try port.read { try $0.forEachReply(of: runner.run) { replies.append($0.input) } }
        #expect(replies == [nil, nil])
    }

    @Test("A request for an item is known by it", arguments: DatabaseFactory.all)
    func input(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        let child = following("http://a.test/c", first, number: 1) {
            ($0.isOfItem, $0.input, $0.name) = (true, #"{"item":7}"#, "child")
        }
        try runner.record([settled(first, items: ["7"], to: [child])])
        let page = try #require(try runner.take(first.host).pages.first)
        let second = following("http://a.test/c2", page, number: 2) { $0.name = "child" }
        try runner.record([settled(page, items: ["a"], to: [second])])
        let last = try #require(try runner.take(first.host).pages.first)
        try runner.record([settled(last, items: ["b"], to: [])])
        var inputs: [String] = []
        try runner.database.port.read { reader in
            try reader.forEachItem(of: runner.run) { inputs.append("\($0.value) \($0.input ?? "-")") }
        }
        #expect(inputs.sorted() == ["7 -", #"a {"item":7}"#, #"b {"item":7}"#])
    }

    @Test("What a host said of its limits is kept", arguments: DatabaseFactory.all)
    func allowance(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        var condition = HostCondition()
        condition.allowance = HostCondition.Allowance(remaining: 42, reset: .seconds(60))
        try runner.turn { $0.record.conditions = [first.host: condition] }
        try runner.record([settled(first, items: ["1"], to: [])])
        #expect(try runner.drain() == [])
    }

    @Test("Its pools that are used up are known to the next runner", arguments: DatabaseFactory.all)
    func pools(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        var condition = HostCondition()
        condition.paused = ["list", "more"].map { .init(request: $0, pool: "p", wait: .seconds(10)) }
        try runner.turn { $0.record.conditions = [first.host: condition] }
        condition.paused = [.init(request: "list", pool: "search", wait: .seconds(10))]
        try runner.turn { $0.record.conditions = [first.host: condition] }
        let next = try runner.crash()
        next.now += 4_000
        let opened = try next.open().opened.first
        #expect(
            opened?.record.condition.paused == [.init(request: "list", pool: "search", wait: .seconds(6))])
    }

    @Test("A list that is read again gives up the items that it had", arguments: DatabaseFactory.all)
    func restarted(_ factory: DatabaseFactory) throws {
        let (runner, first) = try start(factory)
        try runner.record([settled(first, items: ["1"], to: [following("http://a.test/2", first, number: 2)])]
        )
        let second = try #require(try runner.take(first.host).pages.first)
        let again = following("http://a.test/1", first, number: 1) { $0.place.restarts = 1 }
        #expect(try runner.record([settled(second, to: [again], restarts: true)]).grown.pending == 1)
        #expect(try items(runner) == [])
    }
}
