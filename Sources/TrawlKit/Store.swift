internal import CrawlCore
internal import CrawlEngine
internal import TrawlSQLite
internal import TrawlStore
internal import Synchronization

/// A database of jobs, their runs and what came of them: a SQLite file, the same that the program uses.
///
/// A process has at most one store of a file. Jobs of a store run side by side; what they ask of a host is limited together,
/// as a host belongs to one run at a time.
public final class Store: Sendable {
    let store: SQLiteStore
    /// Runners of runs that are over, with what they still hold.
    private let leftBehind = Mutex<[RunnerID]>([])
    /// The last go at each job, by name.
    private let streams = Mutex<[String: (stream: OutcomeStream, task: Task<Void, Never>)]>([:])

    /// Opens the store in a file, which is created and brought to the schema of this version where needed. Blocks.
    ///
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/database``; a file that is no database of trawl's, or of a newer
    ///   trawl, is left untouched.
    public convenience init(path: String) throws(TrawlError) {
        try self.init(.file(path))
    }

    /// Opens a store that is gone with this object: nothing is kept.
    ///
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/database``.
    public static func temporary() throws(TrawlError) -> Store {
        try Store(.temporary)
    }

    private init(_ location: SQLiteStore.Location) throws(TrawlError) {
        do throws(StoreError) {
            store = try SQLiteStore(location, access: .readWrite)
        } catch {
            throw TrawlError(error)
        }
    }

    /// A go at a job: it begins, or goes on, when what is returned is iterated over.
    ///
    ///     for try await outcome in store.run(job) { … }
    ///
    /// The job is stored under its name, in the place of the one that had it.
    public func run(_ job: Job, options: RunOptions = RunOptions()) -> Run {
        Run(store: self, job: job, options: options)
    }

    /// Hands over the pages of a job's latest run, those that are not settled too, in the order they were found. Blocks.
    ///
    /// - Throws: ``TrawlError`` where they cannot be read, or the job has no run; and what `body` throws.
    public func forEachOutcome(ofJob name: String, _ body: (Outcome) throws -> Void) throws {
        let run = try read { transaction throws -> RunID? in
            try transaction.job(named: name).flatMap { try transaction.latestRun(of: $0.id)?.id }
        }
        guard let run else { throw TrawlError(.job, "\(name) has not been run yet") }
        var last: PageID?
        while true {
            let rows = try read { try $0.rows(of: run, .all, after: last) }
            guard !rows.isEmpty else { return }
            last = rows.last?.page
            for row in rows { try body(Outcome(row)) }
        }
    }

    /// The body that is kept of a page (`keep_body`); nil where none is. Blocks.
    ///
    /// - Throws: ``TrawlError`` where it cannot be read.
    public func body(of outcome: Outcome) throws(TrawlError) -> [UInt8]? {
        guard let page = outcome.row.page else { return nil }
        return try read { try $0.body(of: page)?.bytes }
    }

    private func read<Value>(_ body: (any StoreReader) throws -> Value) throws(TrawlError) -> Value {
        do throws(StoreError) {
            return try store.read(body)
        } catch {
            throw TrawlError(error)
        }
    }

    /// Remembers a runner that could not give back what it holds.
    func leaveBehind(_ runner: RunnerID) { leftBehind.withLock { $0.append(runner) } }

    /// Gives back what runs of this process still hold that are over. Blocks.
    func tidy(now: Int64) throws(StoreError) {
        for runner in leftBehind.withLock(\.self) {
            try store.write { try $0.removeRunner(runner, now: now) }
            leftBehind.withLock { $0.removeAll { $0 == runner } }
        }
    }

    /// Starts a go at a job; one that was stopped and is not over yet is waited for.
    func start(_ job: Job, _ options: RunOptions) -> OutcomeStream {
        let stream = OutcomeStream(limit: options.waitingOutcomes)
        let work = RunWork(home: self, job: job, options: options.crawlOptions, stream: stream)
        streams.withLock { streams in
            let earlier = streams[job.name]
            if let earlier, !earlier.stream.isEnded, !earlier.stream.isStopped {
                stream.finish(
                    TrawlError(.alreadyRunning, "\(job.name) is already being run by this process"))
                return
            }
            let task = Task.detached {
                await earlier?.task.value
                stream.finish(await work.run())
            }
            streams[job.name] = (stream, task)
        }
        return stream
    }
}

extension StoreReader {
    /// Some pages of a run, in the order they were found.
    func rows(of run: RunID, _ filter: ResultFilter, after page: PageID?) throws -> [ResultRow] {
        var rows: [ResultRow] = []
        try forEachResult(of: run, filter, after: page, limit: 500, withBodies: false) { rows.append($0) }
        return rows
    }
}
