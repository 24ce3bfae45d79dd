@testable import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import Testing

/// Databases that are opened, and made where there are none.
@Suite struct OpeningTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a file that is not there is made, with every table and view`() throws {
        _ = try SQLiteStore(.file(folder.database), access: .readWrite)

        let names = try folder.connect().read {
            try String.fetchAll(
                $0,
                sql:
                    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
            )
        }
        #expect(
            Set(names) == [
                "jobs", "runs", "pages", "attempts", "hosts", "batches", "runners", "results", "failures",
                "host_summary", "run_summary", "robots", "run_hosts", "redirects", "page_links",
                "skipped_links",
                "host_pages", "host_pools", "trap_counts", "bodies", "run_changes", "changes",
                "page_requests",
                "page_inputs", "replies",
                "sitemaps", "page_keys", "page_orders", "waiting_ranges", "schedules", "starts", "deliveries",
                "run_activity", "unread_pages", "all_results", "finished_results", "duplicate_titles",
                "duplicate_content", "missing_titles", "slow_pages", "redirect_chains", "link_targets",
                "link_elements", "link_rows", "page_places", "fragment_faults", "verdicts", "links",
                "broken_elements",
                "broken_links", "page_chains", "item_rows", "all_items", "items", "item_changes",
                "current_items",
            ])
    }

    @Test func `an empty file counts as a new database`() throws {
        folder.write([])

        let store = try SQLiteStore(.file(folder.database), access: .readWrite)

        #expect(try store.reading { try $0.jobs() }.isEmpty)
        #expect(
            try folder.connect().read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
                == Migrations.latest)
    }

    @Test func `the file says what it is and of which version`() throws {
        _ = try SQLiteStore(.file(folder.database), access: .readWrite)

        let (application, version, journal) = try folder.connect().read {
            (
                try Int.fetchOne($0, sql: "PRAGMA application_id"),
                try Int.fetchOne($0, sql: "PRAGMA user_version"),
                try String.fetchOne($0, sql: "PRAGMA journal_mode")
            )
        }
        #expect(application == 0x7472_6177, "\"trwl\"")
        #expect(version == Migrations.latest)
        #expect(journal == "wal")
    }

    @Test func `what was stored is there when the file is opened again`() throws {
        do {
            let store = try SQLiteStore(.file(folder.database), access: .readWrite)
            try store.save("job", now: 7)
        }

        let store = try SQLiteStore(.file(folder.database), access: .readOnly)

        #expect(try store.reading { try $0.job(named: "job")?.createdAt } == 7)
    }

    @Test func `a file that is opened a second time is not migrated again`() throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        let before = try folder.contents()

        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }

        #expect(try folder.contents() == before)
    }

    @Test func `a link to a database is followed`() throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        let link = folder.path + "/link.db"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.database)

        let store = try SQLiteStore(.file(link), access: .readOnly)

        #expect(try store.reading { try $0.jobs() }.isEmpty)
    }

    @Test func `a temporary database works and leaves nothing`() throws {
        let store = try SQLiteStore(.temporary, access: .readWrite)

        try store.save("job")

        #expect(try store.reading { try $0.jobs() }.map(\.name) == ["job"])
        #expect(try folder.contents().isEmpty)
    }

    @Test func `a file that is removed or replaced while it is open is written to no more`() throws {
        let store = try SQLiteStore(.file(folder.database), access: .readWrite)
        try store.save("job")
        try FileManager.default.moveItem(atPath: folder.database, toPath: folder.database + ".away")

        #expect(throws: StoreError.self) { try store.save("lost") }
        _ = try SQLiteStore(.file(folder.database), access: .readWrite)
        #expect(throws: StoreError.self) { try store.save("lost") }
    }

    @Test func `a write that throws leaves nothing behind`() throws {
        let store = try SQLiteStore(.file(folder.database), access: .readWrite)

        let error = failure {
            try store.writing { transaction in
                try transaction.saveJob(name: "job", spec: "{}", now: 0)
                throw StoreError(.notFound, "stop")
            }
        }

        #expect(error?.kind == .notFound)
        #expect(try store.reading { try $0.jobs() }.isEmpty)
    }

    @Test func `a store for reading writes nothing`() throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        let store = try SQLiteStore(.file(folder.database), access: .readOnly)

        let error = failure { try store.save("job") }

        #expect(error?.kind == .readOnly)
    }

    @Test func `a checkpoint waits for no reader`() throws {
        let temporary = try TemporaryStore()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: temporary.folder.database, configuration: configuration)
        try reader.inDatabase { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM jobs")
        }
        try temporary.store.save("job")

        let start = ContinuousClock.now
        #expect(try !temporary.store.checkpoint())
        #expect(ContinuousClock.now - start < .seconds(SQLiteStore.busySeconds) / 2)

        try reader.inDatabase { try $0.rollback() }
        #expect(try temporary.store.checkpoint())
    }

    @Test func `a checkpoint empties the WAL`() throws {
        let store = try SQLiteStore(.file(folder.database), access: .readWrite)
        try store.save("job")
        #expect(try folder.contents()["trawl.db-wal"]?.isEmpty == false)

        try store.checkpoint()

        #expect(try folder.contents()["trawl.db-wal"]?.isEmpty == true)
    }
}
