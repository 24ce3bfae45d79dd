internal import CrawlCore
internal import TrawlStore

/// One turn of a run of the model.
struct ModelTurn {
    let store: ModelRun
    let database: ModelDatabase
    let run: ModelRunRow
    let now: Int64
    var reply = TurnReply()
    /// Batches of which this turn has recorded something.
    var counted: Set<BatchID> = []
    /// Pages that redirects have taken in this turn.
    var takenByRedirects: Set<PageID> = []
    /// The batch that is being filled, and how many more pages it takes.
    private var batch: (id: BatchID, room: Int)?

    init(_ store: ModelRun, now: Int64) {
        self.store = store
        database = store.database
        run = store.run
        self.now = now
    }

    // MARK: What has happened

    mutating func record(_ record: TurnRecord) {
        self.record(record.outcomes)
        reply.counted.elapsedMilliseconds += record.elapsedMilliseconds
        run.traffic.elapsedMilliseconds += record.elapsedMilliseconds
        for (host, condition) in record.conditions {
            database[host].condition = condition
            database[host].conditionAt = now
        }
        for page in record.unsent.map(database.page) where page.state == .sending {
            run.update(page) { $0.state = .pending }
        }
        for (id, batch) in record.sending {
            let page = database.page(id)
            guard page.state == .pending else { continue }
            run.update(page) { $0.state = .sending }
            page.batch = batch
        }
        for (host, robots) in record.robots { database[host].robots = robots }
        if run.spec.discoversPages {
            for found in record.found { add(found, from: nil) }
        }
    }

    mutating func record(_ outcomes: [[PageOutcome]]) {
        for outcome in outcomes.joined() { record(outcome) }
        guard run.spec.discoversPages else { return }
        for outcome in outcomes.joined() {
            if let discovery = outcome.discovery { add(discovery, from: outcome.page.id) }
        }
    }

    private mutating func record(_ outcome: PageOutcome) {
        let page = database.page(outcome.page.id)
        guard page.state == .pending || page.state == .sending else { return }
        run.update(page) { $0.take(outcome, now: now) }
        var change = RunProgress()
        switch page.state {
        case .done: change.done = 1
        case .failed: change.failed = 1
        case .skipped: change.skipped = 1
        case .pending, .sending: break
        }
        change.pending = -(change.done + change.failed + change.skipped)
        var traffic = RunProgress()
        traffic.requests = Int64(outcome.requests + outcome.requestsBesides)
        traffic.requestMicroseconds = outcome.response.timings.total
        traffic.sizeDownload = outcome.response.sizeDownload
        run.traffic.add(traffic)
        change.add(traffic)
        reply.counted.add(change)
        counted.insert(outcome.page.batch)
        database.batches[Int(outcome.page.batch.rawValue) - 1].count(page.state, now: now)
        if page.state == .done, let followUp = outcome.followUp { add(followUp, from: page) }
    }

    // MARK: The sign of life

    mutating func beat(_ beat: TurnBeat) throws {
        try database.renew(store.runner, now: now)
        var answer = TurnBeatReply()
        answer.isPaused = database.isPaused(run.job)
        for host in store.hosts { answer.overrides[host] = database[host].overrides }
        answer.wanted = store.hosts.filter { database.isWanted($0, now: now) }
            .sorted { $0.rawValue < $1.rawValue }
        if beat.freesHosts { database.reapRunners(store.processes, now: now) }
        reply.beat = answer
    }

    // MARK: Hosts

    /// Takes a host; false where another runner has it.
    mutating func open(_ host: HostID) -> Bool {
        guard let record = database.lease(host, runner: store.runner, now: now) else { return false }
        var robots = run.spec.robots == .obey ? database[host].robots : nil
        if let known = robots, known.fetchedAt > now || known.expiresAt <= now { robots = nil }
        store.hosts.insert(host)
        let key = database[host].key
        reply.opened.append(
            OpenedHost(host: host, key: key, record: record, robots: robots, isNamed: isNamed(host, key)))
        return true
    }

    private func isNamed(_ host: HostID, _ key: String) -> Bool {
        if run.named.contains(host) { return true }
        // Without a port of its own a name stands for both schemes.
        guard let url = try? WebURL(parsing: key + "/"), url.port == nil, let name = url.host else {
            return false
        }
        return ["http://", "https://"].compactMap { database.knownHost($0 + name) }
            .contains { run.named.contains($0) }
    }

    mutating func search(_ search: HostSearch) {
        var answer = HostSearchReply()
        var looked = 0
        var place = Int(search.after?.rawValue ?? 0) + 1
        while place < run.waiting.count, looked < search.limit {
            defer { place += 1 }
            guard let first = run.waiting[place].first else { continue }
            let host = HostID(rawValue: Int64(place))
            looked += 1
            answer.last = host
            if store.hosts.contains(host) { continue }
            if first.notBefore > now {
                answer.nextAt = min(answer.nextAt ?? .max, first.notBefore)
            } else if !open(host) {
                answer.wasDenied = true
            }
        }
        answer.isLast = looked < search.limit
        reply.search = answer
    }

    // MARK: Pages

    mutating func take(_ takes: [PageTake], _ search: HostSearch?, room: Int) {
        var takes = takes
        if let search, search.pages > 0, !reply.opened.isEmpty {
            let share = max(search.pages / (search.hosts + reply.opened.count), search.leastShare)
            takes += reply.opened.filter { run.spec.robots != .obey || $0.robots != nil }
                .map { PageTake($0.host, limit: share) }
        }
        var room = room
        for take in takes {
            guard let taken = self.take(take, room: room) else { continue }
            room -= taken.pages.count
            reply.taken.append(taken)
        }
    }

    private mutating func take(_ take: PageTake, room: Int) -> TakenPages? {
        var taken = TakenPages(take.host)
        let waiting = waiting(at: take.host)
        var releases = false
        switch take.release {
        case .always:
            release(&taken)
            return taken
        case .ifEmpty: releases = true
        case .never: break
        }
        let hasGrown = reply.grownHosts.contains(take.host)
        guard take.isDue || hasGrown else {
            guard releases else { return nil }
            release(&taken)
            return taken
        }
        if take.limit == 0 {
            guard take.isDue else { return nil }
            taken.more = waiting.first.map { .at($0.notBefore) } ?? .never
            if waiting.isEmpty, releases { release(&taken) }
            return taken
        }
        let limit = min(take.limit, room)
        guard limit > 0 else { return nil }
        let pages = due(waiting, take, hasGrown: hasGrown, limit: limit)
        for page in pages { taken.pages.append(claimed(page)) }
        if pages.count == limit { taken.position = pages.last?.position }
        let holdsLevel = run.spec.follow?.depth != nil && !(take.taken.isEmpty && pages.isEmpty)
        if pages.count == limit || holdsLevel {
            taken.more = .now
        } else {
            taken.more = waiting.first { $0.notBefore > now }.map { .at($0.notBefore) } ?? .never
        }
        if pages.isEmpty, taken.more != .now, releases { release(&taken) }
        return taken
    }

    private func waiting(at host: HostID) -> [FrontierPosition] {
        let place = Int(host.rawValue)
        return place < run.waiting.count ? run.waiting[place] : []
    }

    /// The pages that are due and not taken, those of the least depth where pages are taken level by level.
    private func due(
        _ waiting: [FrontierPosition], _ take: PageTake, hasGrown: Bool, limit: Int
    ) -> [ModelPage] {
        var pages: [ModelPage] = []
        var level = take.taken.isEmpty ? nil : take.level
        for position in waiting where position.notBefore <= now {
            if pages.count == limit { break }
            if !hasGrown, let start = take.position, !start.isBefore(position) { continue }
            let page = database.page(PageID(rawValue: position.id))
            if take.taken.contains(page.id) || takenByRedirects.contains(page.id) { continue }
            if run.spec.follow?.depth != nil {
                if let level, page.depth > level { break }
                level = page.depth
            }
            pages.append(page)
        }
        return pages
    }

    /// A page as it is taken, in the batch that is being filled.
    private mutating func claimed(_ page: ModelPage) -> ClaimedPage {
        if batch == nil || batch?.room == 0 {
            run.batches += 1
            database.batches.append(ModelBatch(number: run.batches, claimedAt: now))
            batch = (BatchID(rawValue: Int64(database.batches.count)), run.spec.batchSize)
        }
        batch?.room -= 1
        let id = batch?.id ?? BatchID(rawValue: 0)
        database.batches[Int(id.rawValue) - 1].pages += 1
        return ClaimedPage(
            id: page.id, host: page.host ?? HostID(rawValue: 0), batch: id, url: page.url,
            attempts: page.attempts, name: page.name, kind: page.kind, depth: page.depth,
            isNamed: page.id.rawValue <= run.lastNamed?.rawValue ?? 0 || !run.spec.discoversPages)
    }

    private func release(_ taken: inout TakenPages) {
        database.release(taken.host, now: now)
        store.hosts.remove(taken.host)
        taken.isReleased = true
    }
}

extension ModelPage {
    /// Takes what came of an attempt.
    fileprivate func take(_ outcome: PageOutcome, now: Int64) {
        attempts = outcome.attemptsUsed
        batch = outcome.page.batch
        switch outcome.verdict {
        case .done: state = .done
        case .failed(let kind): (state, errorKind) = (.failed, kind)
        case .skipped(let reason): (state, skipReason) = (.skipped, reason)
        case .retry(_, let wait), .postponed(_, let wait):
            (state, notBefore) = (.pending, now + wait.wholeMilliseconds)
            return
        }
        finalURL = outcome.response.finalURL
        isSettled = true
    }
}
