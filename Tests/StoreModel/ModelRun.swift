internal import CrawlCore
internal import TrawlStore

/// A run of the model, as its driver sees it.
final class ModelRun: RunStore {
    let database: ModelDatabase
    let run: ModelRunRow
    let runner: RunnerID
    let processes: any ProcessTable
    /// The hosts that it has.
    var hosts: Set<HostID> = []

    init(_ database: ModelDatabase, _ run: ModelRunRow, runner: RunnerID, processes: any ProcessTable) {
        self.database = database
        self.run = run
        self.runner = runner
        self.processes = processes
    }

    func exchange(_ request: consuming TurnRequest) throws -> TurnReply {
        let request = request
        try database.check(runner)
        var turn = ModelTurn(self, now: request.now)
        turn.record(request.record)
        turn.reply.requests = request.requests.map { database.page($0).stored }
        if let beat = request.beat { try turn.beat(beat) }
        for step in request.redirects { turn.lead(step) }
        if let search = request.search { turn.search(search) }
        turn.take(request.takes, request.search, room: request.room)
        if request.reportsBatches {
            turn.reply.finished = turn.counted.sorted { $0.rawValue < $1.rawValue }
                .compactMap { database.batches[Int($0.rawValue) - 1].report }
        }
        return turn.reply
    }

    func interruptedRequests() throws -> [InterruptedRequest] {
        run.pages.filter { $0.state == .sending }.map { page in
            InterruptedRequest(
                page: ClaimedPage(
                    id: page.id, host: page.host ?? HostID(rawValue: 0),
                    batch: page.batch ?? BatchID(rawValue: 0), url: page.url, attempts: page.attempts,
                    name: page.name),
                details: page.request?.details)
        }
    }

    func forEachSeed(_ body: (String) throws -> Void) throws {
        for page in run.pages where page.key != nil && page.id.rawValue <= run.lastNamed?.rawValue ?? 0 {
            try body(page.url)
            if let final = page.finalURL { try body(final) }
        }
    }

    func renew(now: Int64) throws {
        try database.renew(runner, now: now)
    }

    func finish(now: Int64, pulse: () throws -> Void) throws -> Bool {
        guard run.waiting.allSatisfy(\.isEmpty) else { return false }
        run.isFinished = true
        // What a runner that was taken for gone does not tell is left to others.
        if (try? database.check(runner)) != nil { run.deliveries = run.spec.onFinish?.actions ?? [] }
        run.runner = nil
        return true
    }

    func durably<Value>(_ body: () throws -> Value) throws -> Value { try body() }

    func logState(beyond limit: Int64) -> LogState { .small }
}

extension ModelPage {
    /// What is stored of its request.
    fileprivate var stored: StoredRequest? {
        request.map {
            var stored = StoredRequest(
                method: $0.method, url: url, details: $0.details, idempotencyKey: $0.idempotencyKey)
            (stored.name, stored.place) = (name, place)
            return stored
        }
    }
}
