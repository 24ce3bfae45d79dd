import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Which pages of a run are handed over.
@Suite struct ResultFilterTests {
    private let temporary: TemporaryStore
    private let run: RunID

    init() throws {
        temporary = try TemporaryStore()
        run = try temporary.fillMixedRun()
        try temporary.execute(
            """
            UPDATE pages SET content_type = 'Text/HTML ; charset=utf-8' WHERE url = 'http://a/404';
            UPDATE pages SET content_type = 'text/plain' WHERE url = 'http://b/503';
            UPDATE pages SET content_type = 'image/png' WHERE url = 'http://a/2';
            """)
    }

    private func urls(limit: Int? = nil, _ change: (inout ResultFilter) -> Void) throws -> [String] {
        var filter = ResultFilter.all
        change(&filter)
        var urls: [String] = []
        try temporary.store.reading { reader in
            try reader.forEachResult(of: run, filter, limit: limit) { urls.append($0.url) }
        }
        return urls
    }

    @Test func `pages are chosen by status`() throws {
        #expect(try urls { $0.statuses = [404...404, 500...599] } == ["http://a/404", "http://b/503"])
    }

    @Test func `pages are chosen by type, whatever its letters and parameters`() throws {
        #expect(try urls { $0.contentTypes = ["text/html"] } == ["http://a/404"])
        #expect(
            try urls { $0.contentTypes = ["text/*", "image/png"] } == [
                "http://a/2", "http://a/404", "http://b/503",
            ])
        #expect(try urls { $0.contentTypes = ["'/*"] } == [])
    }

    @Test(arguments: [
        "status_code >= 500", "url LIKE '%503' -- a comment",
        "error_kind = 'http_status' AND status_code <> 404",
        "url IN (SELECT url FROM failures WHERE status_code = 503)", "';' <> url AND status_code = 503",
    ])
    func `pages are chosen by a condition over the columns of the view`(condition: String) throws {
        try temporary.store.reading { try $0.check(condition: condition) }

        #expect(try urls { $0.condition = condition } == ["http://b/503"])
    }

    @Test func `all that is asked for has to hold`() throws {
        let found = try urls {
            $0.standing = .failed
            $0.statuses = [400...499]
            $0.contentTypes = ["text/*"]
            $0.condition = "run = 1"
        }

        #expect(found == ["http://a/404"])
    }

    @Test func `a limit counts pages that were chosen`() throws {
        #expect(try urls(limit: 1) { $0.condition = "state = 'failed'" } == ["http://a/404"])
    }

    @Test(arguments: [
        ("titel = 'x'", "no such column: titel"), ("host_id = 1", "no such column: host_id"),
        ("1; DELETE FROM pages", "near \";\": syntax error"),
        ("1) ; DELETE FROM pages WHERE (1", "second statement"),
        ("", "syntax error"), ("url = ", "syntax error"), ("url = ?", "takes no parameters"),
        ("count(*) > 1", "misuse of aggregate"), ("1 /* and", "incomplete input"),
        ("DELETE FROM pages", "syntax error"),
    ])
    func `what is no expression is refused`(condition: String, words: String) throws {
        let failure = failure {
            try temporary.store.reading { try $0.check(condition: condition) }
        }

        #expect(failure?.kind == .condition)
        #expect(
            failure?.description.lowercased().contains(words.lowercased()) == true,
            "\(failure?.description ?? "")")
        #expect(try temporary.value("SELECT count(*) FROM pages") == 10)
    }

    @Test func `a condition that fails on a row says so`() throws {
        let failure = failure { try urls { $0.condition = "json_extract(url, '$.a') = 1" } }

        #expect(failure?.kind == .condition)
        #expect(failure?.description.contains("malformed JSON") == true)
    }

    @Test func `a page says which page led to it`() throws {
        try temporary.execute(
            "UPDATE pages SET referrer_id = (SELECT min(id) FROM pages), depth = 1 WHERE url = 'http://a/404'"
        )
        let rows = try temporary.rows(run)
        let pages = rows.compactMap(\.page)

        let referrers = try temporary.store.reading { try $0.referrers(of: pages) }

        #expect(rows.map(\.referrer) == rows.map { $0.url == "http://a/404" ? "http://a/1" : nil })
        #expect(Array(referrers.values) == ["http://a/1"])
        #expect(rows[2].page.flatMap { referrers[$0] } == "http://a/1")
    }
}
