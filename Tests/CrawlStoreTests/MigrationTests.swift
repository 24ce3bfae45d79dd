import CrawlCore
@testable import CrawlStore
import GRDB
import Testing

/// Databases of earlier schemas.
@Suite struct MigrationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Makes a database as the trawl of an earlier schema has left it.
    private func make(version: Int, _ sql: String) throws {
        try folder.connect().write { database in
            for migration in Migrations.all[..<version] {
                try database.execute(sql: String(decoding: migration, as: UTF8.self))
            }
            try database.execute(
                sql: "PRAGMA user_version = \(version); PRAGMA application_id = \(Migrations.applicationID)")
            try database.execute(sql: sql)
        }
    }

    @Test func `a database of schema 2 keeps its rows, without what was not stored then`() throws {
        try make(
            version: 2,
            """
            INSERT INTO jobs (id, name, spec) VALUES (1, 'docs', '{}');
            INSERT INTO runs (id, job_id, number, state, spec, started_at, finished_at, first_page_id, last_page_id,
                pages_done)
            VALUES (1, 1, 1, 'finished', '{}', 0, 1, 1, 1, 1);
            INSERT INTO pages (id, run_id, host_id, url_key, url, state, title, robots)
            VALUES (1, 1, 1, 11, 'http://a/1', 'done', 'Old', 'noindex');
            """)

        let store = try Store(.file(folder.database), access: .readWrite)

        #expect(try store.check() == [])
        let row = try folder.connect().read {
            try Row.fetchOne(
                $0,
                sql: """
                    SELECT title, robots, coalesce(canonical_url, lang, description, link_count) AS content FROM results
                    """)
        }
        #expect(row?["title"] as String? == "Old")
        #expect(row?["robots"] as String? == "noindex")
        #expect(row?["content"] as DatabaseValue? == .null)
    }

    @Test func `runs of schema 3 are compared with each other`() throws {
        try make(
            version: 3,
            """
            INSERT INTO jobs (id, name, spec) VALUES (1, 'docs', '{}');
            INSERT INTO runs (id, job_id, number, state, spec, started_at, finished_at, first_page_id, last_page_id,
                pages_done)
            VALUES (1, 1, 1, 'finished', '{}', 0, 1, 1, 1, 1), (2, 1, 2, 'finished', '{}', 2, 3, 2, 2, 1);
            INSERT INTO pages (id, run_id, host_id, url_key, url, state, title)
            VALUES (1, 1, 1, 11, 'http://a/1', 'done', 'Old'), (2, 2, 1, 11, 'http://a/1', 'done', 'New');
            """)

        let store = try Store(.file(folder.database), access: .readWrite)

        #expect(try store.check() == [])
        #expect(
            try folder.connect().read { try String.fetchOne($0, sql: "SELECT change FROM changes") }
                == "title")
    }

    @Test func `an unfinished run of schema 1 goes on, its hosts named by its list`() throws {
        try make(
            version: 1,
            """
            INSERT INTO jobs (id, name, spec) VALUES (1, 'docs', '{}');
            INSERT INTO runs (id, job_id, number, state, spec, started_at, first_page_id, last_page_id, pages_pending,
                pages_done)
            VALUES (1, 1, 1, 'active', '{}', 0, 1, 2, 1, 1);
            INSERT INTO hosts (id, host) VALUES (1, 'http://a'), (2, 'http://b');
            INSERT INTO pages (id, run_id, host_id, url_key, url, state)
            VALUES (1, 1, 1, 11, 'http://a/1', 'done'), (2, 1, 2, 12, 'http://b/1', 'pending');
            """)

        let store = try Store(.file(folder.database), access: .readWrite)

        let run = RunID(rawValue: 1)
        #expect(try store.read { try $0.isNamed(HostID(rawValue: 1), by: run) })
        #expect(
            try store.read { try $0.waitingHosts(of: run, after: nil, limit: 9) }.map(\.host.rawValue) == [2])
        #expect(try store.check() == [])
        #expect(try folder.connect().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM results") } == 2)
    }
}
