internal import CrawlCore
internal import TrawlStore

/// Hosts: finding those with pages that wait, taking them, taking pages of them, giving them back.
extension SQLiteTurn {
    /// Takes a host for the driver.
    ///
    /// - Returns: false where another runner has it.
    mutating func open(_ host: HostID) throws -> Bool {
        guard case .held(var record) = try transaction.lease(host, runner: run.runner, now: now) else {
            return false
        }
        if run.spec.asksAPI(hasRequests: run.run.hasRequests) {
            record.condition.paused = try transaction.pausedPools(of: host, job: run.run.job, now: now)
        }
        let robots = run.spec.robots == .obey ? try transaction.robots(of: host, now: now) : nil
        let key = try transaction.hostKey(host) ?? ""
        run.hosts.insert(host)
        reply.opened.append(
            OpenedHost(
                host: host, key: key, record: record, robots: robots, isNamed: try isNamed(host, key)))
        return true
    }

    /// Whether the run's own list names a host, by this key or by that of the other scheme's default port.
    private func isNamed(_ host: HostID, _ key: String) throws -> Bool {
        if try transaction.isNamed(host, by: run.run.id) { return true }
        guard let url = try? WebURL(parsing: key + "/"), url.port == nil, let name = url.host else {
            return false
        }
        let otherKey = (url.scheme == "https" ? "http" : "https") + "://" + name
        guard let other = try transaction.knownHost(otherKey) else { return false }
        return try transaction.isNamed(other, by: run.run.id)
    }

    mutating func search(_ search: HostSearch) throws {
        var answer = HostSearchReply()
        let found = try transaction.waitingHosts(of: run.run.id, after: search.after, limit: search.limit)
        for waiting in found where !run.hosts.contains(waiting.host) {
            if waiting.notBefore > now {
                answer.nextAt = min(answer.nextAt ?? .max, waiting.notBefore)
            } else if try !open(waiting.host) {
                answer.wasDenied = true
            }
        }
        answer.last = found.last?.host
        answer.isLast = found.count < search.limit
        reply.search = answer
    }

    /// Takes pages, and gives hosts back.
    mutating func take(_ takes: [PageTake], search: HostSearch?, room: Int) throws {
        var batches = BatchFiller(run, transaction, now: now)
        var room = room
        for take in takes + firstTakes(search) {
            guard let taken = try self.take(take, room: room, &batches) else { continue }
            room -= taken.pages.count
            reply.taken.append(taken)
        }
        try batches.close()
    }

    /// The first pages of hosts that this turn has opened, where their robots.txt does not have to be fetched before.
    private func firstTakes(_ search: HostSearch?) -> [PageTake] {
        guard let search, search.pages > 0, !reply.opened.isEmpty else { return [] }
        let share = max(search.pages / (search.hosts + reply.opened.count), search.leastShare)
        return reply.opened.compactMap { opened in
            guard run.spec.robots != .obey || opened.robots != nil else { return nil }
            return PageTake(opened.host, limit: share)
        }
    }

    /// - Returns: nil where there was nothing to be done with the host, or no room for pages of it.
    private mutating func take(
        _ take: PageTake, room: Int, _ batches: inout BatchFiller
    ) throws -> TakenPages? {
        var taken = TakenPages(take.host)
        if case .always = take.release {
            try release(&taken)
            return taken
        }
        let mayRelease = if case .ifEmpty = take.release { true } else { false }
        guard take.isDue || hasGrown(take.host) else {
            guard mayRelease else { return nil }
            try release(&taken)
            return taken
        }
        guard take.limit > 0 else {
            // The host was taken because another's robots.txt is redirected to it. Its own is fetched once pages of it wait.
            guard take.isDue else { return nil }
            if let next = try transaction.nextRetry(of: take.host, run: run.run.id, after: .min) {
                taken.more = .at(next)
            } else {
                taken.more = .never
                if mayRelease { try release(&taken) }
            }
            return taken
        }
        let limit = min(take.limit, room)
        guard limit > 0 else { return nil }
        try claim(take, limit: limit, &taken, &batches)
        if taken.pages.isEmpty, taken.more != .now, mayRelease { try release(&taken) }
        return taken
    }

    private mutating func claim(
        _ take: PageTake, limit: Int, _ taken: inout TakenPages, _ batches: inout BatchFiller
    ) throws {
        let others = takenByRedirects[take.host] ?? []
        // What was found in this turn may come before what was taken.
        taken.position = hasGrown(take.host) ? nil : take.position
        let pages = try transaction.claim(
            take.host, of: run.run.id, now: now, limit: limit,
            claimed: others.isEmpty ? take.taken : take.taken.union(others), batch: batches.current,
            from: &taken.position, level: take.taken.isEmpty ? nil : take.level, run.claims)
        taken.more = .now
        if pages.count < limit {
            // There are no more for now, or no more of this level; the pages of the next level follow once this one is done.
            let isHeld = run.claims.isByLevel && !(take.taken.isEmpty && pages.isEmpty)
            if !isHeld {
                taken.more =
                    try transaction.nextRetry(of: take.host, run: run.run.id, after: now).map { .at($0) }
                    ?? .never
            }
        }
        taken.pages = try batches.fill(pages)
    }

    private mutating func release(_ taken: inout TakenPages) throws {
        try transaction.release(taken.host, now: now)
        run.hosts.remove(taken.host)
        taken.isReleased = true
    }
}

/// Puts the pages of a turn into batches of the job's size.
struct BatchFiller {
    private let run: SQLiteRun
    private let transaction: StoreTransaction
    private let now: Int64
    private var size = 0
    private var isOpen = false

    init(_ run: SQLiteRun, _ transaction: StoreTransaction, now: Int64) {
        self.run = run
        self.transaction = transaction
        self.now = now
    }

    /// The batch that is being filled. Other processes add batches too; within the transaction the next id is ours.
    var current: BatchID {
        mutating get throws {
            if !isOpen {
                run.nextBatch.id = try transaction.nextBatchID()
                isOpen = true
            }
            return run.nextBatch.id
        }
    }

    /// The pages, each in its batch.
    mutating func fill(_ pages: [ClaimedPage]) throws -> [ClaimedPage] {
        var filled = pages
        for index in filled.indices {
            if size == run.spec.batchSize { try close() }
            let batch = try current
            if filled[index].batch != batch { filled[index] = filled[index].moved(to: batch) }
            size += 1
        }
        return filled
    }

    /// Enters the batch that is being filled.
    mutating func close() throws {
        guard size > 0 else { return }
        let batch = run.nextBatch
        try transaction.addBatch(batch.id, run: run.run.id, number: batch.number, pages: size, now: now)
        run.nextBatch = (BatchID(rawValue: batch.id.rawValue + 1), batch.number + 1)
        size = 0
    }
}
