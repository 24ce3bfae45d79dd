import CrawlCore
import Testing
import TrawlStore

/// What came of pages is counted once, and the counters are those of the pages.
@Suite(.timeLimit(.minutes(15)))
struct OutcomeTests {
    @Test("Each outcome settles its page, or puts it off", arguments: DatabaseFactory.all)
    func verdicts(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5))
        let taken = try runner.open().taken[0].pages
        let counted = try runner.record([
            outcome(taken[0]), outcome(taken[1], .failed(.dns)), outcome(taken[2], .skipped(.robots)),
            outcome(taken[3], .retry(.reset, wait: .seconds(1))),
            outcome(taken[4], .postponed(.hostUnavailable, wait: .seconds(1))),
        ]).counted
        let rows = try runner.rows()
        #expect(rows.map(\.state) == [.done, .failed, .skipped, .pending, .pending])
        #expect(rows.map(\.errorKind) == [nil, "dns", nil, nil, nil])
        #expect(rows.map(\.skipReason) == [nil, nil, "robots", nil, nil])
        #expect([counted.done, counted.failed, counted.skipped, counted.pending] == [1, 1, 1, -3])
        try runner.expectCountersToFit()
    }

    @Test("A page that nobody asked for has no times", arguments: DatabaseFactory.all)
    func times(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3))
        let taken = try runner.open().taken[0].pages
        try runner.record([
            outcome(taken[0]) { $0.response.timings.total = 40_000 },
            outcome(taken[1], .skipped(.robots)) { $0.response.statusCode = nil },
            // A redirect whose target another page has.
            outcome(taken[2], .skipped(.duplicate)) { $0.response.timings.total = 20_900 },
        ])

        #expect(try runner.rows().map(\.timeTotalMilliseconds) == [40, nil, 20])
        #expect(try runner.rows().map(\.timeConnectMilliseconds) == [0, nil, 0])
        let (times, hosts) = try runner.database.port.read {
            (try $0.times(of: runner.run), try $0.report(runner.run, slowestHosts: 1).slowestHosts)
        }
        #expect(times == [20, 40])
        #expect(hosts.map(\.pages) == [2])
        #expect(hosts.map(\.meanMilliseconds) == [30])
    }

    @Test("What a host is to blame for uses up no attempt", arguments: DatabaseFactory.all)
    func attempts(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let taken = try runner.open().taken[0].pages
        try runner.record([
            outcome(taken[0], .retry(.reset, wait: .seconds(1))),
            outcome(taken[1], .postponed(.hostUnavailable, wait: .seconds(1))),
        ])
        runner.now += 1_000
        #expect(try runner.take(taken[0].host).pages.map(\.attempts) == [1, 0])
    }

    @Test("An outcome that comes twice counts once", arguments: DatabaseFactory.all)
    func twice(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let taken = try runner.open().taken[0].pages
        let both = taken.map { page in
            outcome(page) {
                $0.requests = 2
                $0.response.sizeDownload = 30
                $0.response.timings.total = 500
            }
        }
        // In one turn, and in one that follows.
        #expect(try runner.turn { $0.record.outcomes = [both, [both[0]]] }.counted.done == 2)
        let again = try runner.record(both).counted
        #expect(again == RunProgress())
        let progress = try runner.record().progress
        #expect(progress.done == 2)
        #expect(progress.requests == 4)
        #expect(progress.sizeDownload == 60)
        #expect(progress.requestMicroseconds == 1_000)
        try runner.expectCountersToFit()
    }

    @Test("A settled page stays as it is", arguments: DatabaseFactory.all)
    func settled(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        let page = try runner.open().taken[0].pages[0]
        try runner.record([outcome(page, .failed(.dns))])
        for verdict in [PageOutcome.Verdict.done, .skipped(.scope), .retry(.reset, wait: .zero)] {
            #expect(try runner.record([outcome(page, verdict)]).counted == RunProgress())
        }
        #expect(try runner.rows().map(\.state) == [.failed])
        #expect(try runner.take(page.host).pages.isEmpty)
    }

    @Test("Work, requests and bytes add up", arguments: DatabaseFactory.all)
    func sums(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3))
        let taken = try runner.open().taken[0].pages
        for page in taken {
            let counted = try runner.turn {
                $0.record.outcomes = [
                    [
                        outcome(page) {
                            $0.requests = 3
                            $0.response.sizeDownload = 11
                        }
                    ]
                ]
                $0.record.elapsedMilliseconds = 40
            }.counted
            #expect(counted.requests == 3)
            #expect(counted.elapsedMilliseconds == 40)
        }
        let progress = try runner.record().progress
        #expect(progress.requests == 9)
        #expect(progress.sizeDownload == 33)
        #expect(progress.elapsedMilliseconds == 120)
    }

    @Test("A list's counters are those of its pages", arguments: DatabaseFactory.all)
    func imported(_ factory: DatabaseFactory) throws {
        let list: [ImportedPage] = [
            ImportedPage("http://a.test/"), ImportedPage("http://a.test/"),
            .skipped(text: "no url", reason: .invalidURL, name: nil, line: 3, error: "none"),
            .failed(text: "ftp://a.test/", kind: .unsupportedScheme, name: nil, line: 4, error: "none"),
            ImportedPage("POST", "http://a.test/"), ImportedPage("http://a.test/", name: "start"),
        ]
        let runner = try TestRunner(factory, list)
        let progress = try runner.record().progress
        // Another method and a name make another request of the same URL.
        #expect(progress.pending == 3)
        #expect(progress.skipped == 2)
        #expect(progress.invalid == 1)
        #expect(progress.failed == 1)
        try runner.expectCountersToFit()
    }

    @Test("A list may have so many pages of a host", arguments: DatabaseFactory.all)
    func pagesPerHost(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5) + pages(1, of: "http://b.test")) {
            $0.limits.pagesPerHost = 3
        }
        #expect(try runner.rows().map(\.skipReason) == [nil, nil, nil, "limit", "limit", nil])
        try runner.expectCountersToFit()
    }

    @Test("A call that throws leaves nothing", arguments: DatabaseFactory.all)
    func allOrNothing(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3)) { $0.followLinks() }
        let taken = try runner.open().taken[0].pages
        try runner.database.port.write { try $0.removeRunner(runner.runner, now: 2_000) }
        let kind = failure {
            try runner.turn {
                $0.record.outcomes = [[outcome(taken[0], leadingTo: [DiscoveredURL("http://b.test/")])]]
                $0.record.found = [PageDiscovery(urls: [DiscoveredURL("http://c.test/")])]
                $0.search = HostSearch(after: nil, limit: 9, pages: 9, hosts: 0, leastShare: 1)
            }
        }
        #expect(kind == .alreadyRunning)
        let next = try runner.successor()
        #expect(try next.rows().map(\.state) == [.pending, .pending, .pending])
        #expect(try next.record().progress.pages == 3)
        #expect(try next.open().taken.flatMap(\.pages).count == 3)
    }
}
