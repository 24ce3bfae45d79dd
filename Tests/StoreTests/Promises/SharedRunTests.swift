import CrawlCore
import Testing
import TrawlStore

/// Several runners work on one run, where a database is for several machines.
@Suite(.timeLimit(.minutes(5)))
struct SharedRunTests {
    /// The databases that runners share runs in.
    static let databases = DatabaseFactory.all.filter(\.sharesRuns)

    private static let list = pages(4, of: "http://a.test") + pages(4, of: "http://b.test")

    @Test("Another runner joins, and every page is taken once", arguments: databases)
    func joins(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        #expect(Set(first.map(\.host)).count == 1)
        #expect(Set(first.map(\.id)).union(second.map(\.id)).count == 8)
        #expect(first.count + second.count == 8)
    }

    @Test("Hosts of the other runner are passed over, and not waited for", arguments: databases)
    func passesOver(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        try one.open(limit: 1)
        let reply = try one.successor().open(limit: 1)
        #expect(reply.opened.map(\.key) == ["http://b.test"])
        #expect(reply.search?.wasDenied == false)
    }

    @Test("What each has counted adds up", arguments: databases)
    func counts(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record(first.map { outcome($0) })
        try two.record(second.map { outcome($0, .failed(.dns)) })
        try one.expectCountersToFit()
        let progress = try one.record().progress
        #expect(progress.done == 4)
        #expect(progress.failed == 4)
        #expect(progress.requests == 8)
    }

    @Test("Both find a URL, and it is one page", arguments: databases)
    func findsTogether(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.followLinks() }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        let link = DiscoveredURL("http://c.test/")
        try one.record([outcome(first[0], leadingTo: [link])])
        let reply = try two.record([outcome(second[0], leadingTo: [link])])
        #expect(reply.grown.pending == 0)
        #expect(try one.rows().count { $0.url == "http://c.test/" } == 1)
        try one.expectCountersToFit()
    }

    @Test("A runner finds pages of a host that the other gave back", arguments: databases)
    func findsForOthers(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1", "http://b.test/1")) { $0.followLinks() }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.turn { request in
            request.record.outcomes = [first.map { outcome($0) }]
            var take = PageTake(first[0].host, limit: 5)
            take.release = .ifEmpty
            request.takes = [take]
        }
        try two.record([outcome(second[0], leadingTo: [DiscoveredURL("http://a.test/2")])])
        #expect(try two.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/2"])
    }

    @Test("The run ends once, and both hear of it", arguments: databases)
    func endsOnce(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { spec in
            var onFinish = JobSpec.OnFinish()
            onFinish.exec = ["true"]
            spec.onFinish = onFinish
        }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record(first.map { outcome($0) })
        #expect(try !one.store.finish(now: 5_000, pulse: {}))
        try two.record(second.map { outcome($0) })
        #expect(try two.store.finish(now: 6_000, pulse: {}))
        #expect(try one.store.finish(now: 7_000, pulse: {}))
        #expect(try one.record().finishedAt == 6_000)
        let told = try one.database.port.read { reader in
            (
                try reader.deliveries(of: one.run, by: one.runner),
                try reader.deliveries(of: one.run, by: two.runner)
            )
        }
        #expect(told.0.isEmpty)
        #expect(told.1.count == 1)
    }

    @Test("A runner that is gone leaves its hosts to the other", arguments: databases)
    func takesOver(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let lost = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        try two.open()
        one.processes.kill(one.process.current.pid)
        two.now += 60_000
        try two.beat()
        let reply = try two.open()
        #expect(Set(reply.taken.flatMap(\.pages).map(\.id)) == Set(lost.map(\.id)))
        #expect(failure { try one.record(lost.map { outcome($0) }) } == .alreadyRunning)
        try two.expectCountersToFit()
    }

    @Test("A request that was going out as its runner ended is told to the other", arguments: databases)
    func interrupted(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(
            factory, [ImportedPage("POST", "http://a.test/1"), ImportedPage("http://b.test/1")])
        let page = try #require(try one.open(limit: 1).taken.flatMap(\.pages).first)
        try one.turn { $0.record.sending = [(page.id, page.batch)] }
        let two = try one.successor()
        #expect(try two.store.interruptedRequests().isEmpty)
        one.processes.kill(one.process.current.pid)
        two.now += 60_000
        #expect(try two.beat().interrupted.map(\.page.url) == ["http://a.test/1"])
    }
}
