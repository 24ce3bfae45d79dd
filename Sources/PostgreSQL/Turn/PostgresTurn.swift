internal import CrawlCore
internal import TrawlStore

/// One turn of a run.
///
/// What it learns is kept here, and goes to the run once the transaction is committed: a turn that failed may be done again.
final class PostgresTurn {
    /// How far it has come.
    enum Phase {
        /// Nothing is committed.
        case open
        /// COMMIT was sent, and is not answered.
        case committing
        /// It is committed, and what is behind that is still to be done.
        case committed
        /// The same; the connection was lost before the results were read.
        case resumed
    }

    let run: PostgresRun
    private(set) var pipeline: PostgresPipeline
    private(set) var phase = Phase.open
    let request: TurnRequest
    var reply = TurnReply()
    /// What was found in this turn.
    var growth = Growth()
    /// Pages that redirects have taken in this turn, by host.
    var takenByRedirects: [HostID: Set<PageID>] = [:]
    /// Batches of which this turn has counted something.
    var recordedBatches: Set<BatchID> = []
    /// Batches of all outcomes of this turn.
    private var batches: Set<BatchID> = []
    /// Hosts that the driver has from this turn on, with their epochs.
    var newHosts: [HostID: Int64] = [:]
    /// What people have set, as far as it has changed.
    var newlyTold: [HostID: HostOverrides] = [:]
    /// URLs that were met in this turn.
    var met: [(url: DiscoveredURL, page: Int64, depth: Int)] = []
    /// The hosts of keys that were looked up in this turn.
    var hostIDs: [String: HostID] = [:]
    /// When the sign of life was begun that goes out with the turn; nil for none.
    private var renewal: MonotonicInstant?
    /// The hosts that the search may open, with the times from which on they have pages.
    var candidates: [WaitingHost] = []

    var now: Int64 { request.now }

    init(_ run: PostgresRun, _ pipeline: PostgresPipeline, _ request: TurnRequest) {
        self.run = run
        self.pipeline = pipeline
        self.request = request
    }

    /// Whether the driver has a host.
    func holds(_ host: HostID) -> Bool { epoch(of: host) != nil }

    /// The epoch in which the driver took a host that it has.
    func epoch(of host: HostID) -> Int64? { newHosts[host] ?? run.hosts[host] }

    /// Whether a host has pages that it did not have before this turn.
    func hasGrown(_ host: HostID) -> Bool { growth.hosts.contains(host) }

    /// Records the outcomes, up to where the transaction would be committed.
    func probe() throws {
        try run.link.begin(pipeline)
        try record(request.record.outcomes)
        try pipeline.flush()
    }

    func exchange() throws -> TurnReply {
        try run.link.begin(pipeline)
        try run.link.checkRun(run.run.id, pipeline)
        try record(request.record)
        try readRequests()
        if let beat = request.beat { try self.beat(beat) }
        for step in request.redirects { try lead(step) }
        if let search = request.search { try self.search(search) }
        try close()
        try commit()
        return reply
    }

    // MARK: What has happened

    private func record(_ record: TurnRecord) throws {
        try self.record(record.outcomes)
        for (host, condition) in record.conditions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try pipeline.save(condition, of: host, now: now)
            if let paused = condition.paused {
                try pipeline.save(paused, of: host, job: run.run.job, now: now)
            }
        }
        try markUnsent(record.unsent)
        try markSending(record.sending)
        for (host, robots) in record.robots { try pipeline.save(robots, of: host) }
        if !record.found.isEmpty, run.memory != nil {
            try discover(record.found.map { Found(discovery: $0, page: nil) })
        }
    }

    /// Records outcomes, and what they led to.
    func record(_ outcomes: [[PageOutcome]]) throws {
        let outcomes = run.spec.check == nil ? outcomes : try puttingOffOvertaken(outcomes)
        guard outcomes.contains(where: { !$0.isEmpty }) else { return }
        for outcome in outcomes.joined() { batches.insert(outcome.page.batch) }
        let bodies = try keepBodies(of: outcomes)
        var settled: [PageOutcome] = []
        try send(Outcomes(outcomes), bodies: bodies) { taken in
            settled += taken.filter { $0.settled != nil && $0.hasRows }
        }
        if outcomes.contains(where: { $0.contains { $0.hasRows } }) {
            // Only of those that were taken.
            try pipeline.flush()
            try pipeline.keepChains(of: settled)
            try pipeline.keepReplies(of: settled)
            try follow(settled)
        }
        guard run.memory != nil || run.links != nil else { return }
        try discover(found(in: outcomes))
        if run.links != nil { try recordLinks(of: outcomes) }
    }

    private func found(in outcomes: [[PageOutcome]]) throws -> [Found] {
        guard run.memory != nil else { return [] }
        var found: [Found] = []
        var unchanged: [(place: Int, page: ClaimedPage, previous: PageID)] = []
        for outcome in outcomes.joined() {
            if let discovery = outcome.discovery {
                found.append(Found(discovery: discovery, page: outcome.page.id))
            } else if outcome.response.isNotModified, let previous = outcome.page.previous,
                run.spec.follow != nil || run.spec.check != nil
            {
                unchanged.append((found.count, outcome.page, previous.id))
                found.append(Found(discovery: PageDiscovery(urls: []), page: outcome.page.id))
            }
        }
        guard !unchanged.isEmpty else { return found }
        let urls = try keptURLs(of: unchanged.map { ($0.page, $0.previous) })
        for (place, page, _) in unchanged {
            found[place] = Found(discovery: PageDiscovery(urls: urls[page.id] ?? []), page: page.id)
        }
        return found
    }

    private func markUnsent(_ pages: [PageID]) throws {
        guard !pages.isEmpty else { return }
        try pipeline.send(
            """
            WITH unsent AS (
                UPDATE {schema}.pages SET state = 'pending' WHERE id = ANY($2) AND run_id = $1 AND state = 'sending'
                RETURNING host_id)
            INSERT INTO {schema}.frontier (run_id, host_id, due_at)
            SELECT DISTINCT $1::bigint, host_id, 0 FROM unsent WHERE host_id IS NOT NULL ORDER BY host_id
            ON CONFLICT (run_id, host_id) DO UPDATE SET due_at = 0
            """, [.int(run.run.id.rawValue), .ints(pages.map(\.rawValue).sorted())])
    }

    private func markSending(_ pages: [(page: PageID, batch: BatchID)]) throws {
        guard !pages.isEmpty else { return }
        try pipeline.send(
            """
            UPDATE {schema}.pages AS p SET state = 'sending', batch_id = o.batch
            FROM unnest($2::bigint[], $3::bigint[]) AS o(id, batch)
            WHERE p.id = o.id AND p.run_id = $1 AND p.state = 'pending'
            """,
            [
                .int(run.run.id.rawValue), .ints(pages.map(\.page.rawValue)),
                .ints(pages.map(\.batch.rawValue)),
            ])
    }

    private func readRequests() throws {
        guard !request.requests.isEmpty else { return }
        try pipeline.send(
            """
            SELECT id, method, url, request, idempotency_key, name, first_page_id, number, first_url, restarts, items_before,
                planned, total, size, digest_before
            FROM {schema}.pages JOIN {schema}.page_requests ON page_requests.page_id = id
            LEFT JOIN {schema}.page_chains ON page_chains.page_id = id WHERE id = ANY($1)
            """, [.ints(request.requests.map(\.rawValue))]
        ) { result in
            var stored: [PageID: StoredRequest] = [:]
            for row in result.rows {
                var request = StoredRequest(
                    method: row.text(1), url: row.text(2), details: row.optionalText(3),
                    idempotencyKey: row.optionalText(4))
                request.name = row.optionalText(5)
                request.place = ChainPlace(row, from: 6)
                stored[PageID(rawValue: row.int(0))] = request
            }
            self.reply.requests = self.request.requests.map { stored[$0] }
        }
    }

    // MARK: The sign of life

    private func beat(_ beat: TurnBeat) throws {
        reply.beat = TurnBeatReply()
        try pipeline.send("SELECT state FROM {schema}.jobs WHERE id = $1", [.int(run.run.job.rawValue)]) {
            self.reply.beat?.isPaused = $0.first?.text(0) != "active"
        }
        if !run.hosts.isEmpty { try hearOfHosts() }
        try pipeline.save(beat.activity, of: run.run.id, runner: run.runner)
        try reap(all: beat.freesHosts)
    }

    /// Queues what people and other runners want of the runner's hosts.
    private func hearOfHosts() throws {
        try pipeline.send(
            """
            SELECT id, per_host, delay_ms, blocked FROM {schema}.hosts
            WHERE runner_id = $1 AND (per_host IS NOT NULL OR delay_ms IS NOT NULL OR blocked <> 0)
            """, [.int(run.runner.rawValue)], hear)
        try pipeline.send(
            """
            SELECT hosts.id FROM {schema}.wishes JOIN {schema}.hosts ON hosts.id = wishes.host_id
            WHERE hosts.runner_id = $1 AND wishes.wished_at > $2 ORDER BY hosts.id
            """, [.int(run.runner.rawValue), .int(wishTime - PostgresTurn.wishMilliseconds)]
        ) { result in
            self.reply.beat?.wanted = result.rows.map { HostID(rawValue: $0.int(0)) }
                .filter { self.run.hosts[$0] != nil }
        }
    }

    /// Frees what runners that are gone have held: all of them, or those of this run, whose hosts nobody is refused.
    private func reap(all: Bool) throws {
        let clock = run.store.clock
        if !all, let last = run.looks.reapedAt, clock() < last + PostgresRun.reapInterval { return }
        run.looks.reapedAt = clock()
        try pipeline.flush()
        let transaction = PostgresTransaction(
            connection: pipeline.connection, name: run.store.url.description, clock: clock)
        let gone = try transaction.findGone(run.processes, of: run.run.id) { time in
            if run.store.followsServerTime { run.looks.serverAhead = time - now }
        }
        .filter { (all || $0.isOfRun) && $0.id != run.runner }
        for runner in gone { try transaction.remove(runner, now: now) }
        guard !gone.isEmpty, run.run.hasRequests else { return }
        let held = Set(request.record.sending.map(\.page))
        reply.beat?.interrupted = try pipeline.interruptedRequests(of: run.run.id, runner: run.runner)
            .filter { !held.contains($0.page.id) && run.hosts[$0.page.host] == nil }
    }

    /// Takes in what people have set for hosts of the runner.
    private func hear(_ result: PostgresResult) {
        var all: [HostID: HostOverrides] = [:]
        for row in result.rows { all[HostID(rawValue: row.int(0))] = HostOverrides(row, from: 1) }
        for host in run.hosts.keys {
            let overrides = all[host] ?? HostOverrides()
            guard run.told[host, default: HostOverrides()] != overrides else { continue }
            reply.beat?.overrides[host] = overrides
            newlyTold[host] = overrides
        }
    }

    /// The time of this turn that wishes are compared by. Runners whose clocks differ hear each other all the same.
    var wishTime: Int64 { now + run.looks.serverAhead }

    /// How long a wish for a host counts unless it is renewed, in milliseconds: longer than the time between two tries.
    static let wishMilliseconds: Int64 = 3_000

    // MARK: The end

    /// Adds what this turn has found to the counters.
    private func close() throws {
        reply.counted.elapsedMilliseconds += request.record.elapsedMilliseconds
        if request.reportsBatches { try readFinished() }
        let grown = growth.progress
        try pipeline.send(
            """
            UPDATE {schema}.run_runners SET commit_no = $3, elapsed_ms = elapsed_ms + $4,
                pages_pending = pages_pending + $5, pages_done = pages_done + $6, pages_failed = pages_failed + $7,
                pages_skipped = pages_skipped + $8
            WHERE run_id = $1 AND runner_id = $2
            """,
            [
                .int(run.run.id.rawValue), .int(run.runner.rawValue), .int(run.numbers.commits + 1),
                .int(request.record.elapsedMilliseconds + run.looks.unrecordedMilliseconds),
                .int(grown.pending), .int(grown.done),
                .int(grown.failed), .int(grown.skipped),
            ])
        try pipeline.add(growth.skipped, to: run.run.id, runner: run.runner)
        if let wish = request.budget { try share(wish) }
        if request.beat != nil { renewal = try run.link.renew(pipeline) }
        reply.grown = grown
        reply.grownHosts = growth.hosts
    }

    private func readFinished() throws {
        guard !batches.isEmpty else { return }
        try pipeline.send(
            """
            SELECT number, pages, pages_done, pages_failed, pages_skipped, pages_retried, finished_at - claimed_at, id
            FROM {schema}.batches WHERE id = ANY($1) AND finished_at IS NOT NULL ORDER BY id
            """, [.ints(batches.map(\.rawValue).sorted())]
        ) { result in
            self.reply.finished = result.rows.filter {
                self.recordedBatches.contains(BatchID(rawValue: $0.int(7)))
            }.map { row in
                BatchReport(
                    number: row.int(0), pages: row.int(1), done: row.int(2), failed: row.int(3),
                    skipped: row.int(4), retried: row.int(5), milliseconds: row.int(6))
            }
        }
    }

    /// Ends the transaction, and takes pages behind it: a runner that is stopped while it reads holds no lock.
    private func commit() throws {
        try pipeline.commit()
        phase = .committing
        let takes = try sendTakes()
        try pipeline.flush()
        phase = .committed
        keep()
        try take(takes)
    }

    /// Goes on after the connection was lost, where COMMIT has come through.
    ///
    /// The pages that were settled are counted by what the runner's row says.
    ///
    /// - Parameter counters: of the runner in the run.
    func resume(_ pipeline: PostgresPipeline, _ counters: RunProgress) throws -> TurnReply {
        self.pipeline = pipeline
        reply.taken = []
        if phase != .committed {
            phase = .resumed
            reply.counted = counters.since(run.counters).since(growth.progress)
            reply.opened.removeAll { opened in candidates.contains { $0.host == opened.host } }
            try run.link.begin(pipeline)
            try readRequests()
            try lease(candidates.map { ($0.host, $0.key) }, amongOthers: true) { isHeld in
                if !isHeld { self.reply.search?.wasDenied = true }
            }
            try pipeline.commit()
        }
        let takes = try sendTakes()
        try pipeline.flush()
        if phase != .committed {
            phase = .committed
            keep()
        }
        try take(takes)
        return reply
    }

    /// The transaction is committed: what was learned is the run's.
    private func keep() {
        if let renewal { run.link.lease.renew(since: renewal) }
        run.numbers.commits += 1
        run.counters.add(reply.counted)
        run.counters.elapsedMilliseconds += run.looks.unrecordedMilliseconds
        run.looks.unrecordedMilliseconds = 0
        run.counters.add(reply.grown)
        run.hosts.merge(newHosts) { _, new in new }
        for (host, overrides) in newlyTold { run.told[host] = overrides }
        for opened in reply.opened { run.told[opened.host] = opened.record.overrides }
        for (url, page, depth) in met { run.memory?.recent.remember(url, page: page, depth: depth) }
        run.memory?.traps.keep(growth.traps)
        for (key, host) in hostIDs { run.memory?.remember(key, host) }
        run.links?.commit()
    }
}

extension PageOutcome {
    /// Whether it has rows beside the page's own: redirects, a reply, items, or pages that it led to.
    fileprivate var hasRows: Bool { chain != nil || followUp != nil || response.content?.reply != nil }
}

/// A host with pages that wait.
struct WaitingHost {
    let host: HostID
    let key: String
    let notBefore: Int64
}
