import CrawlCore
import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import Testing

/// Damage, and that it is found.
@Suite struct CheckTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws {
        temporary = try TemporaryStore()
        let run = try temporary.begin((0..<4).map { "http://a/\($0)" })
        let pages = try temporary.claim("http://a", of: run)
        try temporary.record([outcome(pages[0]), outcome(pages[1], .failed(.dns))], of: run)
        try temporary.execute(
            "UPDATE pages SET state = 'sending' WHERE url = 'http://a/2'")
    }

    @Test func `a sound database has no findings`() throws {
        #expect(try store.check() == [])
        #expect(try SQLiteStore(.temporary, access: .readWrite).check() == [])
    }

    @Test(arguments: [
        ("pages_pending", "pages_pending is 7, but 2 pages are there"),
        ("pages_done", "pages_done is 7, but 1 pages are there"),
        ("pages_failed", "pages_failed is 7, but 1 pages are there"),
        ("pages_skipped", "pages_skipped is 7, but 0 pages are there"),
    ]) func `a counter that is not the number of its pages is found`(counter: String, finding: String) throws
    {
        try temporary.execute("UPDATE runs SET \(counter) = 7")

        #expect(try store.check() == ["run 1: \(finding)"])
    }

    @Test func `every wrong counter of every run is found`() throws {
        try temporary.begin(["http://a/1"], job: "other")
        try temporary.execute("UPDATE runs SET pages_pending = 0, pages_skipped = 1")

        #expect(
            try store.check() == [
                "run 1: pages_pending is 0, but 2 pages are there",
                "run 1: pages_skipped is 1, but 0 pages are there",
                "run 2: pages_pending is 0, but 1 pages are there",
                "run 2: pages_skipped is 1, but 0 pages are there",
            ])
    }

    @Test func `a run without pages is checked too, one that is importing is not`() throws {
        try temporary.begin(job: "empty")
        _ = try temporary.beginImport(job: "importing")
        try temporary.execute("UPDATE runs SET pages_done = 3 WHERE id > 1")

        #expect(try store.check() == ["run 2: pages_done is 3, but 0 pages are there"])
    }

    @Test func `a row whose parent is gone is found`() throws {
        // As the sqlite3 shell does it, which checks no references unless told to.
        let shell = try temporary.folder.connect()
        try shell.inDatabase {
            try $0.execute(
                sql: """
                    PRAGMA foreign_keys = OFF;
                    INSERT INTO batches (id, run_id, number, pages, claimed_at) VALUES (5, 99, 1, 1, 0)
                    """)
        }

        #expect(try store.check() == ["a row of batches (5) refers to a row of runs that does not exist"])
    }

    @Test func `a damaged file is found`() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try SQLiteStore(.file(folder.database), access: .readWrite)
            for index in 0..<2_000 { try store.save("job\(index)") }
        }
        var bytes = try #require(try folder.contents()["trawl.db"])
        // The last page that is not the first: no header, no schema.
        let page = bytes.count - 4_096
        bytes.replaceSubrange(page..<page + 64, with: Array(repeating: 0xff, count: 64))
        folder.write(bytes)

        let findings: [String]
        do {
            findings = try SQLiteStore(.file(folder.database), access: .readOnly).check()
        } catch {
            #expect(error.kind == .corrupt)
            return
        }
        #expect(findings.contains { $0.hasPrefix("integrity: ") })
    }
}
