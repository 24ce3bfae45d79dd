internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore
internal import Curl

/// Drives one run: claims pages from the store, hands them to the crawl loops, and commits what comes back.
///
/// It lives on one thread of its own, which may block on the database. Loops and driver exchange batches; a turn of
/// the driver is one transaction.
final class RunDriver {
    private let store: Store
    private let runner: RunnerID
    private let run: RunRecord
    private let spec: JobSpec
    private let options: CrawlOptions
    private let environment: FetchEnvironment
    private let observer: any RunObserver
    private let inbox: Mailbox<Message>
    private let permits: RequestPermits

    private var loops: [CrawlLoop] = []
    private var runningLoops = 0
    private var window: HostWindow
    private var sweep: HostSweep
    /// What the loops have reported and is not committed yet, batch by batch.
    private var outcomes: [[PageOutcome]] = []
    /// Redirects whose host is not leased yet.
    private var redirects: [Redirect] = []
    private var isStopping = false
    private var progress: RunProgress
    private var nextBatch: (id: BatchID, number: Int64)
    private var lastCommit: ContinuousClock.Instant = .now
    private var lastRenewal: ContinuousClock.Instant = .now
    private var lastReport: ContinuousClock.Instant = .now

    enum Message: Sendable {
        case report(CrawlLoop.Report)
        /// Drain.
        case stop
        /// End at once.
        case abort
    }

    private struct Redirect {
        let page: ClaimedPage
        let target: WebURL
        let chain: RedirectChain
        let from: HostID
    }

    /// What a transaction decided, to be told to the loops once it is committed.
    private struct Dispatch {
        var pages: [[ClaimedPage]]
        var redirected: [(loop: Int, request: PageRequest)] = []
        var holds: [(loop: Int, host: HostID, wait: Duration)] = []
        var isFinished = false
        var isPaused = false
    }

    private static let renewalInterval: Duration = .seconds(1)
    private static let reportInterval: Duration = .milliseconds(250)
    /// How long a host that another process has is left alone, in milliseconds.
    private static let takenHostWait: Int64 = 500

    /// A driver for a run in state `active` that the runner has taken.
    init(
        store: Store, runner: RunnerID, run: RunRecord, spec: JobSpec, options: CrawlOptions,
        environment: FetchEnvironment, observer: any RunObserver, inbox: Mailbox<Message>
    ) throws(StoreError) {
        self.store = store
        self.runner = runner
        self.run = run
        self.spec = spec
        self.options = options
        self.environment = environment
        self.observer = observer
        self.inbox = inbox
        permits = RequestPermits(total: spec.concurrency.total)
        window = HostWindow(loops: options.threads, concurrency: spec.concurrency)
        sweep = HostSweep(now: environment.wallClock())
        progress = run.progress
        nextBatch = try store.read { (try $0.nextBatchID(), try $0.nextBatchNumber(of: run.id)) }
    }

    /// Works until every page is settled or it is told to stop. Blocks.
    ///
    /// - Throws: what the store or the loops ran into; whatever was committed stays, the rest is pending.
    func drive() throws -> RunEnd {
        try startLoops()
        do {
            return try work()
        } catch {
            for loop in loops { loop.send(.abort) }
            while runningLoops > 0 { for message in inbox.takeAll(waitingAtMost: 1000) { note(message) } }
            throw error
        }
    }

    private func work() throws -> RunEnd {
        var isFirst = true
        while true {
            for message in inbox.takeAll(waitingAtMost: isFirst ? 0 : waitMilliseconds) { note(message) }
            isFirst = false
            let dispatch = try commit()
            tell(dispatch)
            if dispatch.isPaused { stop(within: options.drain) }
            if dispatch.isFinished || (isStopping && runningLoops == 0) {
                try endLoops()
                return dispatch.isFinished ? .finished : .interrupted
            }
        }
    }

    // MARK: Loops

    private func startLoops() throws {
        let policy = FetchPolicy(spec, userAgent: options.userAgent)
        let inbox = inbox
        let all = LoopDirectory()
        for index in 0..<options.threads {
            let loop = try CrawlLoop(
                index: index, spec: spec, policy: policy, environment: environment, permits: permits,
                wakeLoops: { all.wake($0) }, report: { inbox.send(.report($0)) })
            loops.append(loop)
        }
        all.fill(loops)
        for loop in loops {
            startThread(named: "trawl-loop-\(loop.index)") { loop.run() }
            runningLoops += 1
        }
    }

    private func endLoops() throws {
        for loop in loops { loop.send(.abort) }
        while runningLoops > 0 { for message in inbox.takeAll(waitingAtMost: 1000) { note(message) } }
    }

    private func note(_ message: Message) {
        switch message {
        case .report(.outcomes(let batch)):
            outcomes.append(batch)
        case .report(.redirect(let page, let target, let chain, let host)):
            if host != page.host { window.guestLeft(host) }
            redirects.append(Redirect(page: page, target: target, chain: chain, from: host))
        case .report(.ended):
            runningLoops -= 1
        case .stop:
            stop(within: options.drain)
        case .abort:
            isStopping = true
            for loop in loops { loop.send(.abort) }
        }
    }

    private func stop(within drain: Duration) {
        guard !isStopping else { return }
        isStopping = true
        for loop in loops { loop.send(.drain(within: drain)) }
    }

    private func tell(_ dispatch: Dispatch) {
        for hold in dispatch.holds { loops[hold.loop].send(.hold(hold.host, hold.wait)) }
        for redirected in dispatch.redirected { loops[redirected.loop].send(.redirected(redirected.request)) }
        for (loop, pages) in dispatch.pages.enumerated() where !pages.isEmpty {
            loops[loop].send(.pages(pages))
        }
        let now = ContinuousClock.now
        guard lastReport + RunDriver.reportInterval <= now || dispatch.isFinished else { return }
        lastReport = now
        var snapshot = RunSnapshot()
        snapshot.progress = progress
        snapshot.inFlight = permits.inFlight
        snapshot.waitingHosts = loops.reduce(0) { $0 + $1.waitingHosts }
        observer.progressed(snapshot)
    }

    private var waitMilliseconds: Int64 {
        guard !isStopping else { return 250 }
        if sweep.isUnderWay, window.hasRoom { return 0 }
        var due = environment.wallClock() + 250
        if let next = sweep.startAt { due = min(due, next) }
        due = min(due, window.nextClaimAt)
        return max(0, due - environment.wallClock())
    }

    // MARK: The turn

    /// Records what has come back and claims what can be claimed, in one transaction.
    private func commit() throws -> Dispatch {
        let clock = ContinuousClock.now
        let now = environment.wallClock()
        let renews = lastRenewal + RunDriver.renewalInterval <= clock
        sweep.start(now: now)
        let searches = !isStopping && (!redirects.isEmpty || sweep.isUnderWay && window.hasRoom)
        guard renews || searches || !outcomes.isEmpty || window.hasChanged(now: now) else {
            return try finishIfDone(Dispatch(pages: []))
        }
        let elapsed = clock - lastCommit
        let committed = outcomes
        let dispatch = try store.write { transaction in
            var dispatch = Dispatch(pages: Array(repeating: [], count: loops.count))
            try record(elapsed: elapsed.wholeMilliseconds, now: now, transaction)
            if renews {
                try transaction.renewRunner(runner, now: now)
                dispatch.isPaused = try !transaction.isActive(run.job)
            }
            if !isStopping {
                try admitRedirects(now: now, &dispatch, transaction)
                try searchHosts(now: now, &dispatch, transaction)
            }
            let changed = window.takeChanged(now: now)
            if !isStopping { try claimPages(of: changed, now: now, &dispatch, transaction) }
            try release(changed, now: now, transaction)
            return dispatch
        }
        outcomes.removeAll(keepingCapacity: true)
        lastCommit = clock
        if renews { lastRenewal = clock }
        for batch in committed { observer.committed(batch) }
        return try finishIfDone(dispatch)
    }

    private func record(elapsed: Int64, now: Int64, _ transaction: StoreTransaction) throws {
        let recorded = try transaction.record(outcomes, of: run.id, elapsed: elapsed, now: now)
        progress.add(recorded.change)
        for outcome in outcomes.joined() {
            var retryAt: Int64?
            if case .retry(_, let wait) = outcome.verdict { retryAt = now + wait.wholeMilliseconds }
            window.recorded(outcome, retryAt: retryAt)
        }
    }

    /// Leases the hosts that redirects lead to, and sends the requests on to them.
    private func admitRedirects(now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction)
        throws
    {
        var waiting: [Redirect] = []
        for redirect in redirects {
            let host = try transaction.host(redirect.target.hostKey)
            guard try open(host, now: now, &dispatch, transaction) else {
                waiting.append(redirect)
                continue
            }
            guard let loop = window[host]?.loop else { continue }
            if host != redirect.page.host { window.guestCame(host) }
            let request = PageRequest(
                redirect.page, url: redirect.target.withoutCredentialsAndFragment, host: host,
                chain: redirect.chain)
            dispatch.redirected.append((loop, request))
        }
        redirects = waiting
    }

    /// Takes the next slice of hosts with pages that wait into the window.
    private func searchHosts(now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        guard sweep.isUnderWay, window.hasRoom else { return }
        let found = try transaction.waitingHosts(of: run.id, after: sweep.cursor, limit: HostSweep.slice)
        for waiting in found where window[waiting.host] == nil {
            if waiting.notBefore > now {
                sweep.expect(at: waiting.notBefore)
            } else if try !open(waiting.host, now: now, &dispatch, transaction) {
                sweep.expect(at: now + RunDriver.takenHostWait)
            }
        }
        sweep.advance(to: found.last?.host, isLast: found.count < HostSweep.slice)
    }

    /// Whether the host is in the window now; false where another process has it.
    private func open(
        _ host: HostID, now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws -> Bool {
        guard window[host] == nil else { return true }
        guard case .held(let lastStartedAt) = try transaction.lease(host, runner: runner) else {
            return false
        }
        let loop = window.open(host)
        if let lastStartedAt {
            // A clock that was set back must not hold the host for longer than its delay.
            let wait = min(lastStartedAt + spec.delay.wholeMilliseconds - now, spec.delay.wholeMilliseconds)
            if wait > 0 { dispatch.holds.append((loop, host, .milliseconds(wait))) }
        }
        return true
    }

    /// Fills up those of the hosts that run short.
    private func claimPages(
        of hosts: [HostID], now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        // Other processes add batches too; with the write lock held, the next id is ours.
        nextBatch.id = try transaction.nextBatchID()
        var size = 0
        func closeBatch() throws {
            guard size > 0 else { return }
            try transaction.addBatch(
                nextBatch.id, run: run.id, number: nextBatch.number, pages: size, now: now)
            nextBatch = (BatchID(rawValue: nextBatch.id.rawValue + 1), nextBatch.number + 1)
            size = 0
        }
        for host in hosts {
            let wanted = window.wanted(host, now: now)
            guard wanted > 0, let entry = window[host] else { continue }
            let pages = try transaction.claim(
                host, of: run.id, now: now, limit: wanted, claimed: entry.claimed, batch: nextBatch.id)
            // Fewer than asked for: there are no more for now.
            let claimAt =
                pages.count == wanted
                ? 0 : try transaction.nextRetry(of: host, run: run.id, after: now) ?? .max
            window.claimed(pages, of: host, claimAt: claimAt)
            for var page in pages {
                if size == spec.batchSize { try closeBatch() }
                page.batch = nextBatch.id
                size += 1
                dispatch.pages[entry.loop].append(page)
            }
        }
        try closeBatch()
    }

    /// Gives back those of the hosts that have nothing at hand and nothing to claim.
    private func release(_ hosts: [HostID], now: Int64, _ transaction: StoreTransaction) throws {
        for host in hosts {
            guard let entry = window[host], entry.isIdle, isStopping || entry.claimAt > now else { continue }
            if entry.claimAt != .max { sweep.expect(at: entry.claimAt) }
            window.close(host)
            try transaction.release(host, now: now)
        }
    }

    /// Ends the run where nothing is left of it.
    private func finishIfDone(_ dispatch: Dispatch) throws -> Dispatch {
        var dispatch = dispatch
        if dispatch.pages.isEmpty { dispatch.pages = Array(repeating: [], count: loops.count) }
        guard window.isEmpty, outcomes.isEmpty, redirects.isEmpty, !sweep.isUnderWay, sweep.nextAt == nil
        else {
            return dispatch
        }
        let now = environment.wallClock()
        dispatch.isFinished = try store.write { transaction in
            // Pages may have been put back to pending, from another program, since the last sweep.
            guard try !transaction.hasPending(run.id) else { return false }
            try transaction.finishRun(run.id, now: now)
            return true
        }
        if !dispatch.isFinished { sweep.expect(at: now) }
        return dispatch
    }
}

/// The loops by their bits, filled once they all exist.
private final class LoopDirectory: @unchecked Sendable {
    // @unchecked because it is filled before any loop's thread starts, and only read from then on.
    private var loops: [CrawlLoop] = []

    func fill(_ loops: [CrawlLoop]) { self.loops = loops }

    func wake(_ bits: UInt64) {
        guard bits != 0 else { return }
        for loop in loops where bits & (1 << UInt64(loop.index)) != 0 { loop.wake() }
    }
}
