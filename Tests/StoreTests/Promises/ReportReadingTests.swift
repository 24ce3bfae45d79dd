import CrawlCore
import Testing
import TrawlStore

/// What a report reads beside the pages: hosts with what became of their pages, and redirects.
@Suite(.timeLimit(.minutes(5)))
struct ReportReadingTests {
    @Test("Hosts come with their pages, retries and rules, the largest first", arguments: DatabaseFactory.all)
    func hosts(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(
            factory,
            ["http://a.test/1", "http://b.test/1", "http://b.test/2", "http://b.test/3"].map {
                ImportedPage($0)
            })
        let taken = try runner.open().taken.flatMap(\.pages)
        try runner.record(
            taken.map { page in
                switch page.url {
                case "http://b.test/1": outcome(page, .failed(.httpStatus))
                case "http://b.test/2": outcome(page, .retry(.reset, wait: .seconds(7)))
                default: outcome(page)
                }
            })
        var slow = HostOverrides()
        slow.delay = .milliseconds(1500)
        try runner.database.override("http://b.test", slow)

        let hosts = try runner.database.port.read { reader in
            var hosts: [RunHost] = []
            try reader.forEachHost(of: runner.run) { hosts.append($0) }
            return hosts
        }

        #expect(hosts.map(\.key) == ["http://b.test", "http://a.test"])
        #expect(hosts.map(\.pages) == [3, 1])
        #expect(hosts.map(\.done) == [1, 1])
        #expect(hosts.map(\.failed) == [1, 0])
        #expect(hosts.map(\.retries) == [1, 0])
        #expect(hosts.map(\.longestWaitMilliseconds) == [7_000, nil])
        #expect(hosts.map(\.overrides.delay) == [.milliseconds(1500), nil])
        #expect(hosts.allSatisfy { $0.robotsFetchedAt == nil })
    }

    @Test("Redirects come by page, as they were followed", arguments: DatabaseFactory.all)
    func redirects(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, ["http://a.test/1", "http://a.test/2"].map { ImportedPage($0) })
        let other = try TestRunner(factory, [ImportedPage("http://c.test/")], beside: runner, pid: 2)
        try runner.record(
            try runner.open().taken.flatMap(\.pages).map { page in
                outcome(page) { $0.response.finalURL = "http://a.test/end" }
            })
        let first = try #require(try runner.row("http://a.test/1").page).rawValue
        let second = try #require(try runner.row("http://a.test/2").page).rawValue
        let foreign = try #require(try other.row("http://c.test/").page).rawValue
        try runner.database.execute(
            """
            INSERT INTO redirects (page_id, number, url, status_code) VALUES
            (\(second), 1, 'http://a.test/2', 302), (\(first), 2, 'http://a.test/x', 302), (\(first), 1, 'http://a.test/1', 301),
            (\(foreign), 1, 'http://c.test/', 301)
            """)

        let redirects = try runner.database.port.read { reader in
            var redirects: [RedirectRow] = []
            try reader.forEachRedirect(of: runner.run) { redirects.append($0) }
            return redirects
        }

        #expect(redirects.map(\.url) == ["http://a.test/1", "http://a.test/x", "http://a.test/2"])
        #expect(redirects.map(\.statusCode) == [301, 302, 302])
        #expect(redirects.map(\.pageURL) == ["http://a.test/1", "http://a.test/1", "http://a.test/2"])
        #expect(redirects.allSatisfy { $0.finalURL == "http://a.test/end" })
    }
}
