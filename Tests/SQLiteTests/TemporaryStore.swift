import CrawlCore
import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import Testing

/// A store in a folder of its own, gone with its owner.
final class TemporaryStore {
    let folder: TemporaryFolder
    let store: SQLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(.file(folder.database), access: .readWrite)
    }

    /// A new run of a job, with these pages and none of another; without a runner unless one is given.
    @discardableResult
    func begin(_ urls: [String] = [], job: String = "job", runner: RunnerID? = nil) throws -> RunID {
        let run = try beginImport(job: job, runner: runner)
        try add(urls, to: run)
        try store.writing { try $0.finishImport(run) }
        return run
    }

    /// A new run of a job whose pages are still to come.
    func beginImport(job name: String = "job", runner: RunnerID? = nil) throws -> RunID {
        try store.writing { transaction in
            try transaction.saveJob(name: name, spec: "{}", now: 0)
            let job = try #require(try transaction.job(named: name))
            return try transaction.beginRun(of: job, runner: runner, now: 1_000)
        }
    }

    @discardableResult
    func add(_ urls: [String], to run: RunID) throws -> RunProgress {
        try add(urls.map { .page(url: $0, hostKey: hostKey($0), name: nil, line: nil) }, to: run)
    }

    @discardableResult
    func add(_ pages: [ImportedPage], to run: RunID) throws -> RunProgress {
        var importer = PageImporter(run: run)
        return try store.writing { try importer.add(pages, in: $0) }
    }

    /// The pages of a run's host that may be requested now.
    func claim(
        _ host: String, of run: RunID, now: Int64 = 0, limit: Int = 1_000, claimed: Set<PageID> = [],
        batch: BatchID = BatchID(rawValue: 1)
    ) throws -> [ClaimedPage] {
        var position: FrontierPosition?
        return try claim(
            host, of: run, now: now, limit: limit, claimed: claimed, batch: batch, from: &position)
    }

    func claim(
        _ host: String, of run: RunID, now: Int64 = 0, limit: Int, claimed: Set<PageID> = [],
        batch: BatchID = BatchID(rawValue: 1), from position: inout FrontierPosition?
    ) throws -> [ClaimedPage] {
        try store.writing { transaction in
            try transaction.claim(
                transaction.host(host), of: run, now: now, limit: limit, claimed: claimed, batch: batch,
                from: &position)
        }
    }

    @discardableResult
    func record(
        _ outcomes: [PageOutcome], of run: RunID, elapsed: Int64 = 0, now: Int64 = 0
    ) throws -> RunProgress {
        try store.writing { try $0.record([outcomes], of: run, elapsed: elapsed, now: now).change }
    }

    /// A runner of another process of this machine, as far as the store knows.
    func runner(pid: Int32 = 1) throws -> RunnerID {
        try store.writing { try $0.registerRunner(ProcessTableStub(pid: pid), now: 0) }
    }

    func run(_ id: RunID) throws -> RunRecord { try store.reading { try #require(try $0.run(id)) } }

    func rows(_ run: RunID, _ filter: ResultFilter = .all) throws -> [ResultRow] {
        var rows: [ResultRow] = []
        try store.reading { try $0.forEachResult(of: run, filter) { rows.append($0) } }
        return rows
    }

    /// What a user's own connection would answer.
    func value<Value: DatabaseValueConvertible>(_ sql: String, as: Value.Type = Value.self) throws -> Value? {
        try folder.connect().read { try Value.fetchOne($0, sql: sql) }
    }

    /// The rows of a user's own query.
    func query(_ sql: String) throws -> [Row] { try folder.connect().read { try Row.fetchAll($0, sql: sql) } }

    /// What a user's own connection changes.
    func execute(_ sql: String) throws { try folder.connect().write { try $0.execute(sql: sql) } }
}

/// A folder of a test, gone with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("trawl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Where the test's database is, or will be.
    var database: String { path + "/trawl.db" }

    func connect() throws -> DatabaseQueue { try DatabaseQueue(path: database) }

    func write(_ bytes: some Sequence<UInt8>, name: String = "trawl.db") {
        _ = FileManager.default.createFile(atPath: path + "/" + name, contents: Data(bytes))
    }

    /// Every file in the folder by its name, but for the index of a WAL, which each reader writes.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where !name.hasSuffix("-shm") {
            contents[name] = FileManager.default.contents(atPath: path + "/" + name) ?? Data()
        }
        return contents
    }
}

extension SQLiteStore {
    /// Stores a job that says nothing.
    @discardableResult
    func save(_ name: String, spec: String = "{}", now: Int64 = 0) throws -> JobID {
        try write { try $0.saveJob(name: name, spec: spec, now: now) }
    }
}

/// The scheme, name and port of a URL.
func hostKey(_ url: String) -> String { (try? WebURL(parsing: url).hostKey) ?? url }

/// What came of a page, 10 ms after 5,000.
func outcome(
    _ page: ClaimedPage, _ verdict: PageOutcome.Verdict = .done,
    _ change: (inout PageOutcome) -> Void = { _ in }
) -> PageOutcome {
    var outcome = PageOutcome(page: page, startedAt: 5_000)
    outcome.verdict = verdict
    outcome.finishedAt = 5_010
    change(&outcome)
    return outcome
}

/// What an operation of the store throws; nil where it throws nothing.
func failure<Value>(_ body: () throws -> Value) -> StoreError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? StoreError ?? StoreError(.other, "not a StoreError: \(error)")
    }
}
