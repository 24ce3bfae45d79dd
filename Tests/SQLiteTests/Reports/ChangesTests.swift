import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// What changed from one run to another.
@Suite struct ChangesTests {
    private let temporary: TemporaryStore

    /// Pages of a run: number (part of the URL), state, status, title, digest.
    private typealias Page = (Int, String, Int?, String?, String?)

    init() throws { temporary = try TemporaryStore() }

    @discardableResult
    private func run(_ pages: [Page], isFinished: Bool = true) throws -> RunID {
        let run = try temporary.begin(pages.map { "http://a/\($0.0)" })
        try temporary.folder.connect().write { database in
            for (number, state, status, title, digest) in pages {
                try database.execute(
                    sql: """
                        UPDATE pages SET state = ?, status_code = ?, title = ?, content_digest = CAST(? AS BLOB),
                            error_kind = iif(?1 = 'failed', 'http_status', NULL)
                        WHERE run_id = ? AND url = ?
                        """,
                    arguments: [state, status, title, digest, run.rawValue, "http://a/\(number)"])
            }
        }
        if isFinished { try temporary.store.writing { try $0.finishRun(run, now: 2_000) } }
        return run
    }

    private func changes(_ view: String = "changes") throws -> [String] {
        try temporary.query("SELECT change, url FROM \(view) ORDER BY url").map {
            "\($0["change"] as String) \(($0["url"] as String).dropFirst(9))"
        }
    }

    @Test func `runs that are the same have no changes`() throws {
        let pages: [Page] =
            (1...20).map { ($0, "done", 200, "T\($0)", "d\($0)") } + [(21, "failed", 404, "x", "d")]
        try run(pages)
        try run(pages)

        #expect(try changes() == [])
    }

    @Test func `a page is named by the first thing that is different`() throws {
        try run([
            (1, "done", 200, "A", "a"), (2, "done", 200, "A", "a"), (3, "done", 200, "A", "a"),
            (4, "done", 200, "A", "a"), (5, "done", 200, "A", "a"), (6, "done", 200, "A", nil),
            (7, "done", 200, nil, "a"),
        ])
        try run([
            (1, "done", 200, "A", "b"), (2, "done", 200, "B", "b"), (3, "failed", 404, "B", "b"),
            (4, "failed", 200, "A", "a"), (6, "done", 200, "A", "b"), (7, "done", 200, "", "a"),
            (8, "done", 200, "A", "a"),
        ])

        #expect(
            try changes() == ["content 1", "title 2", "gone 3", "status 4", "gone 5", "title 7", "new 8"])
        let row = try #require(
            try temporary.query("SELECT * FROM changes WHERE change = 'title' AND url LIKE '%2'").first)
        #expect((row["title_before"], row["title_after"]) == ("A", "B"))
        #expect((row["from_run"], row["to_run"]) == (1, 2))
    }

    @Test func `an answer that nothing was modified is no change, nor is the next whole one`() throws {
        try run([(1, "done", 200, "A", "a"), (2, "done", 200, "A", "a")])
        try run([(1, "done", 304, "A", "a"), (2, "done", 304, "A", "a")])
        #expect(try changes() == [])

        try run([(1, "done", 200, "A", "a"), (2, "done", 200, "B", "b")])
        #expect(try changes() == ["title 2"])
    }

    @Test func `the changes are those of the two latest finished runs, and of pages that were requested`()
        throws
    {
        try run([(9, "done", 200, "A", "a")])
        try run([(1, "done", 200, "A", "a"), (2, "done", 200, "A", "a")])
        try run([(1, "done", 200, "A", "a")])
        try run([(1, "done", 200, "X", "a"), (2, "pending", nil, nil, nil)], isFinished: false)

        #expect(try changes() == ["gone 2"])
        #expect(try changes("run_changes WHERE from_run = 2 AND to_run = 4") == ["title 1"])
    }

    @Test func `the changes between two runs are handed over with before and after`() throws {
        let first = try run([(1, "done", 200, "A", "a"), (2, "done", 200, "B", "b")])
        let second = try run([(1, "failed", 404, "A", "c"), (3, "done", 200, "C", "c")])

        var found: [PageChange] = []
        try temporary.store.reading { try $0.forEachChange(from: first, to: second) { found.append($0) } }

        #expect(found.map(\.kind) == [.gone, .new, .gone])
        #expect(found.map(\.before?.statusCode) == [200, nil, 200])
        #expect(found.map(\.after?.statusCode) == [404, 200, nil])
        #expect(found.map(\.before?.contentDigest) == ["61", nil, "62"])
        #expect(found.map(\.after?.errorKind) == ["http_status", nil, nil])
    }

    @Test func `asking for changes reads each page of two runs, and no other`() throws {
        let plan = try temporary.query(
            "EXPLAIN QUERY PLAN SELECT * FROM changes WHERE job = 'job'"
        ).map { $0["detail"] as String }

        #expect(
            !plan.contains {
                ["SCAN later", "SCAN earlier", "SCAN former", "SCAN carried"].contains(where: $0.hasPrefix)
                    || $0.contains("MATERIALIZE")
            })
        #expect(plan.contains { $0.contains("known USING PRIMARY KEY (run_id=? AND url_key=?)") })
    }
}
