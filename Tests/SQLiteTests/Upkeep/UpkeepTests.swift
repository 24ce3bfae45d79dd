import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Old runs, backups and repairs.
@Suite struct UpkeepTests {
    private let temporary: TemporaryStore
    private let folder: TemporaryFolder
    private var store: SQLiteStore { temporary.store }

    init() throws {
        temporary = try TemporaryStore()
        folder = try TemporaryFolder()
    }

    private func finishedRuns(_ count: Int, pages: Int = 3) throws {
        for _ in 0..<count {
            let run = try temporary.begin((0..<pages).map { "http://a/\($0)" })
            try temporary.record(try temporary.claim("http://a", of: run).map { outcome($0) }, of: run)
            try store.writing { try $0.finishRun(run, now: 1) }
        }
    }

    private func job() throws -> JobID { try store.reading { try #require(try $0.job(named: "job")) }.id }

    @Test func `the latest finished runs stay, and the one that is not finished`() throws {
        try finishedRuns(4)
        try temporary.begin(["http://a/1"])

        let report = try store.prune(try job(), keeping: 2)

        #expect(report.runs == 2)
        #expect(report.pages == 6)
        #expect(
            try temporary.query("SELECT number FROM runs ORDER BY 1").map { $0["number"] as Int } == [
                3, 4, 5,
            ])
        #expect(try temporary.value("SELECT count(*) FROM pages") == 7)
        #expect(try store.check() == [])
    }

    @Test func `what is deleted is given back to the file system`() throws {
        try finishedRuns(1, pages: 3_000)
        try finishedRuns(1)
        let before = try #require(try temporary.value("PRAGMA page_count", as: Int.self))

        _ = try store.prune(try job(), keeping: 1)

        #expect(try #require(try temporary.value("PRAGMA page_count", as: Int.self)) < before / 2)
        #expect(try temporary.value("PRAGMA freelist_count") == 0)
    }

    @Test func `a copy is whole, and nobody holds anything in it`() throws {
        let runner = try temporary.runner()
        let run = try temporary.begin(["http://a/1", "http://b/1"], runner: runner)
        let host = try store.writing { try $0.host("http://a") }
        _ = try store.writing { try $0.lease(host, runner: runner, now: 0) }
        var size: Int64 = 0

        try store.backUp(to: folder.database) { _, total in size = total }

        #expect(size > 0)
        #expect(try folder.contents().keys.sorted() == ["trawl.db"])
        let copy = try SQLiteStore(.file(folder.database), access: .readWrite)
        #expect(try copy.check() == [])
        #expect(try copy.read { try $0.run(run) }?.runnerPID == nil)
        #expect(try folder.connect().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM runners") } == 0)
        #expect(try store.reading { try $0.run(run) }?.runnerPID != nil)
    }

    @Test func `a copy takes the place of an older one only when it is whole`() throws {
        folder.write([1, 2, 3])

        try store.backUp(to: folder.database) { _, _ in }

        #expect(try SQLiteStore(.file(folder.database), access: .readOnly).check() == [])
        #expect(failure { try store.backUp(to: folder.path + "/no/such/folder.db") { _, _ in } } != nil)
    }

    @Test func `what follows from other rows is put right`() throws {
        try finishedRuns(1)
        try temporary.execute("UPDATE runs SET pages_done = 9, last_page_id = 1")
        #expect(try store.check().count == 2)

        try store.repair(ProcessTableStub(pid: 1), now: 0)

        #expect(try store.check() == [])
    }
}
