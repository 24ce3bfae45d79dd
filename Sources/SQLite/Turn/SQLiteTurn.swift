internal import CrawlCore
internal import TrawlStore

/// One turn of a run, within its transaction.
struct SQLiteTurn {
    let run: SQLiteRun
    let transaction: StoreTransaction
    let now: Int64
    var reply = TurnReply()
    /// What was found in this turn.
    private var growth = DiscoveryImporter.Growth()
    /// Pages that redirects have taken in this turn, by host.
    var takenByRedirects: [HostID: Set<PageID>] = [:]
    /// Batches of which this turn has counted something, where they are asked for.
    private(set) var recordedBatches: Set<BatchID> = []
    private let reportsBatches: Bool

    init(_ run: SQLiteRun, _ transaction: StoreTransaction, now: Int64, reportsBatches: Bool) {
        self.reportsBatches = reportsBatches
        run.discoveries?.now = now
        self.run = run
        self.transaction = transaction
        self.now = now
    }

    /// Whether a host has pages that it did not have before this turn.
    func hasGrown(_ host: HostID) -> Bool { growth.hosts.contains(host) }

    // MARK: What has happened

    mutating func record(_ record: TurnRecord) throws {
        try self.record(record.outcomes, elapsed: record.elapsedMilliseconds)
        for (host, condition) in record.conditions {
            try transaction.save(condition, of: host, now: now)
            if let paused = condition.paused {
                try transaction.save(paused, of: host, job: run.run.job, now: now)
            }
        }
        for page in record.unsent { try transaction.markUnsent(page) }
        for (page, batch) in record.sending { try transaction.markSending(page, batch: batch) }
        for (host, robots) in record.robots { try transaction.save(robots, of: host) }
        for found in record.found {
            try run.discoveries?.add(found, from: nil, &growth, in: transaction)
        }
    }

    mutating func record(_ outcomes: [[PageOutcome]], elapsed: Int64) throws {
        let outcomes =
            run.spec.check == nil ? outcomes : try outcomes.map { try $0.map { try puttingOffOvertaken($0) } }
        let recorded = try transaction.record(outcomes, of: run.run.id, elapsed: elapsed, now: now)
        reply.counted.add(recorded.change)
        if reportsBatches { recordedBatches.formUnion(recorded.batches) }
        guard run.discoveries != nil || run.links != nil else { return }
        for list in outcomes {
            // By index, where they lie: a copy of an outcome retains each of its texts.
            let span = list.span
            for index in span.indices {
                let page = span[index].page
                if let followUp = span[index].followUp, recorded.followed.contains(page.id) {
                    try run.discoveries?.add(followUp, from: page, &growth, in: transaction)
                }
                if let discovery = span[index].discovery {
                    try run.discoveries?.add(discovery, from: page.id, &growth, in: transaction)
                } else if span[index].response.isNotModified, let previous = page.previous,
                    run.spec.follow != nil || run.spec.check != nil
                {
                    try run.discoveries?.addLinks(of: previous.id, from: page, &growth, in: transaction)
                }
                if run.links != nil { try recordLinks(of: span[index]) }
            }
        }
    }

    /// The outcome of a check, put off where the check was overtaken: while it was under way a link was found that is followed there,
    /// or one that names a place in it.
    private mutating func puttingOffOvertaken(_ outcome: PageOutcome) throws -> PageOutcome {
        guard let check = outcome.page.check, outcome.linkVerdict != nil,
            try transaction.isOvertaken(outcome.page.id, asksWithHEAD: check.asksWithHEAD)
        else { return outcome }
        var outcome = outcome
        outcome.verdict = .postponed(.cancelled, wait: .zero)
        outcome.error = "more than whether it is there is wanted of it, so it is asked for again"
        outcome.discovery = nil
        growth.hosts.insert(outcome.page.host)
        return outcome
    }

    private func recordLinks(of outcome: borrowing PageOutcome) throws {
        let page = outcome.page
        if let links = outcome.discovery?.links {
            try run.links?.add(links, of: page.id, in: transaction)
        } else if outcome.response.isNotModified, let previous = page.previous {
            try run.links?.copy(from: previous.id, to: page.id, in: transaction)
        }
        try transaction.saveVerdict(of: outcome, former: run.former)
    }

    /// Brings the run's own row up to date with what this turn has found.
    mutating func close() throws {
        try run.discoveries?.close(growth, in: transaction)
        reply.grown = growth.progress
        reply.grownHosts = growth.hosts
    }

    // MARK: The sign of life

    mutating func beat(_ beat: TurnBeat) throws {
        try transaction.renewRunner(run.runner, now: now)
        var answer = TurnBeatReply()
        answer.isPaused = try !transaction.isActive(run.run.job)
        let version = try transaction.dataVersion()
        if version != run.dataVersion {
            run.dataVersion = version
            for host in run.hosts { answer.overrides[host] = try transaction.overrides(of: host) }
        }
        answer.wanted = try transaction.wantedHosts(of: run.runner, now: now)
            .filter { run.hosts.contains($0) }
        if beat.freesHosts { try transaction.reapRunners(run.processes, now: now) }
        try transaction.save(beat.activity, of: run.run.id)
        reply.beat = answer
    }

    // MARK: Redirects

    mutating func lead(_ step: RedirectStep) throws {
        guard let shared = step.shared, run.spec.follow != nil, run.discoveries != nil else {
            reply.redirects.append(try hold(try transaction.host(step.hostKey)) ?? .taken)
            return
        }
        // Looked up first: if the run has the target, its host need not be leased, nor its robots.txt fetched.
        let target = try run.discoveries?.target(
            shared.target, of: shared.page, shared.chain, run.normalization, in: transaction)
        if case .known? = target {
            // Recorded at once. If pages redirect to one another, the last one has to find the others settled; otherwise none of
            // them would be requested.
            try record([shared.ifKnown], elapsed: 0)
            reply.redirects.append(.known)
            return
        }
        guard case .held(let host)? = try hold(try transaction.host(step.hostKey)) else {
            reply.redirects.append(.taken)
            return
        }
        guard step.claims, let target else {
            reply.redirects.append(.held(host))
            return
        }
        reply.redirects.append(.claimed(host, try claim(target, for: shared.page)))
    }

    private mutating func claim(_ target: RedirectTarget, for page: ClaimedPage) throws -> RedirectClaim {
        switch target {
        case .known: return .own
        case .met(let met): return .page(met, isNew: false)
        case .free(let free):
            let claim = try run.discoveries?.claim(
                free, for: page, former: run.claims.formerRuns, &growth, in: transaction)
            if case .page(let made, _)? = claim { takenByRedirects[made.host, default: []].insert(made.id) }
            return claim ?? .own
        }
    }

    /// The host, which the runner has now; nil where another has it.
    private mutating func hold(_ host: HostID) throws -> RedirectReply? {
        if run.hosts.contains(host) { return .held(host) }
        return try open(host) ? .held(host) : nil
    }
}
