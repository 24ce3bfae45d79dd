import CrawlCore
import CrawlEngine
import CrawlFetch
import TrawlSQLite
import TrawlStore
import Foundation
import GRDB
import LoopbackServer
import Synchronization
import Testing

/// A store in a temporary folder, and crawls in it.
final class CrawlHarness {
    let folder: URL
    let store: SQLiteStore
    let processes = LinuxProcessTable()
    let credentials = URLCredentials()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "trawl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(.file(folder.appending(path: "trawl.db").path), access: .readWrite)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// A job without waits between tries, on one thread unless said otherwise.
    static func spec(_ change: (inout JobSpec) -> Void = { _ in }) -> JobSpec {
        var spec = JobSpec(name: "job")
        spec.retry.delay = .milliseconds(1)
        spec.robots = .ignore
        change(&spec)
        return spec
    }

    /// Fills a new run with URLs.
    func fill(
        _ urls: [String], spec: JobSpec = CrawlHarness.spec(), runner: RunnerID,
        processes: (any ProcessTable)? = nil, now: Int64 = 0
    ) throws -> RunRecord {
        let job = try store.write { transaction in
            try transaction.saveJob(name: spec.name, spec: "{}", now: 0)
            return try #require(try transaction.job(named: spec.name))
        }
        let opening = try RunOpening.open(
            job, store: store, runner: runner, processes: processes ?? self.processes, now: now)
        guard case .begun(let run) = opening else {
            throw StoreError(.other, "an unfinished run is in the way")
        }
        var source = ListSource(urls: urls[...])
        var listing = RunImport(store: store, run: run.id, limits: spec.limits, credentials: credentials)
        _ = try listing.add(&source) { _ in true }
        _ = try listing.add(sitemaps: spec.sitemaps)
        return try store.write { transaction in
            try transaction.finishImport(run.id)
            return try #require(try transaction.run(run.id))
        }
    }

    /// Crawls URLs in a new run to its end.
    @discardableResult
    func crawl(
        _ urls: [String], spec: JobSpec = CrawlHarness.spec(), threads: Int = 1,
        environment: FetchEnvironment = .system, circuit: HostCircuit.Policy = .init(),
        options: CrawlOptions? = nil, observer: any RunObserver = RecordingObserver(), now: Int64 = 0
    ) async throws -> RunEnd {
        let runner = try store.write { try $0.registerRunner(processes, now: now) }
        let run = try fill(urls, spec: spec, runner: runner, now: now)
        let end = try await crawl(
            run, spec: spec, runner: runner, threads: threads, environment: environment, circuit: circuit,
            options: options, observer: observer
        ).run()
        try store.write { try $0.removeRunner(runner, now: 0) }
        return end
    }

    func crawl(
        _ run: RunRecord, spec: JobSpec, runner: RunnerID, threads: Int = 1,
        environment: FetchEnvironment = .system, circuit: HostCircuit.Policy = .init(),
        options: CrawlOptions? = nil, observer: any RunObserver = RecordingObserver()
    ) -> Crawl {
        var options = options ?? CrawlOptions(threads: threads, userAgent: "trawl-tests")
        options.circuit = circuit
        return Crawl(
            store: store, runner: runner, run: run, spec: spec, options: options, credentials: credentials,
            environment: environment, observer: observer)
    }

    /// The pages of the latest run, in order.
    func rows() throws -> [ResultRow] {
        var rows: [ResultRow] = []
        try store.read { transaction in
            let job = try #require(try transaction.job(named: "job"))
            let run = try #require(try transaction.latestRun(of: job.id))
            try transaction.forEachResult(of: run.id, .all) { rows.append($0) }
        }
        return rows
    }

    /// The database's file.
    var file: String { folder.appending(path: "trawl.db").path }

    /// Changes something by another connection, as a user would.
    static func execute(_ sql: String, in file: String) throws {
        try DatabaseQueue(path: file).write { try $0.execute(sql: sql) }
    }

    /// The answer of one query, by another connection, as a user would ask.
    func value<Value: DatabaseValueConvertible>(_ sql: String, as: Value.Type = Value.self) throws -> Value? {
        try DatabaseQueue(path: folder.appending(path: "trawl.db").path).read {
            try Value.fetchOne($0, sql: sql)
        }
    }
}

struct ListSource: PageSource {
    var urls: ArraySlice<String>

    mutating func next() -> SourceEntry? {
        urls.popFirst().map { .url($0, name: nil, line: nil) }
    }
}

/// Keeps what it is told.
final class RecordingObserver: RunObserver {
    private let state = Mutex<[PageOutcome]>([])
    private let snapshots = Mutex<RunSnapshot?>(nil)
    private let onCommit: @Sendable (Int) -> Void

    init(onCommit: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.onCommit = onCommit
    }

    var outcomes: [PageOutcome] { state.withLock { $0 } }

    func committed(_ outcomes: [PageOutcome]) {
        let count = state.withLock {
            $0.append(contentsOf: outcomes)
            return $0.count
        }
        onCommit(count)
    }

    func progressed(_ snapshot: RunSnapshot) {
        snapshots.withLock { $0 = snapshot }
    }

    /// What it was told last of how the run goes.
    var lastSnapshot: RunSnapshot? { snapshots.withLock(\.self) }
}
