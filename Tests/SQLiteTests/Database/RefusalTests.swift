@testable import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import Glibc
import Testing

/// Files that are no database of trawl's, or not of this one's: refused in words that help, and left as they are.
@Suite struct RefusalTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What opening the test's file throws, after checking that no file in the folder has changed.
    private func refusal(
        _ access: SQLiteStore.Access = .readWrite, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> StoreError? {
        let before = try folder.contents()
        let error = failure { try SQLiteStore(.file(folder.database), access: access) }
        var after = try folder.contents()
        // A reader of a database in WAL mode makes an empty WAL, and may not delete it.
        if access == .readOnly, after["trawl.db-wal"]?.isEmpty == true { after["trawl.db-wal"] = nil }
        #expect(Set(after.keys) == Set(before.keys), "files came or went", sourceLocation: sourceLocation)
        #expect(after == before, "a file was changed", sourceLocation: sourceLocation)
        return error
    }

    @Test(arguments: [SQLiteStore.Access.readWrite, .readOnly])
    func `a database of another program is refused`(access: SQLiteStore.Access) throws {
        do {
            try folder.connect().write {
                try $0.execute(sql: "CREATE TABLE notes (text); PRAGMA user_version = 1")
            }
        }

        let error = try #require(try refusal(access))

        #expect(error.kind == .notADatabase)
        #expect(error.description.contains(folder.database))
    }

    @Test func `a database in WAL mode of another program is refused`() throws {
        do {
            let queue = try folder.connect()
            try queue.inDatabase {
                try $0.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE notes (text)")
            }
        }

        #expect(try refusal()?.kind == .notADatabase)
    }

    @Test(arguments: [SQLiteStore.Access.readWrite, .readOnly])
    func `a database of a newer trawl is refused`(access: SQLiteStore.Access) throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        do { try folder.connect().inDatabase { try $0.execute(sql: "PRAGMA user_version = 1000") } }

        let error = try #require(try refusal(access))

        #expect(error.kind == .newer)
        #expect(error.description.contains("schema 1000, this one knows \(Migrations.latest)"))
    }

    @Test func `a newer trawl's WAL that a kill has left is not written back`() throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        // A copy of the files while they are in use is what a kill leaves.
        let queue = try folder.connect()
        try queue.inDatabase { try $0.execute(sql: "PRAGMA user_version = 1000") }
        let killed = try TemporaryFolder()
        for (name, bytes) in try folder.contents() {
            killed.write(bytes, name: name)
        }
        let before = try killed.contents()
        try #require(before["trawl.db-wal"]?.isEmpty == false)

        let error = failure { try SQLiteStore(.file(killed.database), access: .readWrite) }

        #expect(error?.kind == .newer)
        #expect(try killed.contents() == before)
    }

    @Test func `an empty file has nothing for a reader`() throws {
        folder.write([])

        let error = try #require(try refusal(.readOnly))

        #expect(error.kind == .missing)
        #expect(error.description.contains("is empty"))
    }

    @Test func `a file that is not there is missing to a reader, and stays so`() throws {
        let error = try #require(try refusal(.readOnly))

        #expect(error.kind == .missing)
        #expect(error.description.contains(folder.database))
    }

    @Test func `a file in a folder that is not there is refused`() throws {
        let path = folder.path + "/none/trawl.db"

        let error = failure { try SQLiteStore(.file(path), access: .readWrite) }

        #expect(error?.kind == .readOnly)
        #expect(error?.description.contains(path) == true)
    }

    @Test(arguments: [SQLiteStore.Access.readWrite, .readOnly])
    func `a folder is refused`(access: SQLiteStore.Access) throws {
        try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: false)

        #expect(try refusal(access)?.kind == .notADatabase)
    }

    @Test(arguments: [SQLiteStore.Access.readWrite, .readOnly])
    func `a pipe is refused without being waited for`(access: SQLiteStore.Access) throws {
        try #require(mkfifo(folder.database, 0o600) == 0)

        let error = failure { try SQLiteStore(.file(folder.database), access: access) }

        #expect(error?.kind == .notADatabase)
    }

    @Test func `a loop of links is refused`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.database, withDestinationPath: folder.database)

        let error = failure { try SQLiteStore(.file(folder.database), access: .readWrite) }

        #expect(error?.kind == .readOnly)
        #expect(error?.description.contains(folder.database) == true)
    }

    @Test(arguments: [1, 15, 99, 100, 512, 4_096, 100_000]) func `any other file is refused`(length: Int)
        throws
    {
        folder.write((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })

        let error = try #require(try refusal())

        #expect(error.kind == .notADatabase)
    }

    @Test(arguments: [1, 60, 512, 4_096, 8_192]) func `a database that was cut short is refused`(length: Int)
        throws
    {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        let whole = try #require(try folder.contents()["trawl.db"])
        try #require(whole.count > length)
        folder.write(whole.prefix(length))

        let error = try #require(try refusal())

        #expect(error.kind == .notADatabase || error.kind == .corrupt)
    }

    @Test(.enabled(if: geteuid() != 0, "skipped: nothing is read-only to root"))
    func `a file that may not be written is not, and its permissions are named`() throws {
        do { _ = try SQLiteStore(.file(folder.database), access: .readWrite) }
        try #require(chmod(folder.database, 0o444) == 0)

        let error = failure { try SQLiteStore(.file(folder.database), access: .readWrite).save("job") }

        #expect(error?.kind == .readOnly)
        #expect(error?.description.contains("permissions") == true)
    }
}
