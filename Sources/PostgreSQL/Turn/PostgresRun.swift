internal import CrawlCore
package import TrawlStore

/// A run in a PostgreSQL database, of which other runners may have parts.
///
/// A turn is one transaction and what is read behind it. The transaction begins by locking the runner's own row, so that nothing is
/// written for a runner that others took for gone, and ends by adding to the counters of the runner's own.
package final class PostgresRun: RunStore {
    let store: PostgresStore
    let runner: RunnerID
    let run: RunRecord
    let spec: JobSpec
    /// Tells which runners are still alive: hosts of those that are gone can be taken.
    let processes: any ProcessTable
    let normalization: URLNormalization
    /// What was there as the runner began.
    private let opening: RunOpeningRows
    /// What the run remembers of what it has found; nil where nothing is followed.
    var memory: DiscoveryMemory?
    /// The rows of links that were met lately; nil where the job keeps no links.
    var links: LinkMemory?
    /// Hosts that the driver has, each with the epoch in which it took it. The lease alone does not tell, as another run of the same runner
    /// may have left it behind.
    var hosts: [HostID: Int64] = [:]
    /// What people have set for those, as far as that was told.
    var told: [HostID: HostOverrides] = [:]
    /// What the runner has counted in the run.
    var counters = RunProgress()
    /// Ids and batches that are made here.
    var numbers: RunNumbers
    let link: RunnerConnection
    /// When it has looked for what others leave and have.
    var looks = Looks()

    /// When a runner has looked at others.
    struct Looks {
        /// When it was last looked which of the run's runners are gone.
        var reapedAt: MonotonicInstant?
        /// Milliseconds of work that no turn has recorded yet.
        var unrecordedMilliseconds: Int64 = 0
        /// By how many milliseconds the server's clock was ahead of this machine's as it was last looked.
        var serverAhead: Int64 = 0
        /// How the server's clock goes; nil before that was asked for.
        var serverClock: ServerClock?
    }

    /// The job's runs before; nil for none.
    var former: FormerRuns? { opening.former }
    package var goAge: Duration? { opening.goAge }

    /// How long the next look for runners is put off.
    static let reapInterval: Duration = .seconds(5)

    /// A run in state `active` that the runner has taken.
    ///
    /// - Throws: `StoreError`.
    init(
        store: PostgresStore, runner: RunnerID, run: RunRecord, spec: JobSpec, processes: any ProcessTable
    ) throws(StoreError) {
        self.store = store
        self.runner = runner
        self.run = run
        self.spec = spec
        self.processes = processes
        normalization = URLNormalization(spec.normalize)
        link = RunnerConnection(store, store.life(of: runner).lease, runner)
        try link.settle()
        opening = try link.attempting {
            try RunOpeningRows(run.id, runner, sharesLimits: spec.hasSharedLimits, on: PostgresPipeline($0))
        }
        numbers = RunNumbers(nextBatch: opening.nextBatch)
        if spec.discoversPages { memory = DiscoveryMemory(spec.limits) }
        links = spec.keepsLinks ? LinkMemory() : nil
        (numbers.commits, counters) = try link.attempting { try recorded(PostgresPipeline($0)) }
    }

    /// Whether pages of one depth only are taken at a time: which pages are within the depth must not depend on which of them
    /// answer first.
    var isByLevel: Bool { spec.follow?.depth != nil }

    // MARK: Turns

    package func exchange(_ request: consuming TurnRequest) throws -> TurnReply {
        let request = request
        do throws(StoreError) {
            return try attempt(request)
        } catch {
            if link.lease.isLost {
                link.noteRefused(request.record.outcomes.reduce(0) { $0 + $1.count }, in: run.id)
            }
            throw error
        }
    }

    private func attempt(_ request: TurnRequest) throws(StoreError) -> TurnReply {
        var request = request
        var substitutes: [PageOutcome] = []
        var unanswered: PostgresTurn?
        return try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            if let turn = unanswered {
                let (commits, counters) = try recorded(pipeline)
                if turn.phase == .committed || commits > numbers.commits {
                    return try turn.resume(pipeline, counters)
                }
            }
            if let reply = try glance(request, pipeline) { return reply }
            while true {
                let turn = PostgresTurn(self, pipeline, request)
                unanswered = nil
                do {
                    var reply = try turn.exchange()
                    reply.substitutes = substitutes
                    return reply
                } catch let failure as PostgresFailure where failure.isRefusal && substitutes.isEmpty {
                    try connection.rollBack()
                    guard try recorded(pipeline).commits == numbers.commits,
                        let sifted = try sift(request, connection)
                    else { throw failure }
                    (request, substitutes) = sifted
                } catch {
                    if turn.phase != .open { unanswered = turn }
                    throw error
                }
            }
        }
    }

    /// How many turns the runner has recorded in the run, and what it has counted.
    private func recorded(_ pipeline: PostgresPipeline) throws -> (commits: Int64, counters: RunProgress) {
        var commits: Int64 = 0
        var counters = RunProgress()
        try pipeline.send(
            """
            SELECT commit_no, pages_pending, pages_done, pages_failed, pages_skipped, requests, request_time_us, size_download,
                elapsed_ms
            FROM {schema}.run_runners WHERE run_id = $1 AND runner_id = $2
            """, [.int(run.id.rawValue), .int(runner.rawValue)]
        ) { result in
            guard let row = result.first else { return }
            commits = row.int(0)
            counters.pending = row.int(1)
            counters.done = row.int(2)
            counters.failed = row.int(3)
            counters.skipped = row.int(4)
            counters.requests = row.int(5)
            counters.requestMicroseconds = row.int(6)
            counters.sizeDownload = row.int(7)
            counters.elapsedMilliseconds = row.int(8)
        }
        try pipeline.flush()
        return (commits, counters)
    }

    // MARK: Beside turns

    package func interruptedRequests() throws -> [InterruptedRequest] {
        guard run.hasRequests else { return [] }
        return try link.attempting {
            try PostgresPipeline($0).interruptedRequests(of: run.id, runner: runner)
        }
    }

    package func forEachSeed(_ body: (String) throws -> Void) throws {
        try store.read { reader in
            try (reader as? PostgresTransaction)?.forEachSeed(of: run.id, body)
        }
    }

    package var lease: RunnerLease? { link.lease }

    package func renew(now: Int64) throws {
        try link.renewing { _ in }
    }

    package func durably<Value>(_ body: () throws -> Value) throws -> Value {
        // The server has written a commit to its disk before it says so, unless it was told otherwise.
        try body()
    }

    package func logState(beyond limit: Int64) -> LogState { .small }
}

/// Numbers that a runner gives out in a run.
struct RunNumbers {
    /// The number of the run's next batch.
    var nextBatch: Int64
    /// How many transactions the runner has committed in the run.
    var commits: Int64 = 0
    /// Ids of pages that are not used yet.
    private(set) var pages: Range<Int64> = 0..<0
    /// Ids of batches that are not used yet.
    private(set) var batches: Range<Int64> = 0..<0

    init(nextBatch: Int64) {
        self.nextBatch = nextBatch
    }

    /// An id for a page. It costs a round trip once in a thousand.
    mutating func page(_ pipeline: PostgresPipeline) throws -> Int64 {
        if pages.isEmpty { pages = try RunNumbers.block("page_ids", 1_000, pipeline) }
        return pages.removeFirstNumber()
    }

    /// An id for a batch. It costs a round trip once in a hundred.
    mutating func batch(_ pipeline: PostgresPipeline) throws -> Int64 {
        if batches.isEmpty { batches = try RunNumbers.block("batch_ids", 100, pipeline) }
        return batches.removeFirstNumber()
    }

    /// The next ids of a sequence that counts in blocks. What is queued goes with it.
    static func block(
        _ sequence: String, _ size: Int64, _ pipeline: PostgresPipeline
    ) throws -> Range<Int64> {
        var first: Int64 = 0
        try pipeline.send("SELECT nextval('{schema}.\(sequence)')") { first = $0.first?.int(0) ?? 0 }
        try pipeline.flush()
        return first..<first + size
    }
}

extension JobSpec {
    /// Whether it has limits or a rate that hold over all runners of a run.
    var hasSharedLimits: Bool {
        limits.pages > 0 || limits.bytes > 0 || limits.time > .zero || rate.total > .zero
    }
}

extension Range<Int64> {
    fileprivate mutating func removeFirstNumber() -> Int64 {
        defer { self = lowerBound + 1..<upperBound }
        return lowerBound
    }
}

/// A batch of pages that were taken.
struct FilledBatch {
    let id: Int64
    let number: Int64
    var pages: Int64
    let at: Int64
}

extension RunProgress {
    /// By how much it is more than another.
    func since(_ other: RunProgress) -> RunProgress {
        var change = self
        change.pending -= other.pending
        change.done -= other.done
        change.failed -= other.failed
        change.skipped -= other.skipped
        change.requests -= other.requests
        change.requestMicroseconds -= other.requestMicroseconds
        change.sizeDownload -= other.sizeDownload
        change.elapsedMilliseconds -= other.elapsedMilliseconds
        return change
    }
}
