import Foundation
import GRDB
import LoopbackServer
import Testing

/// Databases that other versions have left, opened by this one.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct UpgradeTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test(arguments: ["run", "status", "jobs"])
    func `a database of a version before 0.2.0 is refused and left as it is`(command: String) async throws {
        try await bench.database().writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    CREATE TABLE pages (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, url TEXT NOT NULL);
                    PRAGMA user_version = 8; PRAGMA application_id = 0x7472776c
                    """)
        }
        let before = try Data(contentsOf: bench.folder.appending(path: "trawl.db"))

        let refused = try await bench.trawl(command)

        #expect(refused.code == 3)
        #expect(refused.errors.contains("before 0.2.0"))
        #expect(refused.errors.contains("--db"))
        #expect(try Data(contentsOf: bench.folder.appending(path: "trawl.db")) == before)
    }

    @Test func `a database of a newer version is left as it is`() async throws {
        _ = try await bench.trawl("db", "migrate", "-q")
        try await bench.database().writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA user_version = 9999")
        }
        let before = try Data(contentsOf: bench.folder.appending(path: "trawl.db"))

        let daemon = try await bench.trawl("daemon")

        #expect(daemon.code == 3)
        #expect(daemon.errors.contains("newer trawl"))
        #expect(try Data(contentsOf: bench.folder.appending(path: "trawl.db")) == before)
    }

    // MARK: Fixtures

    @Test func `each migration has a database that it left`() throws {
        let migrations = try FileManager.default.contentsOfDirectory(
            atPath: Manual.project.appending(path: "migrations/sqlite").path)

        #expect(
            Set(Fixture.all.map { $0.testDescription.prefix(4) }) == Set(migrations.map { $0.prefix(4) }))
    }

    @Test(arguments: Fixture.all)
    func `a database of each released schema is read`(fixture: Fixture) async throws {
        try fixture.load(into: bench)

        let results = try await bench.trawl("results", "site", "--format", "ndjson")
        let body = try await bench.trawl("results", "site", "--body", "--format", "ndjson")
        let changes = try await bench.trawl("diff", "site")
        let jobs = try await bench.trawl("jobs")
        let merged = try await bench.trawl("merge", "api")
        let check = try await bench.trawl("db", "check")

        let pages = try results.objects()
        #expect(pages.contains { $0["title"] as? String == "Beans" && $0["state"] as? String == "done" })
        #expect(pages.contains { $0["skip_reason"] as? String == "robots" })
        #expect(pages.contains { $0["error_kind"] as? String == "http_status" })
        #expect(body.output.contains("7.50 euro, read 2 times"))
        #expect(changes.output.contains("content") && changes.output.contains("beans.html"))
        #expect(jobs.output.contains("list"))
        #expect(merged.output.contains("\"added\""))
        #expect(check.code == 0, "\(check.errors)")
    }

    @Test(arguments: Fixture.all)
    func `a database of each released schema becomes one of the present`(fixture: Fixture) async throws {
        try fixture.load(into: bench)

        let upgraded = try await bench.trawl("db", "migrate")
        _ = try await bench.trawl("db", "migrate", "--db", "new.db")

        #expect(upgraded.code == 0, "\(upgraded.errors)")
        #expect(try Fixture.schema(of: bench) == Fixture.schema(of: bench, in: "new.db"))
    }

    @Test(arguments: Fixture.all)
    func `a run of each released schema is stopped, seen and gone on with`(fixture: Fixture) async throws {
        try fixture.load(into: bench)
        let site = try Site.pages()
        try bench.execute("UPDATE jobs SET state = 'paused' WHERE name <> 'list'")
        let waiting = "SELECT count(*) FROM pages WHERE state = 'pending'"
        try #require(try bench.value(waiting, as: Int.self) == 3)
        // Where its site was, nobody listens any more.
        try bench.execute(
            """
            UPDATE hosts SET host = '\(site.url(""))' WHERE host LIKE 'http://127.0.0.1:%';
            UPDATE pages SET url = '\(site.url("/"))' || id WHERE state = 'pending'
            """)

        let ended = try await bench.trawl("run", "list")

        // Two pages a go, as its job limits them.
        #expect(ended.code == 8, "\(ended.errors)")
        #expect(try bench.value(waiting) == 1)
    }
}

/// A database as an earlier version left it, as SQL. `scripts/fixture` makes them.
struct Fixture: CustomTestStringConvertible {
    private let file: URL

    var testDescription: String { file.lastPathComponent }

    /// One a migration.
    static let all: [Fixture] = {
        let folder = Manual.project.appending(path: "Tests/TrawlTests/Database/Fixtures")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "sql" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map(Fixture.init)
    }()

    func load(into bench: Workbench) throws {
        let sql = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        try bench.database().writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    /// Tables and views with their columns, indexes with theirs, and triggers, each as a line.
    static func schema(of bench: Workbench, in file: String = "trawl.db") throws -> [String] {
        try bench.values(
            """
            SELECT type || ' ' || tbl_name || ' ' || schema.name || ': ' || coalesce(
                CASE type
                WHEN 'trigger' THEN sql
                WHEN 'index' THEN (SELECT group_concat(coalesce(name, '')) FROM pragma_index_info(schema.name))
                ELSE (SELECT group_concat(name || ' ' || type || ' ' || "notnull" || ' ' || coalesce(dflt_value, ''), ', ')
                    FROM (SELECT * FROM pragma_table_info(schema.name) ORDER BY name)) END, '')
            FROM sqlite_schema AS schema WHERE schema.name NOT LIKE 'sqlite_stat%' ORDER BY 1
            """, in: file)
    }
}
