import GRDB
import Testing
import TrawlSQLite
import TrawlStore

/// What is known of links goes with the last page that has them.
@Suite struct ForgetLinksTests {
    private let temporary: TemporaryStore

    /// Two finished runs: a menu that the pages of both have, and a link of the earlier one.
    init() throws {
        temporary = try TemporaryStore()
        for number in 1...2 {
            let run = try temporary.begin(["http://a/"])
            try temporary.record(try temporary.claim("http://a", of: run).map { outcome($0) }, of: run)
            try temporary.store.writing { try $0.finishRun(run, now: Int64(number)) }
        }
        try temporary.execute(
            """
            INSERT INTO link_targets (id, url) VALUES (1, 'http://a/menu'), (2, 'http://a/old');
            INSERT INTO link_elements (id, target_id, digest, element, attribute) VALUES
                (1, 1, 1, 'a', 'href'), (2, 2, 2, 'a', 'href'), (3, 1, 3, 'img', 'src');
            INSERT INTO link_rows SELECT id, 1, 1, 1 FROM pages;
            INSERT INTO link_rows SELECT min(id), 2, 2, 1 FROM pages;
            INSERT INTO link_rows SELECT min(id), 3, 3, 1 FROM pages;
            """)
    }

    private func prune() throws {
        let job = try #require(try temporary.store.reading { try $0.job(named: "job") })
        #expect(try temporary.store.prune(job.id, keeping: 1).runs == 1)
    }

    private func ids(_ table: String) throws -> [Int64] {
        try temporary.query("SELECT id FROM \(table) ORDER BY 1").map { $0["id"] }
    }

    @Test func `elements and targets that no page has any more go with the run`() throws {
        try prune()

        #expect(try temporary.value("SELECT count(*) FROM link_rows") == 1)
        #expect(try ids("link_elements") == [1])
        #expect(try ids("link_targets") == [1])
    }

    @Test func `they stay while any run is not finished, and go with the next that is pruned`() throws {
        let other = try temporary.begin(["http://b/"], job: "other")
        try prune()

        #expect(try ids("link_elements") == [1, 2, 3])
        #expect(try ids("link_targets") == [1, 2])

        try temporary.store.writing { try $0.finishRun(other, now: 3) }
        let run = try temporary.begin(["http://a/"])
        try temporary.store.writing { try $0.finishRun(run, now: 4) }
        try prune()

        #expect(try ids("link_elements") == [])
        #expect(try ids("link_targets") == [])
    }
}
