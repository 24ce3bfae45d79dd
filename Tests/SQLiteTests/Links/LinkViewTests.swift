import CrawlCore
import GRDB
import Testing
import TrawlSQLite
import TrawlStore

/// The views of links: what they say, and how they find it.
@Suite struct LinkViewTests {
    private let temporary: TemporaryStore

    /// Two runs of a job. In the later one `http://a/` links to five URLs: one that is fine, one that is broken, one whose fragment is, one
    /// elsewhere, and what is no URL.
    init() throws {
        temporary = try TemporaryStore()
        let earlier = try temporary.begin(["http://a/", "http://a/gone"])
        try temporary.execute(
            """
            INSERT INTO verdicts (page_id, verdict, reason) SELECT id, 'broken', 'gone' FROM pages WHERE url = 'http://a/gone';
            UPDATE pages SET state = 'done';
            INSERT INTO link_targets (id, url, url_key) SELECT id, url, url_key FROM pages;
            INSERT INTO link_elements (id, target_id, digest, element, attribute, text) VALUES (1, 2, 1, 'a', 'href', 'old');
            INSERT INTO link_rows VALUES (1, 1, 5, 1);
            """)
        try temporary.store.writing { try $0.finishRun(earlier, now: 2_000) }
        let run = try temporary.begin(["http://a/", "http://a/gone", "http://a/fine"])
        try temporary.execute(
            """
            INSERT INTO run_hosts SELECT \(run.rawValue), id FROM hosts WHERE TRUE ON CONFLICT DO NOTHING;
            INSERT INTO link_targets (id, url, url_key) SELECT 3, url, url_key FROM pages WHERE url = 'http://a/fine';
            INSERT INTO link_targets (id, url, url_key) VALUES
                (4, 'https://b/', 4), (5, 'http://[', NULL), (6, 'https://a/', 6), (7, 'mailto:a@b', NULL);
            INSERT INTO link_elements (id, target_id, digest, element, attribute, fragment, reason) VALUES
                (2, 3, 2, 'a', 'href', NULL, NULL), (3, 3, 3, 'a', 'href', 'x', NULL), (4, 4, 4, 'img', 'src', NULL, NULL),
                (5, 5, 5, 'a', 'href', NULL, 'malformed'), (6, 6, 6, 'a', 'href', NULL, NULL),
                (7, 7, 7, 'a', 'href', NULL, 'scheme');
            INSERT INTO link_rows SELECT first_page_id, element.id, element.id * 10, 1 FROM runs, link_elements AS element
                WHERE runs.id = \(run.rawValue);
            INSERT INTO verdicts (page_id, verdict, reason, broken_since_at)
            SELECT id, iif(url = 'http://a/gone', 'broken', 'ok'), iif(url = 'http://a/gone', 'gone', NULL),
                iif(url = 'http://a/gone', 1795929078499, NULL)
            FROM pages WHERE run_id = \(run.rawValue);
            INSERT INTO fragment_faults SELECT id, 'x', 'broken', 'no_fragment' FROM pages
            WHERE url = 'http://a/fine' AND run_id = \(run.rawValue);
            """)
    }

    private func rows(_ sql: String) throws -> [String] {
        try temporary.query(sql).map { row in
            row.map { _, value in value.isNull ? "-" : "\(value)".replacing("\"", with: "") }
                .joined(separator: " ")
        }
    }

    private func plan(_ sql: String) throws -> [String] {
        try temporary.query("EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] }
    }

    @Test func `links are those of the latest run, with what is known of where they lead`() throws {
        #expect(
            try rows("SELECT run, to_url, fragment, verdict, reason, is_external FROM links ORDER BY line")
                == [
                    "2 http://a/gone - broken gone 0", "2 http://a/fine - ok - 0",
                    "2 http://a/fine x broken no_fragment 0",
                    "2 https://b/ - not_checked excluded 1", "2 http://[ - broken malformed 0",
                    "2 https://a/ - not_checked excluded 0", "2 mailto:a@b - not_checked scheme 0",
                ])
    }

    @Test func `broken links are the same rows`() throws {
        #expect(
            try rows("SELECT * FROM broken_links ORDER BY line")
                == rows("SELECT * FROM links WHERE verdict = 'broken' ORDER BY line"))
        #expect(
            try rows("SELECT reason, broken_since FROM broken_links ORDER BY line") == [
                "gone 2026-11-29T05:11:18.499Z", "no_fragment -", "malformed -",
            ])
    }

    @Test(arguments: ["job = 'job' AND", "run_id = 2 AND", ""])
    func `who links to a URL is found by indexes`(condition: String) throws {
        let plan = try plan("SELECT * FROM links WHERE \(condition) to_url = 'http://a/gone'")

        #expect(plan.contains { $0.hasPrefix("SEARCH link_targets") && $0.hasSuffix("(url=?)") }, "\(plan)")
        #expect(
            plan.contains { $0.hasPrefix("SEARCH link_rows USING INDEX link_rows_element (element_id=?") })
        #expect(!plan.contains { $0.hasPrefix("SCAN link") || $0.hasPrefix("SCAN pages") })
    }

    @Test(arguments: ["*", "count(*)"])
    func `broken links are found by what is broken`(columns: String) throws {
        let plan = try plan("SELECT \(columns) FROM broken_links WHERE job = 'job'")

        #expect(plan.contains("SCAN verdicts USING INDEX verdicts_broken"), "\(plan)")
        #expect(plan.contains { $0.contains("link_rows_element (element_id=? AND page_id>? AND page_id<?)") })
        #expect(!plan.contains { $0.hasPrefix("SCAN link_rows") || $0.hasPrefix("SCAN pages") })
    }

    @Test func `the links of a page are found by its key, those of a job page by page`() throws {
        let page = try plan("SELECT * FROM links WHERE job = 'job' AND from_page_id = 3")
        let job = try plan("SELECT * FROM links WHERE job = 'job'")

        for plan in [page, job] {
            #expect(plan.contains("SEARCH link_rows USING PRIMARY KEY (page_id=?)"), "\(plan)")
        }
        #expect(page.contains { $0.hasPrefix("SEARCH pages USING INTEGER PRIMARY KEY") })
        #expect(job.contains { $0.hasPrefix("SEARCH pages USING INDEX pages_run") })
    }

    @Test func `a redirect says what to link to in its place`() throws {
        let chains = [
            ("a", [("http://a/1", 301), ("http://a/2", 308)]),
            ("b", [("http://a/1", 301), ("http://a/2", 302)]),
            ("c", [("http://a/1", 302), ("http://a/2", 301)]),
        ]
        let run = try temporary.begin(chains.map { "http://a/\($0.0)" }, job: "redirects")
        try temporary.execute(
            "UPDATE pages SET status_code = 200, final_url = 'http://a/end' WHERE run_id = \(run.rawValue)")
        for (name, hops) in chains {
            for (index, hop) in hops.enumerated() {
                let url = index == 0 ? "http://a/\(name)" : hop.0
                try temporary.execute(
                    "INSERT INTO redirects SELECT id, \(index + 1), '\(url)', \(hop.1) FROM pages WHERE url = 'http://a/\(name)'"
                )
            }
        }

        #expect(
            try rows("SELECT permanent_url FROM redirect_chains WHERE job = 'redirects' ORDER BY url") == [
                "http://a/end", "http://a/2", "-",
            ])
    }
}
