import Foundation
import GRDB
import LoopbackServer
import Testing

/// Databases that earlier versions have left, opened by this one.
@Suite(.serialized)
struct UpgradeTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// Every version before this one's.
    private static var earlier: Range<Int> {
        let migrations = fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/CrawlStore/migrations")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: migrations.path)) ?? []
        return 1..<max(2, names.count { $0.hasSuffix(".sql") })
    }

    @Test(arguments: earlier)
    func `a run that an earlier version left unfinished goes on`(schema: Int) async throws {
        let site = try Site.pages()
        let dump = try String(
            contentsOf: Self.fixtures.appending(path: "schema-\(schema).sql"), encoding: .utf8)
        try await bench.database().writeWithoutTransaction { database in
            try database.execute(sql: dump.replacingOccurrences(of: "@PORT@", with: "\(site.port)"))
        }

        let status = try await bench.trawl("status")
        let run = try await bench.trawl("run", "-q", "docs")

        #expect(status.code == 3)
        #expect(status.errors.contains("db migrate"))
        #expect(run.code == 4)
        #expect(["/1", "/2", "/3", "/4"].map { site.hits($0) } == [0, 0, 1, 1])
        let states = try bench.values("SELECT state FROM results ORDER BY page_id", as: String.self)
        #expect(states == ["done", "failed", "done", "done", "skipped"])
        #expect(try bench.value("SELECT attempts FROM pages WHERE id = 3") == 2)
        // Requests that are more than a GET came with the sixth.
        #expect(site.log.last { $0.path == "/4" }?.headers["x-schema"] == (schema < 6 ? nil : "6"))
        #expect(try await bench.trawl("db", "check").code == 0)
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
}
