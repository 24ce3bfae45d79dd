import CrawlCore
import TrawlSQLite
import Foundation
import GRDB
import Synchronization
import Testing
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// A kind of database that the port's promises are to hold of. This file alone names them.
struct DatabaseFactory: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether several runners may work on one run.
    var sharesRuns = false
    /// Milliseconds of silence after which a runner that nobody sees may be taken for gone: not before the one, and at the latest with the
    /// other.
    var silence: (least: Int64, most: Int64) = (60_000, 61_000)
    let make: @Sendable () throws -> TestDatabase

    var testDescription: String { name }

    /// Every database that trawl has.
    static let all = PostgresServer.isHere ? [sqlite, postgres] : [sqlite]

    private static let sqlite =
        DatabaseFactory(name: "SQLite") {
            let folder = try TestFolder()
            let path = folder.path + "/trawl.db"
            return TestDatabase(
                try SQLiteStore(.file(path), access: .readWrite), TestClock(), judgesByTime: true,
                folder: folder,
                execute: { sql in try DatabaseQueue(path: path).write { try $0.execute(sql: sql) } })
        }

    static let postgres =
        DatabaseFactory(name: "PostgreSQL", sharesRuns: true, silence: (30_000, 45_000)) {
            let text = try PostgresSchemas.take()
            let url = try PostgresURL(text)
            let clock = TestClock()
            return TestDatabase(
                try PostgresStore(url, access: .readWrite, clock: { clock.now }, followsServerTime: false),
                clock,
                judgesByTime: false, folder: try TestFolder(),
                execute: { sql in
                    try PostgresConnection(url, writes: true)
                        .execute(script: "SET search_path TO {schema}; \(sql)")
                },
                end: { PostgresSchemas.giveBack(text) })
        }
}

/// Schemas that tests are done with. To empty one costs far less than to make one.
private enum PostgresSchemas {
    private static let free = Mutex<[String]>([])

    /// The URL of a schema that nobody uses, new or empty.
    static func take() throws -> String {
        guard let url = free.withLock({ $0.popLast() }) else { return try PostgresServer.shared().newURL() }
        let schema = url.split(separator: "=").last.map(String.init) ?? ""
        try PostgresConnection(try PostgresURL(url), writes: true).execute(
            script: """
                DO $$ DECLARE name text; BEGIN
                    SET LOCAL session_replication_role = replica;
                    FOR name IN SELECT tablename FROM pg_tables
                        WHERE schemaname = '\(schema)' AND tablename <> 'schema_version'
                    LOOP EXECUTE format('DELETE FROM {schema}.%I', name); END LOOP;
                END $$
                """)
        return url
    }

    static func giveBack(_ url: String) { free.withLock { $0.append(url) } }
}

/// A database of a test, gone with its owner.
final class TestDatabase: Sendable {
    let port: any CrawlDatabase
    /// What people do with a program of their own: runs a statement on a connection of its own.
    let execute: @Sendable (String) throws -> Void
    /// Whether a runner that nobody sees is gone once so much time has passed since its last sign of life. Otherwise its silence must have
    /// been observed.
    let judgesByTime: Bool
    /// How time passes for the database where it does not go by what it is told.
    let clock: TestClock
    private let folder: TestFolder
    private let end: @Sendable () -> Void

    init(
        _ port: any CrawlDatabase, _ clock: TestClock, judgesByTime: Bool, folder: TestFolder,
        execute: @escaping @Sendable (String) throws -> Void,
        end: @escaping @Sendable () -> Void = {}
    ) {
        self.port = port
        self.clock = clock
        self.judgesByTime = judgesByTime
        self.folder = folder
        self.execute = execute
        self.end = end
    }

    deinit { end() }

    /// Sets what people may set for a host.
    func override(_ key: String, _ overrides: HostOverrides) throws {
        let perHost = overrides.perHost.map(String.init) ?? "NULL"
        let delay = overrides.delay.map { String($0.wholeMilliseconds) } ?? "NULL"
        try execute(
            """
            UPDATE hosts SET per_host = \(perHost), delay_ms = \(delay), blocked = \(overrides.isBlocked ? 1 : 0)
            WHERE host = '\(key)'
            """)
    }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let milliseconds = Atomic<Int64>(1_000_000)

    var now: MonotonicInstant {
        MonotonicInstant(sinceBoot: .milliseconds(milliseconds.load(ordering: .relaxed)))
    }

    func advance(_ milliseconds: Int64) { self.milliseconds.add(milliseconds, ordering: .relaxed) }
}

/// A folder of a test, gone with its owner.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("trawl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
