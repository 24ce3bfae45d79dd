internal import CrawlCore
internal import Curl
internal import TrawlStore

/// The moment of a turn, and the state of things outside the frontier at that moment.
struct TurnMoment {
    /// Unix milliseconds.
    let now: Int64
    /// The same moment, for what is measured on this machine.
    let clock: MonotonicInstant
    /// Milliseconds of work since the last turn.
    var elapsedMilliseconds: Int64 = 0
    /// How much the loops have to do.
    var loops = LoopState()
    /// Whether the observer is behind with what it was told.
    var isObserverBehind = false
    /// How the run is doing, where the runner is to give a sign of life; nil where none is due.
    var activity: RunActivity?
    /// How many starts of the job's rate are to be asked for, where runners share it.
    var wantedStarts = 0
}

/// What the frontier has to remember of a turn's request until the reply comes.
struct Turn {
    /// What it records, as lists of any lengths.
    var outcomes: [[PageOutcome]]
    /// The redirects that it has a step for, in order.
    var redirects: [(redirect: Redirect, step: RedirectStep, reserved: HostID?)] = []
    /// Requests that are more than a GET.
    var sendOnce = SendOnce.Turn()
    /// The most pages that it may take.
    var room = Int.max
}

extension Frontier {
    /// What the next turn is to record, and what it is to have; nil where there is nothing to do.
    mutating func plan(_ moment: TurnMoment) -> (request: TurnRequest, turn: Turn)? {
        let now = moment.now
        sweep.start(now: now)
        hasReadyRedirect = false
        var request = TurnRequest(now: now)
        request.reportsBatches = policy.reportsBatches
        let claimed = hosts.claimed
        if policy.hasRequests { planCredentials(now: now) }
        var turn = Turn(outcomes: takeOutcomes())
        if credentials.isUsed { countErrands(&turn.outcomes) }
        strikeOff(turn.outcomes, now: now)
        request.record.outcomes = turn.outcomes
        request.record.elapsedMilliseconds = moment.elapsedMilliseconds
        planWaits(now: now)
        request.record.conditions = news.conditions
        news.conditions.removeAll(keepingCapacity: true)
        if policy.hasRequests {
            turn.sendOnce = sendOnce.plan(&request, isStopping: isStopping, &messages)
        }
        learnRobots(now: now, &request.record)
        request.record.found = found
        found = []
        if let activity = moment.activity {
            request.beat = TurnBeat(activity: activity, freesHosts: wasDenied)
            wasDenied = false
        }
        if !isStopping {
            planRedirects(&request, &turn, now: now)
            planSearch(&request, moment)
        }
        planTakes(&request, &turn, moment, claimed: claimed)
        planBudget(&request, turn, moment)
        return request.isEmpty ? nil : (request, turn)
    }

    /// The outcomes that the loops have reported, and those of the pages that their redirects passed through.
    private mutating func takeOutcomes() -> [[PageOutcome]] {
        let outcomes = news.outcomes
        news.outcomes = []
        guard policy.spec.follow != nil else { return outcomes }
        return outcomes.map { list in
            // By index, where they lie: a copy of an outcome retains each of its texts.
            let span = list.span
            for index in span.indices where span[index].chain?.pages.isEmpty == false {
                return list.flatMap { $0.settlingChain() }
            }
            return list
        }
    }

    /// Strikes pages off that are recorded.
    mutating func strikeOff(_ outcomes: [[PageOutcome]], now: Int64) {
        for list in outcomes {
            let span = list.span
            for index in span.indices {
                var retryAt: Int64?
                switch span[index].verdict {
                case .retry(_, let wait), .postponed(_, let wait): retryAt = now + wait.wholeMilliseconds
                case .done, .failed, .skipped: break
                }
                hosts.recorded(span[index].page, lastHost: span[index].lastHost, retryAt: retryAt)
            }
        }
    }

    /// Asks for a part of limits that runners share.
    private mutating func planBudget(_ request: inout TurnRequest, _ turn: Turn, _ moment: TurnMoment) {
        var wish = BudgetRequest()
        if budget.asks(now: moment.clock) {
            wish.asks = true
            wish.wanted = budget.isShort && !isStopping && !hosts.isEmpty ? max(hosts.pageBudget, 1) : 0
            // What is taken in this turn is within what there was before. A runner that has nothing under way takes nothing in this one:
            // it gives all back, since another may need it.
            if hosts.claimed == 0, wish.wanted == 0 {
                request.room = 0
            } else {
                wish.claimed = hosts.claimed + (turn.room == .max ? 0 : turn.room)
            }
        }
        if !isStopping { wish.starts = moment.wantedStarts }
        if wish != BudgetRequest() { request.budget = wish }
    }

    // MARK: Hosts

    /// Whether pages are claimed batch by batch, each only after the one before is done.
    private var hasBarrier: Bool { policy.spec.hasBatchBarrier }

    private mutating func planSearch(_ request: inout TurnRequest, _ moment: TurnMoment) {
        let limit = min(wantedHosts(moment.loops), HostSweep.slice)
        guard limit > 0 else { return }
        let takesPages = !moment.isObserverBehind && !hasBarrier
        request.search = HostSearch(
            after: sweep.cursor, limit: limit, pages: takesPages ? hosts.pageBudget : 0, hosts: hosts.count,
            leastShare: hosts.leastShare)
    }

    /// Fills up those of the hosts that run short, and gives back those that have nothing at hand and nothing to claim.
    ///
    /// - Parameter claimed: how many pages were claimed before this turn's outcomes were struck off. The budget does not know
    ///   those yet.
    private mutating func planTakes(
        _ request: inout TurnRequest, _ turn: inout Turn, _ moment: TurnMoment, claimed: Int
    ) {
        let now = moment.now
        let changed = hosts.takeChanged(now: now)
        // With a barrier the batch before comes first, and one batch is claimed at a time.
        let mayTake =
            !isStopping && !moment.isObserverBehind
            && (!hasBarrier || hosts.claimed == 0 && news.outcomes.isEmpty)
        for id in hasBarrier && mayTake ? hosts.sorted : changed {
            guard let host = hosts[id] else { continue }
            if mayTake, case .again(let attempt, let due) = host.access, due <= now {
                ask(host, attempt: attempt)
            }
            if mayTake, case .later(let due) = host.access, due <= now {
                hosts.update(host) { ($0.access, $0.claimAt) = (.granted, 0) }
            }
            if let take = take(host, mayTake: mayTake, now: now) { request.takes.append(take) }
        }
        let takesPages = request.takes.contains { $0.limit > 0 } || (request.search?.pages ?? 0) > 0
        guard mayTake, takesPages else { return }
        turn.room = min(hasBarrier ? policy.spec.batchSize : .max, budget.room(claimed: claimed))
        request.room = turn.room
    }

    /// What is wanted of a host; nil for nothing.
    private func take(_ host: CrawledHost, mayTake: Bool, now: Int64) -> PageTake? {
        var take = PageTake(host.id, limit: 0)
        guard !isStopping, !host.isYielding else {
            guard host.isIdle else { return nil }
            take.release = .always
            return take
        }
        if case .unasked = host.access {
            guard mayTake, host.guests == 0 else { return nil }
            take.release = .ifEmpty
            return take
        }
        if case .later = host.access {
            // It is given back where it has no pages that wait.
            guard mayTake, host.isIdle else { return nil }
            take.release = .ifEmpty
            return take
        }
        guard !host.access.isAwaited else { return nil }
        take.isDue = host.claimAt <= now
        take.release = host.isIdle ? .ifEmpty : .never
        if mayTake {
            take.limit = hosts.room(of: host)
            take.taken = host.claimed
            take.position = host.position
            take.level = host.claimed.isEmpty ? nil : host.level
        }
        // A host that is not due may get new pages from what this turn records.
        let isOfUse =
            take.isDue
            ? take.limit > 0
            : host.isIdle || (take.limit > 0 && policy.spec.discoversPages)
        return isOfUse ? take : nil
    }
}

extension TurnRequest {
    /// Whether nothing is recorded and nothing asked for.
    fileprivate var isEmpty: Bool {
        record.isEmpty && requests.isEmpty && beat == nil && budget == nil && redirects.isEmpty
            && search == nil
            && takes.isEmpty
    }
}
