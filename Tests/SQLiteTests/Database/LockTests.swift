import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import Synchronization
import Testing

/// A database that another connection has locked.
@Suite struct LockTests {
    @Test func `a database that another connection writes to is waited for`() throws {
        let temporary = try TemporaryStore()
        let other = try temporary.folder.connect()
        let isHeld = DispatchSemaphore(value: 0)
        let hold: TimeInterval = 0.15
        Thread.detachNewThread {
            try? other.inDatabase { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                isHeld.signal()
                // What holds the lock is real work of that length to the one who waits.
                Thread.sleep(forTimeInterval: hold)
                try database.execute(
                    sql: "INSERT INTO jobs (name, spec) VALUES ('other', '{}'); COMMIT")
            }
        }
        isHeld.wait()
        let start = ContinuousClock.now

        try temporary.store.save("job")

        // Less the moment between the signal and the clock's being read.
        #expect(ContinuousClock.now - start > .milliseconds(75))
        #expect(try temporary.store.reading { try $0.jobs() }.map(\.name) == ["job", "other"])
    }

    @Test func `a database that another connection writes to can be read meanwhile`() throws {
        let temporary = try TemporaryStore()
        try temporary.store.save("job")
        let other = try temporary.folder.connect()

        let names = try other.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE; DELETE FROM jobs")
            defer { try? database.execute(sql: "ROLLBACK") }
            return try temporary.store.reading { try $0.jobs() }.map(\.name)
        }

        #expect(names == ["job"])
    }

    @Test(arguments: [
        "BEGIN EXCLUSIVE", "BEGIN IMMEDIATE", "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE",
        "CREATE TABLE t (a); DROP TABLE t; BEGIN; SELECT * FROM sqlite_schema",
    ])
    func `a new file that another process is about to fill is waited for`(state: String) throws {
        let folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.database, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: state) }
        let isReleased = Mutex(false)
        Thread.detachNewThread {
            // What holds the lock is real work of that length to the one who waits.
            Thread.sleep(forTimeInterval: 0.15)
            isReleased.withLock { $0 = true }
            try? other.inDatabase { try $0.execute(sql: "COMMIT") }
        }

        try SQLiteStore(.file(folder.database), access: .readWrite).save("job")

        #expect(isReleased.withLock { $0 })
    }

    @Test func `two stores that open one new file at once both get it`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database

        let names = try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<2 {
                group.addTask {
                    let store = try SQLiteStore(.file(path), access: .readWrite)
                    try store.save("job\(index)")
                }
            }
            try await group.waitForAll()
            return try SQLiteStore(.file(path), access: .readOnly).read { try $0.jobs() }.map(\.name)
        }

        #expect(names == ["job0", "job1"])
    }
}
