import CrawlCore
import Testing
import TrawlStore

/// Pages are taken once, in order, and no more than may be.
@Suite(.timeLimit(.minutes(15)))
struct TakeTests {
    @Test("A page is taken once", arguments: DatabaseFactory.all, [true, false])
    func once(_ factory: DatabaseFactory, fromPosition: Bool) throws {
        let runner = try TestRunner(factory, pages(10))
        let host = try runner.host()
        var urls: [String] = []
        var taken = TakenPages(host)
        var ids: Set<PageID> = []
        repeat {
            taken = try runner.take(host, limit: 3) {
                $0.taken = ids
                $0.position = fromPosition ? taken.position : nil
            }
            urls += taken.pages.map(\.url)
            ids.formUnion(taken.pages.map(\.id))
        } while !taken.pages.isEmpty
        #expect(urls == (0..<10).map { "http://a.test/\($0)" })
        #expect(taken.more == .never)
    }

    @Test("A take says when more may be there", arguments: DatabaseFactory.all)
    func more(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3))
        let host = try runner.host()
        let first = try runner.take(host, limit: 2)
        #expect(first.more == .now)
        #expect(first.position != nil)
        let rest = try runner.take(host, limit: 2) {
            $0.taken = Set(first.pages.map(\.id))
            $0.position = first.position
        }
        #expect(rest.pages.count == 1)
        #expect(rest.more == .never)
        #expect(rest.position == nil)
    }

    @Test("What waits for nothing comes first, then by rank, then as it came", arguments: DatabaseFactory.all)
    func order(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages("http://a.test/1", "http://a.test/2")) { $0.followLinks() }
        let host = try runner.host()
        let retried = try #require(try runner.take(host, limit: 1).pages.first)
        var important = DiscoveredURL("http://a.test/important", depth: 1)
        important.priority = 1
        let links = [
            DiscoveredURL("http://a.test/deep", depth: 2), DiscoveredURL("http://a.test/one", depth: 1),
            DiscoveredURL("http://a.test/two", depth: 1), important,
        ]
        try runner.turn {
            $0.record.outcomes = [[outcome(retried, .retry(.reset, wait: .seconds(1)))]]
            $0.record.found = [PageDiscovery(urls: links)]
        }
        runner.now += 1_000
        #expect(
            try runner.take(host).pages.map(\.url) == [
                "http://a.test/2", "http://a.test/important", "http://a.test/one", "http://a.test/two",
                "http://a.test/deep", "http://a.test/1",
            ])
    }

    @Test("A retry is not taken before its time", arguments: DatabaseFactory.all)
    func retry(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let host = try runner.host()
        let taken = try runner.take(host).pages
        try runner.record([
            outcome(taken[0], .retry(.reset, wait: .seconds(5))),
            outcome(taken[1], .postponed(.hostUnavailable, wait: .seconds(3))),
        ])
        runner.now += 2_999
        let early = try runner.take(host)
        #expect(early.pages.isEmpty)
        #expect(early.more == .at(4_000))
        runner.now += 1
        let one = try runner.take(host)
        #expect(one.pages.map(\.url) == ["http://a.test/1"])
        #expect(one.more == .at(6_000))
        runner.now += 2_000
        let other = try runner.take(host) { $0.taken = Set(one.pages.map(\.id)) }
        #expect(other.pages.map(\.url) == ["http://a.test/0"])
        #expect(other.pages.map(\.attempts) == [1])
    }

    @Test("A position does not hide a page that waits again", arguments: DatabaseFactory.all)
    func behindPosition(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5))
        let host = try runner.host()
        let taken = try runner.take(host, limit: 2)
        try runner.record([outcome(taken.pages[0], .retry(.reset, wait: .milliseconds(1)))])
        runner.now += 10
        let rest = try runner.take(host) {
            $0.taken = [taken.pages[1].id]
            $0.position = taken.position
        }
        #expect(rest.pages.map(\.url) == ["2", "3", "4", "0"].map { "http://a.test/\($0)" })
    }

    @Test("Level by level: a depth only once the one before is recorded", arguments: DatabaseFactory.all)
    func levels(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2)) { $0.followLinks(depth: 3) }
        let host = try runner.host()
        let top = try runner.take(host, limit: 1).pages
        try runner.turn { $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://a.test/deep")])] }
        let rest = try runner.take(host) {
            $0.taken = [top[0].id]
            $0.level = 0
        }
        #expect(rest.pages.map(\.url) == ["http://a.test/1"])
        // Those of the next level are had when this one is done.
        #expect(rest.more == .now)
        let held = try runner.take(host) {
            $0.taken = Set((top + rest.pages).map(\.id))
            $0.level = 0
        }
        #expect(held.pages.isEmpty)
        try runner.record((top + rest.pages).map { outcome($0) })
        #expect(try runner.take(host).pages.map(\.url) == ["http://a.test/deep"])
    }

    @Test("Without a depth to keep to, levels are mixed", arguments: DatabaseFactory.all)
    func mixedLevels(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1)) { $0.followLinks() }
        let host = try runner.host()
        try runner.turn { $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://a.test/deep")])] }
        #expect(try runner.take(host).pages.map(\.depth) == [0, 1])
    }

    @Test("A turn takes no more pages than it has room for", arguments: DatabaseFactory.all)
    func room(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(
            factory, pages(5) + pages(5, of: "http://b.test") + pages(5, of: "http://c.test"))
        let hosts = try runner.hosts().values.sorted { $0.rawValue < $1.rawValue }
        let reply = try runner.turn {
            $0.takes = hosts.map { PageTake($0, limit: 4) }
            $0.room = 6
        }
        #expect(reply.taken.map(\.host) == Array(hosts.prefix(2)))
        #expect(reply.taken.map(\.pages.count) == [4, 2])
        // Where the room ended there are more.
        #expect(reply.taken.last?.more == .now)
    }

    @Test("Room counts for the first pages of new hosts too", arguments: DatabaseFactory.all)
    func roomOfSearch(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5) + pages(5, of: "http://b.test"))
        let reply = try runner.turn {
            $0.search = HostSearch(after: nil, limit: 10, pages: 100, hosts: 0, leastShare: 1)
            $0.room = 7
        }
        #expect(reply.taken.map(\.pages.count) == [5, 2])
    }

    @Test("Without room nothing is taken, and the host is kept", arguments: DatabaseFactory.all)
    func noRoom(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5))
        let host = try runner.host()
        let reply = try runner.turn {
            var take = PageTake(host, limit: 4)
            take.release = .ifEmpty
            $0.takes = [take]
            $0.room = 0
        }
        #expect(reply.taken.isEmpty)
        #expect(try runner.take(host).pages.count == 5)
    }

    @Test("A limit of 0 asks whether pages wait", arguments: DatabaseFactory.all)
    func asks(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let host = try runner.host()
        let waiting = try runner.take(host, limit: 0) { $0.release = .ifEmpty }
        #expect(waiting.pages.isEmpty)
        #expect(!waiting.isReleased)
        #expect(waiting.more != .never)
        try runner.record(try runner.take(host).pages.map { outcome($0) })
        let empty = try runner.take(host, limit: 0) { $0.release = .ifEmpty }
        #expect(empty.more == .never)
        #expect(empty.isReleased)
    }

    @Test("What is not due takes only where this turn has added pages", arguments: DatabaseFactory.all)
    func notDue(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2) + pages(2, of: "http://b.test")) { $0.followLinks() }
        let hosts = try runner.hosts()
        let (one, two) = (try #require(hosts["http://a.test"]), try #require(hosts["http://b.test"]))
        let page = try #require(try runner.take(one, limit: 1).pages.first)
        let reply = try runner.turn {
            $0.record.outcomes = [[outcome(page, leadingTo: [DiscoveredURL("http://a.test/new")])]]
            $0.takes = [one, two].map { host in
                var take = PageTake(host, limit: 10)
                take.isDue = false
                return take
            }
        }
        #expect(reply.grownHosts == [one])
        #expect(reply.taken.map(\.host) == [one])
        #expect(reply.taken[0].pages.map(\.url) == ["http://a.test/1", "http://a.test/new"])
    }

    @Test("New pages are taken though they come before the position", arguments: DatabaseFactory.all)
    func grownBefore(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1)) { $0.followLinks() }
        let host = try runner.host()
        let links = (1...4).map { DiscoveredURL("http://a.test/deep\($0)", depth: 3) }
        try runner.turn { $0.record.found = [PageDiscovery(urls: links)] }
        let taken = try runner.take(host, limit: 2)
        let reply = try runner.turn {
            $0.record.outcomes = [[outcome(taken.pages[0], leadingTo: [DiscoveredURL("http://a.test/near")])]]
            var take = PageTake(host, limit: 10)
            take.taken = [taken.pages[1].id]
            take.position = taken.position
            $0.takes = [take]
        }
        #expect(reply.taken[0].pages.first?.url == "http://a.test/near")
        #expect(reply.taken[0].pages.count == 4)
    }

    @Test("A page brings what its request needs", arguments: DatabaseFactory.all)
    func content(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, [ImportedPage("http://a.test/", name: "start")]) {
            $0.followLinks()
        }
        let host = try runner.host()
        let sitemap = DiscoveredURL("http://a.test/map", depth: 2, kind: .sitemap)
        try runner.turn { $0.record.found = [PageDiscovery(urls: [sitemap])] }
        let taken = try runner.take(host).pages
        #expect(taken.map(\.name) == ["start", nil])
        #expect(taken.map(\.isNamed) == [true, false])
        #expect(taken.map(\.kind) == [.page, .sitemap])
        #expect(taken.map(\.depth) == [0, 2])
        #expect(taken.allSatisfy { $0.host == host && $0.attempts == 0 })
    }
}
