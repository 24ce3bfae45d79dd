import CrawlCore
import Testing
import TrawlStore

/// Links are read by where they are, where they lead and what they say, and counted.
@Suite(.timeLimit(.minutes(15)))
struct LinkReadingTests {
    /// A finished reading of three pages: `/` links to `/a` twice and to another host; `/a` and `/b` link to `/a`.
    private func read(_ factory: DatabaseFactory) throws -> TestRunner {
        let runner = try TestRunner(factory, [ImportedPage("http://a.test/")]) {
            $0.followLinks()
            $0.keepsLinks = true
        }
        func link(_ url: String, _ text: String, count: Int = 1) -> Link {
            Link(url: url, element: "a", attribute: "href", text: text, line: 1, count: count)
        }
        let menu = link("http://a.test/a", "A")
        let links = [
            "http://a.test/": [
                menu, link("http://a.test/a", "again", count: 2), link("https://b.test/", "B"),
            ],
            "http://a.test/a": [menu], "http://a.test/b": [menu],
        ]
        let ways = ["http://a.test/": ["http://a.test/a"], "http://a.test/a": ["http://a.test/b"]]
        var waiting = try runner.open().taken[0].pages
        while let page = waiting.popLast() {
            try runner.record([
                outcome(page) {
                    $0.discovery = PageDiscovery(
                        urls: (ways[page.url] ?? []).map { DiscoveredURL($0) },
                        links: PageLinks(links[page.url] ?? []))
                }
            ])
            let host = try #require(try runner.database.port.read { try $0.knownHost("http://a.test") })
            waiting += try runner.take(host).pages
        }
        return runner
    }

    private func links(_ runner: TestRunner, _ change: (inout LinkQuery) -> Void) throws -> [String] {
        try runner.database.port.read { reader in
            var query = LinkQuery(job: runner.spec.name)
            change(&query)
            var rows: [String] = []
            try reader.forEachLink(query) {
                rows.append("\($0.from) \($0.to)")
                return true
            }
            return rows
        }
    }

    @Test("Links are chosen by page, target and host", arguments: DatabaseFactory.all)
    func chosen(_ factory: DatabaseFactory) throws {
        let runner = try read(factory)
        #expect(try links(runner) { $0.from = "http://a.test/b" } == ["http://a.test/b http://a.test/a"])
        #expect(try links(runner) { $0.from = "http://a.test/none" } == [])
        #expect(try links(runner) { $0.to = "http://a.test/a" }.count == 4)
        #expect(try links(runner) { $0.isExternal = true } == ["http://a.test/ https://b.test/"])
    }

    @Test("Links come page by page where they are to", arguments: DatabaseFactory.all)
    func byPage(_ factory: DatabaseFactory) throws {
        let runner = try read(factory)
        let pages = ["http://a.test/", "http://a.test/a", "http://a.test/b"]
        let all = try links(runner) { $0.order = .page }
        #expect(
            all.compactMap { $0.split(separator: " ").first.map(String.init) } == [pages[0], pages[0]] + pages
        )
        let some = try links(runner) {
            $0.order = .page
            $0.to = "http://a.test/a"
        }
        #expect(some.count == 4)
        #expect(some == some.sorted())
    }

    @Test(
        "A reader that has enough is given no more", arguments: DatabaseFactory.all,
        [LinkQuery.Order.any, .page])
    func stopped(_ factory: DatabaseFactory, _ order: LinkQuery.Order) throws {
        let runner = try read(factory)
        var count = 0
        try runner.database.port.read { reader in
            var query = LinkQuery(job: runner.spec.name)
            query.order = order
            try reader.forEachLink(query) { _ in
                count += 1
                return count < 2
            }
        }
        #expect(count == 2)
    }

    @Test("Links to a URL are counted, and the pages that have them", arguments: DatabaseFactory.all)
    func counted(_ factory: DatabaseFactory) throws {
        let runner = try read(factory)
        let run = runner.run
        let count = try runner.database.port.read { try $0.linkCount(to: "http://a.test/a", in: run) }
        #expect(count == (5, 3))
        #expect(try runner.database.port.read { try $0.linkCount(to: "http://none/", in: run) } == (0, 0))
    }

    @Test("The way to a page begins with a page of the job", arguments: DatabaseFactory.all)
    func way(_ factory: DatabaseFactory) throws {
        let runner = try read(factory)
        let run = runner.run
        let way = try runner.database.port.read { reader in
            try reader.way(to: try #require(try reader.page("http://a.test/b", of: run)?.row.page))
        }
        #expect(way == ["http://a.test/", "http://a.test/a", "http://a.test/b"])
    }

    @Test("Pages that were found on one another are a way with an end", arguments: DatabaseFactory.all)
    func circle(_ factory: DatabaseFactory) throws {
        let runner = try read(factory)
        let run = runner.run
        try runner.database.execute(
            "UPDATE pages SET referrer_id = (SELECT id FROM pages WHERE url = 'http://a.test/b') WHERE url = 'http://a.test/'"
        )
        let way = try runner.database.port.read { reader in
            try reader.way(to: try #require(try reader.page("http://a.test/b", of: run)?.row.page))
        }
        #expect(way.count == 3)
    }
}
