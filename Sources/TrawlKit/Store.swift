internal import CrawlCore
internal import CrawlEngine
internal import TrawlDatabase
internal import TrawlStore
internal import Synchronization

/// A database of jobs, their runs and results, which the program `trawl` can use too: a SQLite file, or a PostgreSQL database.
///
/// A process has at most one store of a file. Jobs of a store run side by side. The limits of a host hold for all of them together, since
/// a host belongs to one run at a time.
public final class Store: Sendable {
    let store: any CrawlDatabase
    /// Runners of runs that are over whose leases are still to be released.
    private let leftBehind = Mutex<[RunnerID]>([])
    /// The last run of each job, by name.
    private let streams = Mutex<[String: (stream: OutcomeStream, task: Task<Void, Never>)]>([:])

    /// Opens the store in a file, or in the PostgreSQL database of a URL (`postgresql://…`). Creates it, or brings it to this version's
    /// schema, if needed. Blocks.
    ///
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/database``; a file that is not a database of trawl, or is of a
    ///   newer trawl, is left untouched.
    public convenience init(path: String) throws(TrawlError) {
        try self.init { () throws(StoreError) in try DatabaseName(path).open(.readWrite) }
    }

    /// Opens a store that keeps nothing: it is deleted with this object.
    ///
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/database``.
    public static func temporary() throws(TrawlError) -> Store {
        try Store { () throws(StoreError) in try DatabaseName.temporary() }
    }

    private init(_ open: () throws(StoreError) -> any CrawlDatabase) throws(TrawlError) {
        do throws(StoreError) {
            store = try open()
        } catch {
            throw TrawlError(error)
        }
    }

    /// A run of a job. It begins, or goes on, when the returned sequence is iterated over.
    ///
    ///     for try await outcome in store.run(job) { … }
    ///
    /// The job is stored under its name and replaces a job of that name.
    public func run(_ job: Job, options: RunOptions = RunOptions()) -> Run {
        Run(store: self, job: job, options: options)
    }

    /// Calls a closure with each page of a job's latest run, settled or not, in the order in which they were found. Blocks.
    ///
    /// - Throws: ``TrawlError`` if they cannot be read or the job has no run; and what `body` throws.
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

    /// The body of a page; nil where the job does not keep it (`keep_body`). Blocks.
    ///
    /// - Throws: ``TrawlError`` if it cannot be read.
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

    /// Remembers a runner whose leases could not be released.
    func leaveBehind(_ runner: RunnerID) { leftBehind.withLock { $0.append(runner) } }

    /// Releases what is left of runs of this process that are over. Blocks.
    func tidy(now: Int64) throws(StoreError) {
        for runner in leftBehind.withLock(\.self) {
            try store.write { try $0.removeRunner(runner, now: now) }
            leftBehind.withLock { $0.removeAll { $0 == runner } }
        }
    }

    /// Starts a run of a job. If an earlier one was stopped and is not over yet, it waits for that.
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
