import CrawlCore
import Testing
import TrawlStore

/// What a report reads beside the pages: hosts with what became of their pages, and redirects.
@Suite(.timeLimit(.minutes(15)))
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

    @Test(
        "Runs are listed without their jobs, those under way first, the latest first",
        arguments: DatabaseFactory.all)
    func lists(_ factory: DatabaseFactory) throws {
        let first = try TestRunner(
            factory, [ImportedPage("http://a.test/1"), ImportedPage("http://a.test/2")])
        let second = try TestRunner(factory, [ImportedPage("http://b.test/")], beside: first, pid: 2)
        let third = try TestRunner(factory, [ImportedPage("http://c.test/")], beside: first, pid: 3)
        try first.record(first.open().taken.flatMap(\.pages).map { outcome($0) })
        let port = first.database.port
        _ = try port.abandon(third.run, runner: third.runner, now: 9_000)
        try port.write { try $0.pause("job1") }

        let (runs, jobs, few) = try port.read {
            (try $0.listedRuns(limit: 9), try $0.listedJobs(limit: 9), try $0.listedJobs(limit: 1))
        }

        #expect(runs.map(\.id) == [second.run, first.run, third.run])
        #expect(runs.map(\.state) == [.active, .active, .finished])
        #expect(runs.map(\.finishedAt) == [nil, nil, 9_000])
        #expect(runs.map(\.runner) == [second.runner, first.runner, nil])
        #expect(runs[1].progress == (try first.record().progress))
        #expect(runs[1].progress.done == 2)
        #expect(Set(runs.map(\.job)) == Set(jobs.jobs.map(\.name)))
        #expect(jobs.jobs.map(\.isPaused).count { $0 } == 1)
        #expect(jobs.total == 3)
        #expect(few.jobs.count == 1 && few.total == 3)
        #expect(try port.read { try $0.listedRuns(limit: 1) }.map(\.id) == [second.run, third.run])
    }
}
