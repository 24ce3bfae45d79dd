import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Outcomes on their way into the store.
@Suite struct RecordTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    /// A run with pages /0, /1 … of one host, all claimed in one batch.
    private func claimed(_ count: Int) throws -> (run: RunID, pages: [ClaimedPage]) {
        let run = try temporary.begin((0..<count).map { "http://a/\($0)" })
        try store.writing { try $0.addBatch(BatchID(rawValue: 1), run: run, number: 1, pages: count, now: 0) }
        return (run, try temporary.claim("http://a", of: run))
    }

    @Test func `what a page holds is in its row, and in that of no other page`() throws {
        let (run, pages) = try claimed(2)

        try temporary.record(
            [
                outcome(pages[0]) {
                    $0.response.statusCode = 200
                    $0.response.content = PageContent(
                        canonicalURL: "http://a/c", language: "de", description: "about", linkCount: 7,
                        extracted: #"{"price":"4.50"}"#)
                },
                outcome(pages[1]) { $0.response.statusCode = 200 },
            ], of: run)

        let all = "canonical_url || lang || description || link_count || (extracted ->> 'price')"
        let rows = try temporary.query("SELECT \(all) AS text FROM results ORDER BY page_id")
        #expect(rows.map { $0["text"] as String? } == ["http://a/cdeabout74.50", nil])
    }

    @Test func `a page that is done has everything its response said`() throws {
        let (run, pages) = try claimed(1)

        try temporary.record(
            [
                outcome(pages[0]) {
                    $0.response.statusCode = 200
                    $0.response.contentLength = 4_000
                    $0.response.sizeDownload = 900
                    $0.response.finalURL = "http://b/"
                    $0.response.numRedirects = 1
                    $0.response.title = "Straße"
                    $0.response.contentType = "text/html"
                    $0.response.charset = "UTF-8"
                    $0.response.etag = "\"e\""
                    $0.response.lastModified = "yesterday"
                    $0.response.remoteIP = "127.0.0.1"
                    $0.response.httpVersion = "1.1"
                    $0.response.timings.nameLookup = 1_999
                    $0.response.timings.connect = 2_000
                    $0.response.timings.startTransfer = 3_000
                    $0.response.timings.total = 4_999
                }
            ], of: run)

        let row = try #require(try temporary.query("SELECT * FROM pages").first)
        let expected: [String: DatabaseValue] = [
            "state": "done".databaseValue, "attempts": 1.databaseValue, "batch_id": 1.databaseValue,
            "status_code": 200.databaseValue, "content_length": 4_000.databaseValue,
            "size_download": 900.databaseValue, "final_url": "http://b/".databaseValue,
            "num_redirects": 1.databaseValue, "title": "Straße".databaseValue,
            "content_type": "text/html".databaseValue, "charset": "UTF-8".databaseValue,
            "etag": "\"e\"".databaseValue, "last_modified": "yesterday".databaseValue,
            "remote_ip": "127.0.0.1".databaseValue, "http_version": "1.1".databaseValue,
            "time_namelookup_ms": 1.databaseValue, "time_connect_ms": 2.databaseValue,
            "time_starttransfer_ms": 3.databaseValue, "time_total_ms": 4.databaseValue,
            "fetched_at": 5_010.databaseValue, "error_kind": .null, "error": .null, "skip_reason": .null,
        ]
        for (column, value) in expected { #expect(row[column] as DatabaseValue == value, "\(column)") }
    }

    @Test func `an empty title is an empty title and none is none`() throws {
        let (run, pages) = try claimed(2)

        try temporary.record([outcome(pages[0]) { $0.response.title = "" }, outcome(pages[1])], of: run)

        #expect(try temporary.query("SELECT title FROM pages").map { $0["title"] as String? } == ["", nil])
    }

    @Test func `the next page's row has nothing of the one before`() throws {
        let (run, pages) = try claimed(2)

        try temporary.record(
            [
                outcome(pages[0], .failed(.httpStatus)) {
                    $0.response.statusCode = 404
                    $0.response.title = "A"
                    $0.response.etag = "e"
                    $0.error = "not found"
                },
                outcome(pages[1]) { $0.response.statusCode = 200 },
            ], of: run)

        let row = try #require(try temporary.query("SELECT * FROM pages WHERE status_code = 200").first)
        for column in ["title", "etag", "error", "error_kind"] {
            #expect(row[column] as DatabaseValue == .null, "\(column)")
        }
    }

    @Test func `a page without a response has no length, and says what went wrong`() throws {
        let (run, pages) = try claimed(1)

        try temporary.record([outcome(pages[0], .failed(.dns)) { $0.error = "no such host" }], of: run)

        let row = try #require(try temporary.rows(run).first)
        #expect(row.state == .failed && row.errorKind == "dns" && row.error == "no such host")
        #expect(
            row.statusCode == nil && row.contentLength == nil && row.sizeDownload == nil
                && row.finalURL == nil)
    }

    @Test func `the counters move with the pages`() throws {
        let (run, pages) = try claimed(4)
        let sent: (inout PageOutcome) -> Void = {
            $0.requests = 2
            $0.response.timings.total = 1_500
            $0.response.sizeDownload = 10
        }

        let recorded = try temporary.record(
            [
                outcome(pages[0], .done, sent), outcome(pages[1], .failed(.tls), sent),
                outcome(pages[2], .retry(.reset, wait: .seconds(1)), sent),
            ], of: run, elapsed: 40)

        var expected = RunProgress()
        expected.pending = -2
        expected.done = 1
        expected.failed = 1
        expected.requests = 6
        expected.requestMicroseconds = 4_500
        expected.sizeDownload = 30
        expected.elapsedMilliseconds = 40
        #expect(recorded == expected)
        expected.pending = 2
        #expect(try temporary.run(run).progress == expected)
        #expect(try store.check() == [])
    }

    @Test func `no outcomes are no change but for the time`() throws {
        let (run, _) = try claimed(1)

        try temporary.record([], of: run, elapsed: 7)

        #expect(try temporary.run(run).progress.elapsedMilliseconds == 7)
        #expect(try temporary.run(run).progress.pending == 1)
    }

    @Test func `a page that is tried again stays pending, and the try has its row`() throws {
        let (run, pages) = try claimed(1)

        try temporary.record(
            [
                outcome(pages[0], .retry(.httpStatus, wait: .microseconds(1_500_001))) {
                    $0.response.statusCode = 503
                    $0.response.timings.total = 9_000
                    $0.error = "503"
                }
            ], of: run, now: 10_000)

        let page = try #require(try temporary.query("SELECT * FROM pages").first)
        #expect(page["state"] == "pending")
        #expect(page["attempts"] == 1)
        #expect(page["not_before"] == 11_501)
        #expect(page["status_code"] as Int? == nil)
        let attempt = try #require(try temporary.query("SELECT * FROM attempts").first)
        #expect(attempt["page_id"] == pages[0].id.rawValue)
        #expect(attempt["number"] == 1)
        #expect(attempt["started_at"] == 5_000)
        #expect(attempt["time_total_ms"] == 9)
        #expect(attempt["wait_ms"] == 1_501)
        #expect(attempt["status_code"] == 503)
        #expect(attempt["error_kind"] == "http_status")
        #expect(attempt["error"] == "503")
        #expect(try temporary.claim("http://a", of: run, now: 11_500).isEmpty)
        #expect(try temporary.claim("http://a", of: run, now: 11_501).map(\.attempts) == [1])
    }

    @Test func `a page that is put off for its host's sake has used no attempt`() throws {
        let (run, pages) = try claimed(1)

        try temporary.record([outcome(pages[0], .postponed(.connect, wait: .seconds(30)))], of: run, now: 100)

        let page = try #require(try temporary.query("SELECT * FROM pages").first)
        #expect(page["state"] == "pending")
        #expect(page["attempts"] == 0)
        #expect(page["not_before"] == 30_100)
        #expect(try temporary.value("SELECT wait_ms FROM attempts") == 30_000)
    }

    @Test func `a page that is skipped has its reason and counts as skipped`() throws {
        let (run, pages) = try claimed(1)

        let change = try temporary.record(
            [outcome(pages[0], .skipped(.robots)) { $0.error = "line 3" }], of: run)

        #expect(change.skipped == 1)
        #expect(change.pending == -1)
        #expect(try temporary.value("SELECT skip_reason FROM pages WHERE state = 'skipped'") == "robots")
        #expect(try temporary.value("SELECT pages_skipped FROM batches") == 1)
        #expect(try store.check() == [])
    }

    @Test func `the redirects to a page's answer are kept, with what each said`() throws {
        let (run, pages) = try claimed(1)
        var chain = RedirectChain(startedAt: 0)
        for (url, status, page) in [
            ("http://a/before", 301, PageID(rawValue: 99)), ("http://a/0", 301, pages[0].id),
            ("http://a/x", 307, pages[0].id),
        ] {
            chain.append(url: url, statusCode: status, page: page, microseconds: 0, sizeDownload: 0)
        }

        try temporary.record([outcome(pages[0]) { $0.chain = chain }], of: run)

        let rows = try temporary.query("SELECT * FROM redirects ORDER BY number")
        #expect(rows.map { $0["url"] as String } == ["http://a/0", "http://a/x"])
        #expect(rows.map { $0["status_code"] as Int } == [301, 307])
        #expect(rows.map { $0["number"] as Int } == [1, 2])
    }

    @Test func `a page that is settled is left as it is, whatever comes later`() throws {
        let (run, pages) = try claimed(1)
        let first = outcome(pages[0]) { $0.response.statusCode = 200 }
        try temporary.record([first], of: run)
        let before = try temporary.query("SELECT * FROM pages, runs, batches")

        for verdict: PageOutcome.Verdict in [.done, .failed(.dns), .retry(.reset, wait: .seconds(1))] {
            let recorded = try temporary.record([outcome(pages[0], verdict)], of: run)

            #expect(recorded == RunProgress(), "\(verdict)")
        }

        #expect(try temporary.query("SELECT * FROM pages, runs, batches") == before)
        #expect(try temporary.query("SELECT * FROM attempts").isEmpty)
    }

    @Test func `a page that is in one commit twice counts once`() throws {
        let (run, pages) = try claimed(1)

        let recorded = try temporary.record([outcome(pages[0]), outcome(pages[0], .failed(.dns))], of: run)

        #expect(recorded.done == 1 && recorded.failed == 0 && recorded.requests == 1)
        #expect(try store.check() == [])
    }

    @Test func `a batch is finished with the last of its pages`() throws {
        let (run, pages) = try claimed(3)
        func batch() throws -> Row { try temporary.query("SELECT * FROM batches")[0] }

        try temporary.record([outcome(pages[0]), outcome(pages[1], .failed(.dns))], of: run, now: 60)
        #expect(try batch()["finished_at"] as Int? == nil)

        try temporary.record([outcome(pages[2], .retry(.dns, wait: .zero))], of: run, now: 70)
        let row = try batch()
        #expect(row["finished_at"] == 70)
        #expect(row["pages_done"] == 1)
        #expect(row["pages_failed"] == 1)
        #expect(row["pages_retried"] == 1)
    }

    @Test func `outcomes of several batches are counted with their own`() throws {
        let run = try temporary.begin((0..<4).map { "http://a/\($0)" })
        for number: Int64 in 1...2 {
            try store.writing {
                try $0.addBatch(BatchID(rawValue: number), run: run, number: number, pages: 2, now: 0)
            }
        }
        let pages = try temporary.claim("http://a", of: run).enumerated().map { index, page in
            page.moved(to: BatchID(rawValue: Int64(index % 2 + 1)))
        }

        try store.writing { transaction in
            _ = try transaction.record(
                [[outcome(pages[0]), outcome(pages[1])], [outcome(pages[2])]], of: run, elapsed: 0, now: 0)
        }

        let done = try temporary.query("SELECT pages_done FROM batches ORDER BY id").map {
            $0["pages_done"] as Int
        }
        #expect(done == [2, 1])
        #expect(
            try temporary.query("SELECT batch_id FROM pages WHERE state = 'done'").map {
                $0["batch_id"] as Int
            }
                == [1, 2, 1])
    }
}
