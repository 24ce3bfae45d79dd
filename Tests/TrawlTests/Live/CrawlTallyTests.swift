import CrawlCore
import Testing

@testable import trawl

struct CrawlTallyTests {
    /// What a try came to.
    static func outcome(
        _ verdict: PageOutcome.Verdict, url: String = "http://a.example/1", host: Int64 = 1,
        milliseconds: Int64 = 20,
        status: Int? = 200, requests: Int = 1, error: String? = nil
    ) -> PageOutcome {
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: host), batch: BatchID(rawValue: 1), url: url,
            attempts: 0,
            name: nil)
        var outcome = PageOutcome(page: page, startedAt: 1_000)
        outcome.verdict = verdict
        outcome.requests = requests
        outcome.response.statusCode = status
        outcome.response.timings.total = milliseconds * 1000
        outcome.response.timings.startTransfer = milliseconds * 500
        outcome.error = error
        return outcome
    }

    @Test func `a try is counted where its time belongs, up to the bound and not beyond`() {
        var histogram = TimeHistogram()
        for time: Int64 in [0, 5_000, 5_001, 60_000_000, 60_000_001] { histogram.add(time) }
        #expect(histogram.counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
        #expect(histogram.count == 5)
        #expect(histogram.sum == 120_010_002)
    }

    @Test func `failures are counted apart from tries that are repeated`() {
        var tally = CrawlTally()
        tally.note([
            Self.outcome(.done),
            Self.outcome(.failed(.httpStatus), status: 404, error: "status 404 is not accepted"),
            Self.outcome(.retry(.timeoutRead, wait: .seconds(1)), status: nil),
            Self.outcome(.skipped(.robots), status: nil, requests: 0),
        ])
        #expect(tally.failed == [.httpStatus: 1])
        #expect(tally.retried == [.timeoutRead: 1])
        #expect(tally.answers == [0, 0, 1, 0, 1, 0])
        #expect(tally.times.count == 3)
        #expect(tally.firstByteTimes.count == 2)
        #expect(tally.failures.map(\.kind) == ["http_status"])
        #expect(tally.hosts.slowest(3).map(\.failed) == [2])
    }

    @Test func `the last fifty failures are kept, and long texts of them are cut`() {
        var tally = CrawlTally()
        let long = String(repeating: "x", count: 1 << 20)
        tally.note((0..<200).map { Self.outcome(.failed(.dns), url: "http://a.example/\($0)", error: long) })
        #expect(tally.failures.count == 50)
        #expect(tally.failures.last?.url == "http://a.example/199")
        #expect(tally.failures.allSatisfy { ($0.error?.utf8.count ?? 0) < 700 })
        #expect(tally.failed[.dns] == 200)
    }

    @Test func `the slowest hosts come first, and no more hosts are kept than the limit`() {
        var hosts = HostTimes(limit: 10)
        for host in 1...100 {
            hosts.add(
                HostID(rawValue: Int64(host)), key: "http://h\(host)", microseconds: Int64(host) * 1000,
                isFailure: false,
                at: Int64(host))
        }
        #expect(hosts.count <= 10)
        #expect(hosts.slowest(3).map(\.key) == ["http://h100", "http://h99", "http://h98"])
    }
}
