import CrawlCore
import GRDB
import Testing
import TrawlSQLite
import TrawlStore

/// The views that point at what is wrong with a site, and those of more runs than the latest; what all views hold.
@Suite struct FindingViewTests {
    private let temporary: TemporaryStore

    /// A finished run, and one under way whose pages have everything that the views look for.
    init() throws {
        temporary = try TemporaryStore()
        let earlier = try temporary.begin(["http://a/old", "http://a/1"])
        try temporary.execute("UPDATE pages SET state = 'done', status_code = 200, title = 'T'")
        try temporary.store.writing { try $0.finishRun(earlier, now: 1_795_929_078_499) }
        let run = try temporary.begin((1...7).map { "http://a/\($0)" })
        let pages = [
            "1 200 'T' 'text/html; charset=utf-8' x'AB01' 10 999", "2 200 'T' 'text/html' x'AB01' 10 1000",
            "3 304 '' 'TEXT/HTML' x'00' 0 3000", "4 200 NULL 'application/xhtml+xml' x'00' 0 20",
            "5 200 NULL 'image/png' x'AB02' 5 20", "6 404 'T' 'text/html' x'AB01' 10 30",
        ]
        for page in pages {
            let fields = page.replacing("; charset", with: ";charset").split(separator: " ")
            try temporary.execute(
                """
                UPDATE pages SET status_code = \(fields[1]), title = \(fields[2]), content_type = \(fields[3]),
                    content_digest = \(fields[4]), content_length = \(fields[5]), time_total_ms = \(fields[6]),
                    fetched_at = 1795929078499, lastmod_at = 0,
                    state = iif(\(fields[1]) = 404, 'failed', 'done'),
                    error_kind = iif(\(fields[1]) = 404, 'http_status', NULL),
                    not_modified = \(fields[1]) = 304, content_status_code = iif(\(fields[1]) = 304, 203, NULL)
                WHERE url = 'http://a/\(fields[0])' AND run_id = \(run.rawValue)
                """)
        }
        try temporary.execute(
            """
            UPDATE pages SET num_redirects = 2, final_url = 'http://b/' WHERE url = 'http://a/2' AND run_id = 2;
            INSERT INTO redirects SELECT id, 2, 'http://a/x', 302 FROM pages WHERE num_redirects = 2;
            INSERT INTO redirects SELECT id, 1, 'http://a/2', 301 FROM pages WHERE num_redirects = 2;
            """)
    }

    private func rows(_ sql: String) throws -> [String] {
        try temporary.query(sql).map { row in
            row.map { _, value in
                switch value.storage {
                case .null: "-"
                case .int64(let number): "\(number)"
                case .double(let number): "\(number)"
                case .string(let text): text
                case .blob: "?"
                }
            }.joined(separator: " ")
        }
    }

    private func views() throws -> [String] {
        try temporary.query("SELECT name FROM sqlite_schema WHERE type = 'view'").map { $0["name"] }
    }

    @Test func `no view has anything but text and numbers`() throws {
        for view in try views() {
            for row in try temporary.query("SELECT * FROM \(view)") {
                for (column, value) in row {
                    if case .blob = value.storage { Issue.record("\(view).\(column)") }
                }
            }
        }
        #expect(try rows("SELECT content_digest FROM results WHERE url = 'http://a/1'") == ["ab01"])
    }

    @Test func `beside each instant in a view stands the same as text`() throws {
        var instants = 0
        for view in try views() {
            let columns = try temporary.query("SELECT name FROM pragma_table_info('\(view)')").map {
                $0["name"] as String
            }
            for (index, column) in columns.enumerated() where column.hasSuffix("_at") {
                instants += 1
                #expect(columns[index + 1] == String(column.dropLast(3)), "\(view)")
            }
        }
        #expect(instants >= 10)
        #expect(
            try rows("SELECT fetched, lastmod FROM results WHERE url = 'http://a/1'") == [
                "2026-11-29T05:11:18.499Z 1970-01-01T00:00:00.000Z"
            ])
        #expect(try rows("SELECT fetched, lastmod FROM results WHERE url = 'http://a/7'") == ["- -"])
        #expect(
            try rows("SELECT finished FROM run_summary ORDER BY run") == ["2026-11-29T05:11:18.499Z", "-"])
    }

    @Test func `results are of the latest run, or of the last that has finished, or of all`() throws {
        #expect(try rows("SELECT DISTINCT run FROM results") == ["2"])
        #expect(
            try rows("SELECT run, url FROM finished_results ORDER BY 2") == [
                "1 http://a/1", "1 http://a/old",
            ]
        )
        #expect(try rows("SELECT run, count(*) FROM all_results GROUP BY 1") == ["1 2", "2 7"])
    }

    @Test(arguments: ["results", "finished_results", "duplicate_titles", "slow_pages"])
    func `asking for a job's latest run reads the pages of no other`(view: String) throws {
        let plan = try temporary.query("EXPLAIN QUERY PLAN SELECT * FROM \(view) WHERE job = 'job'").map {
            $0["detail"] as String
        }

        let latest = try #require(plan.firstIndex { $0.hasPrefix("SCAN latest") })
        let pages = try #require(plan.firstIndex { $0.hasPrefix("SEARCH pages USING INTEGER PRIMARY KEY") })
        #expect(latest < pages)
    }

    @Test func `a page that has not changed has the status that its content came with`() throws {
        let all = "SELECT status_code, content_status_code FROM results ORDER BY url"

        #expect(try rows(all) == ["200 200", "200 200", "304 203", "200 200", "200 200", "404 404", "- -"])
    }

    @Test func `titles and contents that pages share are those of pages that are done`() throws {
        let urls = ["2 http://a/1", "2 http://a/2"]

        #expect(try rows("SELECT pages, url FROM duplicate_titles ORDER BY url") == urls)
        #expect(try rows("SELECT pages, url FROM duplicate_content ORDER BY url") == urls)
    }

    @Test func `titles are missing where an HTML page has none, or an empty one`() throws {
        #expect(try rows("SELECT url FROM missing_titles ORDER BY url") == ["http://a/3", "http://a/4"])
    }

    @Test func `slow pages took a second or more, the slowest first`() throws {
        #expect(try rows("SELECT url FROM slow_pages") == ["http://a/3", "http://a/2"])
    }

    @Test func `a redirect chain has each redirect in order`() throws {
        let hops =
            #"[{"url":"http://a/2","status_code":301},{"url":"http://a/x","status_code":302}]"#

        #expect(
            try rows("SELECT url, final_url, num_redirects, hops FROM redirect_chains") == [
                "http://a/2 http://b/ 2 \(hops)"
            ])
    }
}
