import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Lists on their way into a run.
@Suite struct PageImporterTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    @Test func `pages are pending, in the order of the list, with their name and line`() throws {
        let run = try temporary.beginImport()

        let added = try temporary.add(
            [
                .page(url: "http://b/", hostKey: "http://b", name: "b", line: 2),
                .page(url: "http://a/", hostKey: "http://a", name: nil, line: nil),
            ], to: run)

        #expect(added.pending == 2 && added.pages == 2)
        let rows = try temporary.rows(run)
        #expect(rows.map(\.url) == ["http://b/", "http://a/"])
        #expect(rows.map(\.state) == [.pending, .pending])
        #expect(rows.map(\.name) == ["b", nil])
        #expect(rows.map(\.line) == [2, nil])
        #expect(rows.map(\.attempts) == [0, 0])
    }

    @Test func `the counters of the run are those of its pages`() throws {
        let run = try temporary.beginImport()

        let added = try temporary.add(
            [
                .page(url: "http://a/", hostKey: "http://a", name: nil, line: nil),
                .page(url: "http://a/", hostKey: "http://a", name: nil, line: nil),
                .skipped(text: "::", reason: .invalidURL, name: nil, line: 3, error: "no scheme"),
                .skipped(text: "http://a/long", reason: .limit, name: nil, line: 4, error: "too long"),
                .failed(text: "ftp://a/", kind: .unsupportedScheme, name: nil, line: 5, error: "not fetched"),
            ], to: run)
        try store.writing { try $0.finishImport(run) }

        #expect(added.pending == 1 && added.skipped == 3 && added.invalid == 1 && added.failed == 1)
        #expect(try temporary.run(run).progress == added)
        #expect(try store.check() == [])
    }

    @Test func `what is no page says why`() throws {
        let run = try temporary.beginImport()

        try temporary.add(
            [
                .skipped(text: "::", reason: .invalidURL, name: "x", line: 3, error: "no scheme"),
                .failed(text: "ftp://a/", kind: .unsupportedScheme, name: "y", line: 5, error: "not fetched"),
            ], to: run)

        let rows = try temporary.rows(run)
        #expect(rows.map(\.state) == [.skipped, .failed])
        #expect(rows.map(\.url) == ["::", "ftp://a/"])
        #expect(rows.map(\.skipReason) == ["invalid_url", nil])
        #expect(rows.map(\.errorKind) == [nil, "unsupported_scheme"])
        #expect(rows.map(\.error) == ["no scheme", "not fetched"])
        #expect(rows.map(\.name) == ["x", "y"])
        #expect(rows.map(\.line) == [3, 5])
    }

    @Test func `the same request again is skipped as a duplicate, in its own row`() throws {
        let run = try temporary.beginImport()
        try temporary.add(["http://a/1", "http://a/2"], to: run)

        let added = try temporary.add(["http://a/2", "http://a/3", "http://a/3"], to: run)

        #expect(added.pending == 1 && added.skipped == 2)
        let rows = try temporary.rows(run)
        #expect(rows.map(\.url) == ["http://a/1", "http://a/2", "http://a/2", "http://a/3", "http://a/3"])
        #expect(rows.map(\.skipReason) == [nil, nil, "duplicate", nil, "duplicate"])
    }

    @Test func `another run may have the same request`() throws {
        let first = try temporary.begin(["http://a/"], job: "one")

        let second = try temporary.begin(["http://a/"], job: "two")

        #expect(try temporary.rows(first).map(\.state) == [.pending])
        #expect(try temporary.rows(second).map(\.state) == [.pending])
    }

    @Test func `a request whose key another one has is new all the same, and known again`() throws {
        let run = try temporary.beginImport()
        // Nobody finds two URLs of one key by hand: the row of another URL is put where this one's key belongs.
        for salt: UInt64 in 0...1 {
            let key = URLKey(method: "GET", url: "http://a/mine", salt: salt).rawValue
            try temporary.execute(
                """
                INSERT INTO pages (run_id, url_key, url) VALUES (\(run.rawValue), \(key), 'http://a/\(salt)');
                INSERT INTO page_keys (run_id, url_key, page_id)
                VALUES (\(run.rawValue), \(key), last_insert_rowid());
                """)
        }

        let first = try temporary.add(["http://a/mine"], to: run)
        let second = try temporary.add(["http://a/mine"], to: run)

        #expect(first.pending == 1 && first.skipped == 0)
        #expect(second.pending == 0 && second.skipped == 1)
        let key = try temporary.value(
            "SELECT url_key FROM pages WHERE url = 'http://a/mine' AND state = 'pending'", as: Int64.self)
        #expect(key == URLKey(method: "GET", url: "http://a/mine", salt: 2).rawValue)
    }

    @Test func `a host is one row, whatever lists and runs name it`() throws {
        let first = try temporary.begin(["http://a/1", "http://a/2", "http://a:81/"], job: "one")
        _ = try temporary.begin(["http://a/3", "https://a/"], job: "two")

        let hosts = try temporary.query("SELECT host FROM hosts ORDER BY id").map { $0["host"] as String }
        #expect(hosts == ["http://a", "http://a:81", "https://a"])
        #expect(try temporary.claim("http://a", of: first).count == 2)
        let host = try store.writing { try $0.host("http://a:81") }
        #expect(try store.reading { try $0.hostKey(host) } == "http://a:81")
    }

    @Test func `more hosts than are kept in mind are still one row each`() throws {
        let run = try temporary.beginImport()
        let urls = (0..<10_500).map { "http://h\($0)/" }
        var importer = PageImporter(run: run)

        for path in ["a", "b"] {
            let pages = urls.map {
                ImportedPage.page(url: $0 + path, hostKey: hostKey($0), name: nil, line: nil)
            }
            _ = try store.writing { try importer.add(pages, in: $0) }
        }

        #expect(try temporary.value("SELECT count(*) FROM hosts", as: Int.self) == 10_500)
        let uneven = "SELECT count(*) FROM (SELECT host_id FROM pages GROUP BY host_id HAVING count(*) <> 2)"
        #expect(try temporary.value(uneven, as: Int.self) == 0)
    }

    @Test func `an empty list changes nothing`() throws {
        let run = try temporary.beginImport()

        #expect(try temporary.add([ImportedPage](), to: run) == RunProgress())
        #expect(try temporary.rows(run).isEmpty)
    }

    @Test func `two runs that are filled in turns have each their own pages`() throws {
        let one = try temporary.beginImport(job: "one")
        let two = try temporary.beginImport(job: "two")
        for index in 0..<3 {
            try temporary.add(["http://a/\(index)", "http://b/\(index)"], to: one)
            try temporary.add(["http://c/\(index)"], to: two)
        }

        #expect(
            try temporary.rows(one).map(\.url) == (0..<3).flatMap { ["http://a/\($0)", "http://b/\($0)"] })
        #expect(try temporary.rows(two).map(\.url) == (0..<3).map { "http://c/\($0)" })
    }
}
