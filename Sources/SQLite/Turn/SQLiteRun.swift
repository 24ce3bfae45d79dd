package import CrawlCore
package import TrawlStore

/// A run in an SQLite database.
///
/// A turn is one transaction, in which the parts of the request are carried out in their order.
package final class SQLiteRun: RunStore {
    let store: SQLiteStore
    let runner: RunnerID
    let run: RunRecord
    let spec: JobSpec
    /// Tells which runners are still alive: hosts of those that are gone can be taken.
    let processes: any ProcessTable
    let normalization: URLNormalization
    /// What claims are to read of a page.
    let claims: ClaimOptions
    /// Takes in what pages lead to; nil where nothing is followed.
    var discoveries: DiscoveryImporter?
    /// Keeps the links of pages; nil where the job does not.
    var links: LinkImporter?
    /// The job's runs before; nil for none.
    let former: FormerRuns?
    /// The batch that is filled next. Its id counts anew in each transaction, as other processes add batches too.
    var nextBatch: (id: BatchID, number: Int64)
    /// Hosts that the driver has. The lease alone does not tell, as another run of the same runner may have left it behind.
    var hosts: Set<HostID> = []
    /// What `PRAGMA data_version` was when people's settings were last read.
    var dataVersion: Int64 = 0

    /// A run in state `active` that the runner has taken.
    ///
    /// - Throws: `StoreError`.
    package init(
        store: SQLiteStore, runner: RunnerID, run: RunRecord, spec: JobSpec, processes: any ProcessTable
    ) throws(StoreError) {
        self.store = store
        self.runner = runner
        self.run = run
        self.spec = spec
        self.processes = processes
        normalization = URLNormalization(spec.normalize)
        var claims = ClaimOptions()
        claims.hasLineage = spec.discoversPages
        // Which pages are within the depth must not depend on which of them answer first.
        claims.isByLevel = spec.follow?.depth != nil
        claims.lastNamed = spec.discoversPages ? run.lastNamed : nil
        claims.hasInputs = run.hasInputs
        let former = try store.reading { try $0.formerRuns(of: run.id) }
        self.former = former
        claims.checks = spec.check == nil ? nil : (run: run.id, former: former?.latest)
        links = spec.keepsLinks ? LinkImporter() : nil
        claims.formerRuns = former?.hasAlike == true ? former : nil
        self.claims = claims
        if spec.discoversPages || run.hasRequests {
            discoveries = DiscoveryImporter(
                run: run.id, former: former, limits: spec.limits, keepsSkipped: spec.keepsSkipped,
                check: spec.check)
        }
        nextBatch = try store.reading { (try $0.nextBatchID(), try $0.nextBatchNumber(of: run.id)) }
    }

    package func exchange(_ request: consuming TurnRequest) throws -> TurnReply {
        let request = request
        return try store.writing { transaction in
            try transaction.checkRunner(runner)
            var turn = SQLiteTurn(self, transaction, now: request.now, reportsBatches: request.reportsBatches)
            try turn.record(request.record)
            turn.reply.requests = try request.requests.map { try transaction.request(of: $0) }
            if let beat = request.beat { try turn.beat(beat) }
            for step in request.redirects { try turn.lead(step) }
            if let search = request.search { try turn.search(search) }
            try turn.take(request.takes, search: request.search, room: request.room)
            try turn.close()
            if request.reportsBatches {
                turn.reply.finished = try transaction.finishedBatches(turn.recordedBatches)
            }
            return turn.reply
        }
    }

    package func interruptedRequests() throws -> [InterruptedRequest] {
        guard run.hasRequests else { return [] }
        return try store.reading { try $0.interruptedRequests(of: run.id) }
    }

    package func forEachSeed(_ body: (String) throws -> Void) throws {
        try store.reading { try $0.forEachSeed(of: run.id, body) }
    }

    package func renew(now: Int64) throws {
        try store.writing { try $0.renewRunner(runner, now: now) }
    }

    package func finish(now: Int64, pulse: () throws -> Void) throws -> Bool {
        if try store.reading({ try !$0.hasPending(run.id) }) {
            try store.noteUnread(of: run.id, progressed: pulse)
            if spec.check?.fragments == true { try store.judgeFragments(of: run.id, progressed: pulse) }
        }
        return try store.writing { transaction in
            // Pages may have been put back to pending, from another program, since the last search.
            guard try !transaction.hasPending(run.id) else { return false }
            try transaction.finishRun(run.id, now: now)
            for action in spec.onFinish?.actions ?? [] {
                try transaction.addDelivery(action, of: run.id, runner: runner, now: now)
            }
            return true
        }
    }

    package func durably<Value>(_ body: () throws -> Value) throws -> Value {
        try store.durably(body)
    }

    package func logState(beyond limit: Int64) -> LogState {
        guard store.logSize > limit else { return .small }
        return store.isLogHeld() ? .held(bytes: store.logSize) : .emptied
    }
}
