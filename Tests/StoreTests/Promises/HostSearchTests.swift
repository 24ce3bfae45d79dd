import CrawlCore
import Testing
import TrawlStore

/// Hosts with pages that wait are found, taken and given back.
@Suite(.timeLimit(.minutes(15)))
struct HostSearchTests {
    @Test("A search goes on behind the host where the one before ended", arguments: DatabaseFactory.all)
    func slices(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, (1...5).flatMap { pages(1, of: "http://h\($0).test") })
        var keys: [String] = []
        var after: HostID?
        var isLast = false
        while !isLast {
            let reply = try runner.open(limit: 2, after: after)
            let search = try #require(reply.search)
            #expect(reply.opened.count <= 2)
            keys += reply.opened.map(\.key)
            (after, isLast) = (search.last, search.isLast)
        }
        #expect(keys.sorted() == (1...5).map { "http://h\($0).test" })
    }

    @Test("A search says when the first host has a page", arguments: DatabaseFactory.all)
    func nextAt(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1) + pages(1, of: "http://b.test"))
        let taken = try runner.open().taken
        try runner.turn { request in
            request.record.outcomes = [
                [
                    outcome(taken[0].pages[0], .retry(.reset, wait: .seconds(9))),
                    outcome(taken[1].pages[0], .retry(.reset, wait: .seconds(4))),
                ]
            ]
            request.takes = taken.map { taken in
                var take = PageTake(taken.host, limit: 1)
                take.release = .ifEmpty
                return take
            }
        }
        let early = try runner.open()
        #expect(early.opened.isEmpty)
        #expect(early.search?.nextAt == 5_000)
        runner.now = 5_000
        let later = try runner.open()
        #expect(later.opened.map(\.key) == ["http://b.test"])
        #expect(later.search?.nextAt == 10_000)
    }

    @Test("New hosts share the pages that may be taken", arguments: DatabaseFactory.all)
    func share(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, (1...3).flatMap { pages(9, of: "http://h\($0).test") })
        // One is at hand, and two come: a third of 12 pages each.
        let first = try runner.open(pages: 0, limit: 1)
        let reply = try runner.turn {
            $0.search = HostSearch(
                after: first.search?.last, limit: 10, pages: 12, hosts: 1, leastShare: 1)
        }
        #expect(reply.taken.map(\.pages.count) == [4, 4])
    }

    @Test("A new host gets the least share at least", arguments: DatabaseFactory.all)
    func leastShare(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(9) + pages(9, of: "http://b.test"))
        let reply = try runner.turn {
            $0.search = HostSearch(after: nil, limit: 10, pages: 2, hosts: 50, leastShare: 3)
        }
        #expect(reply.taken.map(\.pages.count) == [3, 3])
    }

    @Test("First pages wait for a robots.txt that is not known", arguments: DatabaseFactory.all)
    func robots(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2) + pages(2, of: "http://b.test")) { $0.robots = .obey }
        let known = try #require(try runner.hosts()["http://b.test"])
        let record = RobotsRecord(statusCode: 200, body: Array("User-agent: *".utf8), fetchedAt: 1_000)
        try runner.turn { $0.record.robots = [(known, record)] }
        let next = try runner.crash()
        let reply = try next.open()
        #expect(reply.opened.map(\.key) == ["http://a.test", "http://b.test"])
        #expect(reply.opened.map { $0.robots == record } == [false, true])
        #expect(reply.taken.map(\.host) == [known])
    }

    @Test("A robots.txt is good for a day", arguments: DatabaseFactory.all)
    func robotsAge(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2)) { $0.robots = .obey }
        let host = try runner.host()
        try runner.turn {
            $0.record.robots = [(host, RobotsRecord(statusCode: 404, body: nil, fetchedAt: 1_000))]
        }
        let soon = try runner.crash(pid: 7)
        soon.now = 1_000 + RobotsRecord.lifetime - 1
        #expect(try soon.open().opened.first?.robots?.statusCode == 404)
        let late = try soon.crash(pid: 8)
        late.now = 1_000 + RobotsRecord.lifetime
        #expect(try late.open().opened.map(\.robots) == [nil])
    }

    @Test("A job that does not care hears of no robots.txt", arguments: DatabaseFactory.all)
    func robotsIgnored(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let host = try runner.host()
        try runner.turn {
            $0.record.robots = [(host, RobotsRecord(statusCode: 404, body: nil, fetchedAt: 1_000))]
        }
        let reply = try runner.crash().open()
        #expect(reply.opened.map(\.robots) == [nil])
        #expect(reply.taken.count == 1)
    }

    @Test("How a host is doing is kept, and its waits run down", arguments: DatabaseFactory.all)
    func condition(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let host = try runner.host()
        var condition = HostCondition()
        condition.snooze = .seconds(10)
        condition.rate = 2.5
        condition.failures = 3
        condition.probeAfter = .seconds(20)
        try runner.turn { $0.record.conditions = [host: condition] }
        let next = try runner.crash()
        next.now += 4_000
        condition.snooze = .seconds(6)
        condition.probeAfter = .seconds(16)
        #expect(try next.open().opened.first?.record.condition == condition)
    }

    @Test("The run's own list names hosts, whatever their scheme", arguments: DatabaseFactory.all)
    func named(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages("http://a.test/")) { $0.followLinks() }
        let links = ["https://a.test/1", "http://a.test:8080/1", "http://b.test/1"].map { DiscoveredURL($0) }
        try runner.turn { $0.record.found = [PageDiscovery(urls: links)] }
        let opened = try runner.open().opened
        let named = Dictionary(uniqueKeysWithValues: opened.map { ($0.key, $0.isNamed) })
        #expect(
            named == [
                "http://a.test": true, "https://a.test": true, "http://a.test:8080": false,
                "http://b.test": false,
            ])
    }

    // MARK: Giving back

    @Test("A host is kept where it is not to be given back", arguments: DatabaseFactory.all)
    func never(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let host = try runner.host()
        try runner.record(try runner.take(host).pages.map { outcome($0) })
        #expect(try !runner.take(host).isReleased)
    }

    @Test("A host is given back where no page is taken", arguments: DatabaseFactory.all)
    func ifEmpty(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let host = try runner.host()
        let taken = try runner.take(host) { $0.release = .ifEmpty }
        #expect(!taken.isReleased)
        let reply = try runner.turn {
            $0.record.outcomes = [taken.pages.map { outcome($0) }]
            var take = PageTake(host, limit: 1)
            take.release = .ifEmpty
            $0.takes = [take]
        }
        #expect(reply.taken.map(\.isReleased) == [true])
        #expect(reply.taken.map(\.more) == [.never])
    }

    @Test("A host that is not due is given back without a look", arguments: DatabaseFactory.all)
    func notDue(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let host = try runner.host()
        let taken = try runner.take(host) {
            $0.isDue = false
            $0.release = .ifEmpty
        }
        #expect(taken.isReleased)
        #expect(taken.pages.isEmpty)
    }

    @Test("A host is given back in any case, and nothing is taken", arguments: DatabaseFactory.all)
    func always(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3))
        let host = try runner.host()
        let taken = try runner.take(host) { $0.release = .always }
        #expect(taken.isReleased)
        #expect(taken.pages.isEmpty)
        // Whoever searches next finds it.
        #expect(try runner.open().taken.map(\.pages.count) == [3])
    }
}
