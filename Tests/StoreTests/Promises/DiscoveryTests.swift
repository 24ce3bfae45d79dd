import CrawlCore
import Testing
import TrawlStore

/// What pages lead to becomes pages, each once.
@Suite(.timeLimit(.minutes(15)))
struct DiscoveryTests {
    /// A runner that has taken the first page of a run that follows links.
    private func start(
        _ factory: DatabaseFactory, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> (runner: TestRunner, page: ClaimedPage) {
        let runner = try TestRunner(factory, pages("http://a.test/", "http://a.test/other")) {
            $0.followLinks()
            change(&$0)
        }
        return (runner, try runner.open().taken[0].pages[0])
    }

    @Test("A link makes a page, and its host is said to have grown", arguments: DatabaseFactory.all)
    func link(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        let reply = try runner.record([
            outcome(page, leadingTo: [DiscoveredURL("http://a.test/1"), DiscoveredURL("http://b.test/1")])
        ])
        #expect(reply.grown.pending == 2)
        #expect(reply.grownHosts.count == 2)
        #expect(try runner.row("http://b.test/1").depth == 1)
        let record = try runner.database.port.read { try $0.page("http://b.test/1", of: runner.run) }
        #expect(record?.row.referrer == "http://a.test/")
        try runner.expectCountersToFit()
    }

    @Test("Links to one URL are one page, in a turn and over turns", arguments: DatabaseFactory.all)
    func doubled(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        let links = ["http://b.test/1", "http://b.test/1", "http://a.test/other"].map { DiscoveredURL($0) }
        let first = try runner.turn {
            $0.record.outcomes = [[outcome(page, leadingTo: links)]]
            $0.record.found = [PageDiscovery(urls: links)]
        }
        #expect(first.grown.pending == 1)
        let again = try runner.turn { $0.record.found = [PageDiscovery(urls: links)] }
        #expect(again.grown == RunProgress())
        #expect(again.grownHosts.isEmpty)
        // Nor does the next runner, who remembers nothing, make another.
        let next = try runner.crash()
        try next.turn { $0.record.found = [PageDiscovery(urls: links)] }
        #expect(try next.rows().map(\.url) == ["http://a.test/", "http://a.test/other", "http://b.test/1"])
        try next.expectCountersToFit()
    }

    @Test("Traps are counted over turns and runners", arguments: DatabaseFactory.all)
    func traps(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory) { $0.limits.trap.sessions = 6 }
        func links(_ numbers: ClosedRange<Int>) -> [DiscoveredURL] {
            numbers.map { DiscoveredURL("http://a.test/x?sid=\($0)") }
        }
        let first = try runner.record([outcome(page, leadingTo: links(1...4))])
        #expect(first.grown.pending == 4)
        // What is found again does not count again.
        let again = try runner.turn { $0.record.found = [PageDiscovery(urls: links(1...5))] }
        #expect(again.grown.pending == 1)
        let next = try runner.crash()
        let reply = try next.turn { $0.record.found = [PageDiscovery(urls: links(1...9))] }
        #expect(reply.grown.pending == 1)
        #expect(try next.rows().count == 8)
        try next.expectCountersToFit()
    }

    @Test("Runs have pages of their own", arguments: DatabaseFactory.all)
    func runs(_ factory: DatabaseFactory) throws {
        let (one, _) = try start(factory)
        let two = try TestRunner(factory, pages("http://c.test/"), beside: one, pid: 2) { $0.followLinks() }
        for runner in [one, two] {
            let reply = try runner.turn {
                $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/")])]
            }
            #expect(reply.grown.pending == 1)
        }
        #expect(try one.rows().count == 3)
        #expect(try two.rows().count == 2)
    }

    @Test("A link to a page that has a name is a page of its own", arguments: DatabaseFactory.all)
    func named(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(
            factory, [ImportedPage("http://a.test/", name: "start"), ImportedPage("POST", "http://a.test/")]
        ) { $0.followLinks() }
        let reply = try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://a.test/")])]
        }
        #expect(reply.grown.pending == 1)
    }

    @Test("A less deep link lifts a page, a deeper one does not", arguments: DatabaseFactory.all)
    func lift(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        func find(_ depth: Int) throws -> Int {
            try runner.record([outcome(page, leadingTo: [])])
            try runner.turn {
                $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/", depth: depth)])]
            }
            return try runner.row("http://b.test/").depth
        }
        #expect(try find(5) == 5)
        #expect(try find(7) == 5)
        #expect(try find(2) == 2)
        // And is taken accordingly.
        try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/three", depth: 3)])]
        }
        #expect(try runner.open().taken[0].pages.map(\.depth) == [2, 3])
    }

    @Test("A link that was left alone is followed from where it may be", arguments: DatabaseFactory.all)
    func revived(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory) { $0.keepsSkipped = true }
        let skipped = DiscoveredURL("http://b.test/", depth: 1, skipped: .robots)
        let first = try runner.record([outcome(page, leadingTo: [skipped])])
        #expect(first.grown.skipped == 1)
        #expect(first.grownHosts.isEmpty)
        #expect(try runner.row("http://b.test/").skipReason == "robots")
        let found = try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/", depth: 3)])]
        }
        #expect(found.grown.skipped == -1)
        #expect(found.grown.pending == 1)
        #expect(found.grownHosts.count == 1)
        #expect(try runner.row("http://b.test/").depth == 3)
        // However deep the link was that was left alone, a less deep one lifts it.
        try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://b.test/", depth: 2)])]
        }
        #expect(try runner.row("http://b.test/").depth == 2)
        try runner.expectCountersToFit()
    }

    @Test("A page that was skipped once it was asked for stays so", arguments: DatabaseFactory.all)
    func skippedForGood(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        try runner.record([outcome(page, .skipped(.robots))])
        let reply = try runner.turn {
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://a.test/", depth: 0)])]
        }
        #expect(reply.grown == RunProgress())
        #expect(try runner.row("http://a.test/").state == .skipped)
    }

    @Test(
        "Links beyond a host's limit are left out, or kept as skipped", arguments: DatabaseFactory.all,
        [true, false])
    func limit(_ factory: DatabaseFactory, keepsSkipped: Bool) throws {
        let (runner, page) = try start(factory) {
            $0.limits.pagesPerHost = 3
            $0.keepsSkipped = keepsSkipped
        }
        let links = (1...3).map { DiscoveredURL("http://a.test/\($0)") }
        let reply = try runner.record([outcome(page, leadingTo: links)])
        #expect(reply.grown.pending == 1)
        #expect(reply.grown.skipped == (keepsSkipped ? 2 : 0))
        #expect(try runner.rows().count == (keepsSkipped ? 5 : 3))
        // Nor are they pages when they are met again, by another runner.
        let next = try runner.crash()
        #expect(try next.turn { $0.record.found = [PageDiscovery(urls: links)] }.grown == RunProgress())
        try next.expectCountersToFit()
    }

    @Test("A sitemap's URL is a page of its kind, and uses up no place", arguments: DatabaseFactory.all)
    func sitemaps(_ factory: DatabaseFactory) throws {
        let (runner, _) = try start(factory) { $0.limits.pagesPerHost = 2 }
        let links = [DiscoveredURL("http://a.test/map", depth: 0, kind: .sitemap)]
        #expect(try runner.turn { $0.record.found = [PageDiscovery(urls: links)] }.grown.pending == 1)
        #expect(try runner.row("http://a.test/map").kind == .sitemap)
    }

    @Test("A job that follows nothing finds nothing", arguments: DatabaseFactory.all)
    func notFollowing(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let page = try runner.open().taken[0].pages[0]
        let reply = try runner.turn {
            $0.record.outcomes = [[outcome(page, leadingTo: [DiscoveredURL("http://b.test/")])]]
            $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://c.test/")])]
        }
        #expect(reply.grown == RunProgress())
        #expect(try runner.rows().count == 1)
    }

    @Test("A run says what it began with, and where that led", arguments: DatabaseFactory.all)
    func seeds(_ factory: DatabaseFactory) throws {
        let (runner, page) = try start(factory)
        try runner.record([
            outcome(page) {
                $0.response.finalURL = "http://moved.test/"
                $0.discovery = PageDiscovery(urls: [DiscoveredURL("http://b.test/")])
            }
        ])
        var seeds: [String] = []
        try runner.store.forEachSeed { seeds.append($0) }
        #expect(seeds == ["http://a.test/", "http://moved.test/", "http://a.test/other"])
    }
}
