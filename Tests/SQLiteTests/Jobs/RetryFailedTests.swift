import CrawlCore
@testable import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Failed pages that are put back.
@Suite struct RetryFailedTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    /// A finished run with a page done and two failed, at their third attempt.
    private func finishedRun() throws -> RunID {
        let run = try temporary.begin(["http://a/done", "http://a/404", "http://a/reset"])
        let pages = try temporary.claim("http://a", of: run)
        try temporary.record(
            [
                outcome(pages[0]) { $0.response.statusCode = 200 },
                outcome(pages[1], .failed(.httpStatus)) {
                    $0.response.statusCode = 404
                    $0.response.timings.total = 12_000
                    $0.error = "404"
                },
                outcome(pages[2], .failed(.reset)) { $0.error = "reset" },
            ], of: run)
        try store.writing { try $0.finishRun(run, now: 1) }
        return run
    }

    @Test func `failed pages are pending again, with all their tries, and the run is open`() throws {
        let run = try finishedRun()

        let count = try store.writing { try $0.retryFailed(run) }

        #expect(count == 2)
        let rows = try temporary.rows(run)
        #expect(rows.map(\.state) == [.done, .pending, .pending])
        #expect(rows.map(\.attempts) == [1, 0, 0])
        #expect(rows.map(\.errorKind) == [nil, nil, nil])
        #expect(rows.map(\.statusCode) == [200, nil, nil])
        let record = try temporary.run(run)
        #expect(record.state == .active && record.finishedAt == nil)
        #expect(record.progress.pending == 2 && record.progress.done == 1 && record.progress.failed == 0)
        #expect(try store.check() == [])
        #expect(try temporary.claim("http://a", of: run).map(\.url) == ["http://a/404", "http://a/reset"])
    }

    @Test func `what went wrong with them is kept`() throws {
        let run = try finishedRun()

        _ = try store.writing { try $0.retryFailed(run) }

        let attempts = try temporary.query(
            "SELECT url, attempts.* FROM attempts JOIN pages ON pages.id = page_id ORDER BY page_id")
        #expect(attempts.map { $0["url"] as String } == ["http://a/404", "http://a/reset"])
        #expect(attempts.map { $0["error_kind"] as String } == ["http_status", "reset"])
        #expect(attempts.map { $0["error"] as String } == ["404", "reset"])
        #expect(attempts.map { $0["number"] as Int } == [1, 1])
        #expect(attempts.map { $0["time_total_ms"] as Int } == [12, 0])
        #expect(attempts[0]["status_code"] as Int? == 404)
    }

    @Test func `nothing of the try before is left in a page that is done then`() throws {
        let run = try temporary.begin(["http://a/"])
        let first = outcome(try temporary.claim("http://a", of: run)[0], .failed(.httpStatus)) {
            $0.response.statusCode = 503
            $0.response.finalURL = "http://a/busy"
            $0.response.numRedirects = 1
            $0.response.robots = [.noindex]
            $0.response.title = "Busy"
            $0.response.content = PageContent(
                canonicalURL: "http://a/c", language: "en", description: "d", linkCount: 3, extracted: "{}")
            $0.body = PageBody(size: 1, data: [1])
            $0.response.contentDigest = ContentDigest(high: 1, low: 2)
            $0.error = "503"
        }
        try temporary.record([first], of: run)
        try store.writing { try $0.finishRun(run, now: 1) }

        _ = try store.writing { try $0.retryFailed(run) }
        let page = try temporary.claim("http://a", of: run)[0]
        try temporary.record([outcome(page) { $0.response.statusCode = 200 }], of: run)

        let row = try #require(try temporary.query("SELECT * FROM pages").first)
        #expect(row["state"] == "done" && row["status_code"] == 200)
        let left = [
            "title", "final_url", "robots", "canonical_url", "lang", "description", "link_count", "extracted",
            "content_digest", "body_id", "error", "error_kind",
        ].filter { row[$0] != nil }
        #expect(left == [])
        #expect(row["num_redirects"] == 0)
    }

    @Test func `the list of what an outcome sets has every column but those that say what the page is`()
        throws
    {
        let identity: Set = [
            "id", "run_id", "host_id", "url_key", "state", "not_before", "rank", "in_range", "line", "depth",
            "kind",
            "referrer_id",
            "lastmod_at", "priority", "method", "name", "url",
        ]
        let columns = try temporary.query("SELECT name FROM pragma_table_info('pages')").map {
            $0["name"] as String
        }

        #expect(Set(columns).subtracting(identity) == Set(OutcomeColumn.allCases.map(\.name)))
    }

    @Test func `a page that waits to be tried again is as if it had never been asked for`() throws {
        let run = try temporary.begin(["http://a/", "http://a/new"])
        let pages = try temporary.claim("http://a", of: run)
        let failed = outcome(pages[0], .failed(.httpStatus)) {
            $0.response.statusCode = 503
            $0.response.remoteIP = "127.0.0.1"
            $0.response.httpVersion = "1.1"
            $0.response.etag = "\"1\""
            $0.response.lastModified = "Wed, 21 Oct 2015 07:28:00 GMT"
            $0.response.contentType = "text/html"
            $0.response.charset = "UTF-8"
            $0.response.timings.nameLookup = 1_000
            $0.response.timings.connect = 2_000
            $0.response.timings.startTransfer = 3_000
            $0.response.timings.total = 4_000
            $0.response.finalURL = "http://a/busy"
            $0.response.isNotModified = true
        }
        try temporary.record([failed, outcome(pages[1])], of: run)
        try store.writing { try $0.finishRun(run, now: 1) }
        _ = try store.writing { try $0.retryFailed(run) }

        let names = OutcomeColumn.allCases.map(\.name).joined(separator: ", ")
        let row = try #require(
            try temporary.query("SELECT \(names) FROM pages WHERE url = 'http://a/'").first)
        let left = Array(row.columnNames).filter { name in row[name] != nil && row[name] != 0 }
        #expect(left == [])
    }

    @Test func `a run without failed pages stays finished`() throws {
        let run = try temporary.begin(["http://a/"])
        try temporary.record([outcome(temporary.claim("http://a", of: run)[0])], of: run)
        try store.writing { try $0.finishRun(run, now: 1) }

        #expect(try store.writing { try $0.retryFailed(run) } == 0)
        #expect(try temporary.run(run).state == .finished)
    }

    @Test func `failed pages of another run stay failed`() throws {
        let first = try finishedRun()
        let second = try finishedRun()

        _ = try store.writing { try $0.retryFailed(second) }

        #expect(try temporary.rows(first, .failed).count == 2)
    }

    @Test func `a page that never could be requested stays failed`() throws {
        let run = try temporary.beginImport()
        try temporary.add(
            [.failed(text: "ftp://a/", kind: .unsupportedScheme, name: nil, line: 1, error: "not fetched")],
            to: run)
        try store.writing { transaction in
            try transaction.finishImport(run)
            try transaction.finishRun(run, now: 1)
        }

        #expect(try store.writing { try $0.retryFailed(run) } == 0)
        #expect(try temporary.rows(run).map(\.state) == [.failed])
        #expect(try temporary.value("SELECT count(*) FROM attempts", as: Int.self) == 0)
    }
}
