import Foundation
import GRDB
import Testing

/// Databases that other versions have left, opened by this one.
@Suite(.serialized)
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
}
