internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore

/// A turn of the driver: everything that has come in is recorded and everything that can be claimed is claimed,
/// in one transaction.
extension RunDriver {
    /// Records what has come back and claims what can be claimed, in one transaction.
    func commit() throws -> Dispatch {
        let clock = MonotonicInstant.now
        let now = environment.wallClock()
        let renews = lastRenewal + RunDriver.renewalInterval <= clock
        sweep.start(now: now)
        let searches = !isStopping && (!redirects.isEmpty || wantedHosts > 0)
        let hasNews =
            !outcomes.isEmpty || !robotsReports.isEmpty || !conditions.isEmpty || !starting.isEmpty
            || !unsent.isEmpty
        guard renews || searches || hasNews || window.hasChanged(now: now) else {
            return try finishIfDone(Dispatch(messages: []))
        }
        let elapsed = clock - lastCommit
        let reported = settled(outcomes)
        // What is settled without a request is kept for the next turn.
        outcomes = []
        committed = []
        var finished: [BatchReport] = []
        let dispatch = try store.write { transaction in
            var dispatch = Dispatch(messages: Array(repeating: [], count: loops.count))
            try record(reported, elapsed: elapsed.wholeMilliseconds, now: now, &dispatch, transaction)
            for (host, condition) in conditions { try transaction.save(condition, of: host, now: now) }
            conditions.removeAll(keepingCapacity: true)
            if run.hasRequests { try composeRequests(&dispatch, transaction) }
            try learnRobots(now: now, &dispatch, transaction)
            if renews {
                try transaction.renewRunner(runner, now: now)
                dispatch.isPaused = try !transaction.isActive(run.job)
                try reloadOverrides(&dispatch, transaction)
                try yieldHosts(clock: clock, now: now, &dispatch, transaction)
                try transaction.save(activity(clock: clock, now: now), of: run.id)
            }
            if !isStopping {
                try admitRedirects(now: now, &dispatch, transaction)
                try searchHosts(now: now, &dispatch, transaction)
            }
            let changed = window.takeChanged(now: now)
            if !isStopping { try claimPages(of: changed, now: now, &dispatch, transaction) }
            try release(changed, now: now, &dispatch, transaction)
            if options.reportsBatches {
                finished = try transaction.finishedBatches(Set(committed.joined().map(\.page.batch)))
            }
            return dispatch
        }
        lastCommit = clock
        if renews {
            lastRenewal = clock
            feelPulse(at: clock)
            watchLog(at: clock)
        }
        for batch in committed { observer.committed(batch) }
        if !finished.isEmpty { observer.finished(finished) }
        return try finishIfDone(dispatch)
    }

    /// Commits what came of attempts; whoever watches is told after the transaction.
    func record(
        _ outcomes: [[PageOutcome]], elapsed: Int64, now: Int64, _ dispatch: inout Dispatch,
        _ transaction: StoreTransaction
    ) throws {
        committed += outcomes
        let change = try transaction.record(outcomes, of: run.id, elapsed: elapsed, now: now)
        progress.add(change)
        if budget.add(change) { window.touchAll() }
        try follow(outcomes, now: now, &dispatch, transaction)
        for list in outcomes {
            let span = list.span
            for index in span.indices {
                var retryAt: Int64?
                switch span[index].verdict {
                case .retry(_, let wait), .postponed(_, let wait): retryAt = now + wait.wholeMilliseconds
                case .done, .failed, .skipped: break
                }
                window.recorded(span[index].page, lastHost: span[index].lastHost, retryAt: retryAt)
            }
        }
    }

    /// Puts what pages led to into the frontier.
    private func follow(
        _ outcomes: [[PageOutcome]], now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        guard discoveries != nil else { return }
        var growth = DiscoveryImporter.Growth()
        for outcome in outcomes.joined() {
            if spec.follow != nil, outcome.page.isNamed, let url = outcome.response.finalURL,
                let seed = try? WebURL(parsing: url)
            {
                for loop in loops { dispatch.messages[loop.index].append(.seed(seed)) }
            }
            if let discovery = outcome.discovery {
                try discoveries?.add(discovery, from: outcome.page.id, &growth, in: transaction)
            } else if outcome.response.isNotModified, let previous = outcome.page.previous, spec.follow != nil
            {
                try discoveries?.addLinks(of: previous.id, from: outcome.page, &growth, in: transaction)
            }
        }
        try close(growth, now: now, transaction)
    }

    /// Puts URLs into the frontier that were found otherwise than by a page.
    func grow(
        by found: [(discovery: PageDiscovery, from: PageID?)], now: Int64, _ transaction: StoreTransaction
    ) throws {
        var growth = DiscoveryImporter.Growth()
        for (discovery, page) in found {
            try discoveries?.add(discovery, from: page, &growth, in: transaction)
        }
        try close(growth, now: now, transaction)
    }

    func close(_ growth: DiscoveryImporter.Growth, now: Int64, _ transaction: StoreTransaction) throws {
        try discoveries?.close(growth, in: transaction)
        progress.add(growth.progress)
        for host in growth.hosts {
            if window[host] == nil { sweep.expect(at: now) } else { window.grew(host) }
        }
    }

    /// Takes the next slice of hosts with pages that wait into the window.
    private func searchHosts(now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        let limit = min(wantedHosts, HostSweep.slice)
        guard limit > 0 else { return }
        let found = try transaction.waitingHosts(of: run.id, after: sweep.cursor, limit: limit)
        for waiting in found where window[waiting.host] == nil {
            if waiting.notBefore > now {
                sweep.expect(at: waiting.notBefore)
            } else if try !open(waiting.host, now: now, &dispatch, transaction) {
                wasDenied = true
                sweep.expect(at: now + RunDriver.takenHostWait)
            }
        }
        sweep.advance(to: found.last?.host, isLast: found.count < limit)
    }

    /// Fills up those of the hosts that run short.
    private func claimPages(
        of hosts: [HostID], now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        guard !observer.isBehind else { return }
        // With a barrier the batch before comes first, and one batch is claimed at a time.
        guard !spec.hasBatchBarrier || window.claimed == 0 else { return }
        var room = spec.hasBatchBarrier ? spec.batchSize : .max
        let hosts = spec.hasBatchBarrier ? window.hosts.sorted { $0.rawValue < $1.rawValue } : hosts
        // Other processes add batches too; with the write lock held, the next id is ours.
        nextBatch.id = try transaction.nextBatchID()
        var admitted: [[ClaimedPage]] = Array(repeating: [], count: loops.count)
        var size = 0
        func closeBatch() throws {
            guard size > 0 else { return }
            try transaction.addBatch(
                nextBatch.id, run: run.id, number: nextBatch.number, pages: size, now: now)
            nextBatch = (BatchID(rawValue: nextBatch.id.rawValue + 1), nextBatch.number + 1)
            size = 0
        }
        for host in hosts {
            if case .again(let attempt, let due)? = window[host]?.access, due <= now {
                try ask(host, attempt: attempt, &dispatch, transaction)
            }
            try askWherePagesWait(host, &dispatch, transaction)
            let wanted = min(
                window.wanted(host, now: now), room, budget.room(claimed: window.claimed))
            guard wanted > 0, let entry = window[host] else { continue }
            var position = entry.position
            let pages = try transaction.claim(
                host, of: run.id, now: now, limit: wanted, claimed: entry.claimed, batch: nextBatch.id,
                from: &position, level: entry.claimed.isEmpty ? nil : entry.level, claimOptions)
            var claimAt: Int64 = 0
            if pages.count < wanted {
                // There are no more for now; or none of this level, and then those of the next are had when it is done.
                let isHeld = claimOptions.isByLevel && !(entry.claimed.isEmpty && pages.isEmpty)
                claimAt = isHeld ? 0 : try transaction.nextRetry(of: host, run: run.id, after: now) ?? .max
            }
            room -= pages.count
            window.claimed(pages, of: host, to: position, claimAt: claimAt)
            for var page in pages {
                if size == spec.batchSize { try closeBatch() }
                if page.batch != nextBatch.id { page = page.moved(to: nextBatch.id) }
                size += 1
                if case .denied(let verdict, let error) = entry.access {
                    refuse(PageRequest(page), verdict, error)
                } else {
                    admitted[entry.loop].append(page)
                }
            }
        }
        try closeBatch()
        for (loop, pages) in admitted.enumerated() where !pages.isEmpty {
            dispatch.messages[loop].append(.pages(pages))
        }
    }

    /// Gives back those of the hosts that have nothing at hand and nothing to claim.
    private func release(
        _ hosts: [HostID], now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        for host in hosts {
            guard let entry = window[host], entry.isIdle,
                isStopping || entry.isYielding || entry.claimAt > now
            else { continue }
            if entry.isYielding {
                sweep.expect(at: now + RunDriver.takenHostWait)
            } else if entry.claimAt != .max {
                sweep.expect(at: entry.claimAt)
            }
            window.close(host)
            dispatch.messages[entry.loop].append(.close(host))
            try transaction.release(host, now: now)
        }
    }

    /// Ends the run where nothing is left of it.
    private func finishIfDone(_ dispatch: Dispatch) throws -> Dispatch {
        var dispatch = dispatch
        if dispatch.messages.isEmpty { dispatch.messages = Array(repeating: [], count: loops.count) }
        guard window.isEmpty, outcomes.isEmpty, robotsReports.isEmpty, redirects.isEmpty else {
            return dispatch
        }
        // Who is told to stop has searched enough, and may be done nevertheless.
        guard isStopping || (!sweep.isUnderWay && sweep.nextAt == nil) else { return dispatch }
        if try store.read({ try !$0.hasPending(run.id) }) {
            try store.noteUnread(of: run.id) { try stayAlive() }
        }
        let now = environment.wallClock()
        dispatch.isFinished = try store.write { transaction in
            // Pages may have been put back to pending, from another program, since the last sweep.
            guard try !transaction.hasPending(run.id) else { return false }
            try transaction.finishRun(run.id, now: now)
            return true
        }
        // Not at once: a page put back without its host is never found, and must not keep a core busy.
        if !dispatch.isFinished { sweep.expect(at: now + RunDriver.takenHostWait) }
        return dispatch
    }
}
