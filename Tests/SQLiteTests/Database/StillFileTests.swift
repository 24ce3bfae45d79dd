import Foundation
import GRDB
import Testing
import TrawlStore

@testable import TrawlSQLite

/// Files that are read without locks, as nobody writes to them.
@Suite struct StillFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        do { try SQLiteStore(.file(folder.database), access: .readWrite).save("job") }
    }

    @Test func `a file is still when nobody has it open, and not when somebody writes`() throws {
        let still = try #require(StillFile(folder.database))
        #expect(throws: Never.self) { try still.checkStill() }

        let writer = try SQLiteStore(.file(folder.database), access: .readWrite)
        try writer.save("other")

        #expect(StillFile(folder.database) == nil)
        #expect(failure { try still.checkStill() }?.kind == .locked)
    }

    @Test func `a file is no longer still when somebody wrote and is gone`() throws {
        let still = try #require(StillFile(folder.database))
        do { try SQLiteStore(.file(folder.database), access: .readWrite).save("other") }

        #expect(StillFile(folder.database) != nil)
        #expect(failure { try still.checkStill() }?.kind == .locked)
    }

    @Test(arguments: ["plain.db", "a b?c#d%é.db", "file:x.db", ":memory:"])
    func `the name by which it is opened is that of the file`(name: String) throws {
        let path = folder.path + "/" + name
        try FileManager.default.copyItem(atPath: folder.database, toPath: path)
        let still = try #require(StillFile(path))
        var configuration = Configuration()
        configuration.readonly = true

        let queue = try DatabaseQueue(path: still.uri, configuration: configuration)

        #expect(try queue.read { try String.fetchAll($0, sql: "SELECT name FROM jobs") } == ["job"])
        #expect(try folder.contents().keys.sorted() == ["trawl.db", name].sorted())
    }
}
