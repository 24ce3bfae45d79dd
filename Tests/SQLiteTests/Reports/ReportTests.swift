import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Runs in sum, and page by page.
@Suite struct ReportTests {
    private let temporary: TemporaryStore
    private let run: RunID
    private var store: SQLiteStore { temporary.store }

    init() throws {
        temporary = try TemporaryStore()
        run = try temporary.fillMixedRun()
        // What is not to be counted.
        let other = try temporary.begin(["http://slow/"], job: "other")
        let page = try temporary.claim("http://slow", of: other)[0]
        try temporary.record(
            [
                outcome(page, .failed(.tls)) {
                    $0.response.statusCode = 500
                    $0.response.timings.total = 1_000_000_000
                }
            ], of: other)
    }

    @Test func `a report counts pages by status`() throws {
        let statuses = try store.reading { try $0.report(run, slowestHosts: 0) }.statuses

        #expect(statuses.map(\.status) == [200, 404, 503])
        #expect(statuses.map(\.pages) == [2, 1, 1])
    }

    @Test func `a report counts errors and skips, the most first, then by name`() throws {
        let report = try store.reading { try $0.report(run, slowestHosts: 0) }

        #expect(report.errors.map(\.kind) == ["http_status", "dns"])
        #expect(report.errors.map(\.pages) == [2, 1])
        #expect(report.skips.map(\.reason) == ["duplicate", "invalid_url", "limit"])
        #expect(report.skips.map(\.pages) == [2, 1, 1])
    }

    @Test func `a report names the slowest hosts by their mean time`() throws {
        let hosts = try store.reading { try $0.report(run, slowestHosts: 10) }.slowestHosts

        #expect(hosts.map(\.host) == ["http://b", "http://a"])
        #expect(hosts.map(\.pages) == [2, 3])
        #expect(hosts.map(\.meanMilliseconds) == [225, 20])
        #expect(hosts.map(\.maxMilliseconds) == [400, 30])
    }

    @Test func `a report names no more hosts than were asked for`() throws {
        #expect(
            try store.reading { try $0.report(run, slowestHosts: 1) }.slowestHosts.map(\.host) == ["http://b"]
        )
    }

    @Test func `a run without pages has an empty report`() throws {
        let run = try temporary.begin(job: "empty")

        let report = try store.reading { try $0.report(run, slowestHosts: 3) }

        #expect(report.statuses.isEmpty && report.errors.isEmpty && report.skips.isEmpty)
        #expect(report.slowestHosts.isEmpty)
        #expect(try temporary.rows(run).isEmpty)
    }

    @Test func `results are in the order of the list, each with what came of it`() throws {
        let rows = try temporary.rows(run)

        #expect(rows.map(\.url) == TemporaryStore.mixedURLs)
        #expect(
            rows.map(\.state) == [
                .done, .done, .failed, .failed, .failed, .pending, .skipped, .skipped, .skipped, .skipped,
            ])
        #expect(rows.map(\.title) == ["A", nil, nil, nil, nil, nil, nil, nil, nil, nil])
        #expect(rows[0].finalURL == "http://a/1")
        #expect(rows[1].finalURL == "http://b/final")
        #expect(rows[4].finalURL == nil, "nothing answered")
        #expect(rows[5].finalURL == nil)
    }

    @Test func `failed results are those alone, and what is no URL`() throws {
        #expect(
            try temporary.rows(run, .failed).map { $0.errorKind ?? $0.skipReason } == [
                "http_status", "http_status", "dns", "invalid_url",
            ])
    }

    @Test func `failures are counted by kind and status, the most first`() throws {
        let failures = try store.reading { try $0.failures(of: run) }

        #expect(failures.map(\.kind) == ["dns", "http_status", "http_status"])
        #expect(failures.map(\.status) == [nil, 404, 503])
        #expect(failures.allSatisfy { $0.pages == 1 && $0.isRetryable })
    }

    @Test func `a streamed row and the row read back are the same`() throws {
        let run = try temporary.begin(["http://c/"], job: "streamed")
        let done = outcome(try temporary.claim("http://c", of: run)[0]) {
            $0.response.statusCode = 203
            $0.response.contentLength = 5
            $0.response.sizeDownload = 4
            $0.response.title = "T"
            $0.response.contentType = "text/html"
            $0.response.charset = "UTF-8"
            $0.response.remoteIP = "127.0.0.1"
            $0.response.httpVersion = "1.1"
            $0.response.timings.total = 7_999
        }
        try temporary.record([done], of: run)

        let streamed = try #require(ResultRow(done))
        let read = try #require(try temporary.rows(run).first)

        #expect("\(read)" == "\(streamed)")
    }
}

extension TemporaryStore {
    static let mixedURLs = [
        "http://a/1", "http://a/2", "http://a/404", "http://b/503", "http://b/dns", "http://b/pending",
        "http://a/1",
        "http://a/1", "::", "http://a/long",
    ]

    /// A run of the job "mixed" with pages of every state, of two hosts.
    func fillMixedRun() throws -> RunID {
        let run = try beginImport(job: "mixed")
        try add(Array(TemporaryStore.mixedURLs.prefix(8)), to: run)
        try add(
            [
                .skipped(text: "::", reason: .invalidURL, name: nil, line: nil, error: "no scheme"),
                .skipped(text: "http://a/long", reason: .limit, name: nil, line: nil, error: "too long"),
            ], to: run)
        try store.writing { try $0.finishImport(run) }
        func answered(_ status: Int, milliseconds: Int64, title: String? = nil) -> (inout PageOutcome) -> Void
        {
            {
                $0.response.statusCode = status
                $0.response.contentLength = 1_000
                $0.response.sizeDownload = 300
                $0.response.timings.total = milliseconds * 1_000
                $0.response.title = title
            }
        }
        let a = try claim("http://a", of: run)
        let b = try claim("http://b", of: run)
        try record(
            [
                outcome(a[0], .done, answered(200, milliseconds: 10, title: "A")),
                outcome(a[1]) {
                    answered(200, milliseconds: 20)(&$0)
                    $0.response.finalURL = "http://b/final"
                },
                outcome(a[2], .failed(.httpStatus), answered(404, milliseconds: 30)),
                outcome(b[0], .failed(.httpStatus), answered(503, milliseconds: 400)),
                outcome(b[1], .failed(.dns)) { $0.response.timings.total = 50_000 },
            ], of: run, elapsed: 255)
        return run
    }
}
