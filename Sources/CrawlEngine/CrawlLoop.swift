internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import Synchronization

/// One thread's share of a crawl: admits claimed pages at their hosts, fetches them, and hands back what came of
/// them, batch by batch.
///
/// Everything but ``send(_:)`` and ``waitingHosts`` belongs to the loop's own thread.
final class CrawlLoop: PageFetchReceiver, @unchecked Sendable {
    // @unchecked because the state is touched only by the loop's thread, once ``run()`` has begun; others reach the
    // inbox, the waker and two atomics.

    /// What a loop is told.
    enum Message: Sendable {
        /// Pages of hosts that this loop serves.
        case pages([ClaimedPage])
        /// A request that a redirect leads to, at a host that this loop serves.
        case redirected(PageRequest)
        /// No start to a host for so long.
        case hold(HostID, Duration)
        /// Start nothing more; what is under way may finish within the time, then the loop ends.
        case drain(within: Duration)
        /// End at once.
        case abort
    }

    /// What a loop tells the driver.
    enum Report: Sendable {
        case outcomes([PageOutcome])
        /// A redirect to a host that is not the request's own.
        case redirect(ClaimedPage, to: WebURL, RedirectChain, from: HostID)
        /// The loop has ended and reports nothing more.
        case ended
    }

    let index: Int
    private let policy: FetchPolicy
    private let environment: FetchEnvironment
    private let permits: RequestPermits
    private let wakeLoops: @Sendable (UInt64) -> Void
    private let report: @Sendable (Report) -> Void
    /// Outcomes that are enough to be reported at once.
    private let flushCount: Int

    private let transfers: TransferLoop
    private var gate: HostGate
    private var fetchers: [PageFetcher] = []
    private var idle: [PageFetcher] = []
    private var outcomes: [PageOutcome] = []
    private var flushAt: ContinuousClock.Instant?
    private var drainDeadline: ContinuousClock.Instant?

    private let inbox = Mailbox<Message>()
    private let hasMail = Atomic(false)
    private let waiting = Atomic(0)

    /// How long an outcome waits for others to be committed with: short enough that a row is there while its
    /// reader still looks, long enough for hundreds of pages a commit under load.
    private static let flushDelay: Duration = .milliseconds(25)
    /// How many outcomes wait for each other at most.
    private static let flushCount = 500

    /// A loop that has not begun.
    ///
    /// - Parameters:
    ///   - index: which of the crawl's loops it is, from 0.
    ///   - connections: how many it may have open.
    ///   - wakeLoops: wakes the loops whose bits are set.
    ///   - report: takes what the driver is told; called on the loop's thread.
    init(
        index: Int, spec: JobSpec, connections: Int, policy: FetchPolicy, environment: FetchEnvironment,
        permits: RequestPermits,
        wakeLoops: @escaping @Sendable (UInt64) -> Void, report: @escaping @Sendable (Report) -> Void
    ) throws(LoopFailure) {
        self.index = index
        self.policy = policy
        self.environment = environment
        self.permits = permits
        self.wakeLoops = wakeLoops
        self.report = report
        flushCount = max(spec.batchSize, CrawlLoop.flushCount)
        gate = HostGate(perHost: spec.concurrency.perHost, delay: spec.delay)
        transfers = try TransferLoop(connections: connections)
    }

    /// Hosts of this loop that wait out their delay. From any thread.
    var waitingHosts: Int { waiting.load(ordering: .relaxed) }

    /// Tells the loop something. From any thread.
    func send(_ message: Message) {
        inbox.send(message)
        hasMail.store(true, ordering: .releasing)
        transfers.waker.wake()
    }

    /// Lets the loop look for permits again. From any thread.
    func wake() {
        transfers.waker.wake()
    }

    /// The loop's whole life, on the thread that it owns.
    func run() {
        while true {
            if hasMail.exchange(false, ordering: .acquiring) {
                for message in inbox.takeAll() where !receive(message) {
                    end()
                    return
                }
            }
            startReady()
            let busy = fetchers.count - idle.count
            if let drainDeadline, busy == 0 || transfers.now >= drainDeadline {
                end()
                return
            }
            flush(busy: busy)
            waiting.store(gate.waitingHosts, ordering: .relaxed)
            transfers.turn(until: nextDeadline)
        }
    }

    /// Whether the loop goes on.
    private func receive(_ message: Message) -> Bool {
        switch message {
        case .pages(let pages):
            for page in pages { gate.add(PageRequest(page), now: transfers.now) }
        case .redirected(let request):
            gate.add(request, first: true, now: transfers.now)
        case .hold(let host, let duration):
            gate.hold(host, until: .now + duration)
        case .drain(let duration):
            drainDeadline = .now + duration
            _ = gate.removeAll()  // They are pending in the store, and stay so.
        case .abort:
            return false
        }
        return true
    }

    private func startReady() {
        guard drainDeadline == nil else { return }
        while gate.isReady(now: transfers.now), permits.acquire(loop: index) {
            guard let fetcher = idleFetcher(), let (request, slot) = gate.next(now: transfers.now) else {
                wakeLoops(permits.release(loop: index))
                return
            }
            fetcher.slot = slot
            fetcher.start(request)
        }
    }

    private func idleFetcher() -> PageFetcher? {
        if let fetcher = idle.popLast() { return fetcher }
        // Out of memory: go on with the fetchers there are.
        let new = try? PageFetcher(loop: transfers, policy: policy, environment: environment, receiver: self)
        if let new { fetchers.append(new) }
        return new
    }

    private func flush(busy: Int) {
        guard !outcomes.isEmpty else { return }
        let isIdle = busy == 0 && gate.queued == 0
        guard isIdle || outcomes.count >= flushCount || flushAt.map({ $0 <= transfers.now }) ?? true else {
            return
        }
        report(.outcomes(outcomes))
        outcomes.removeAll(keepingCapacity: true)
        flushAt = nil
    }

    private var nextDeadline: ContinuousClock.Instant? {
        var deadline = flushAt
        if drainDeadline == nil, let wake = gate.nextWake { deadline = min(deadline ?? wake, wake) }
        if let drainDeadline { deadline = min(deadline ?? drainDeadline, drainDeadline) }
        return deadline
    }

    /// Cuts off what is under way, reports what is finished, and says so.
    private func end() {
        for fetcher in fetchers { fetcher.cancel() }
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        outcomes = []
        report(.ended)
    }

    // MARK: PageFetchReceiver

    func willSend(_ fetcher: PageFetcher) {
        guard let slot = fetcher.slot else { return }
        gate.sent(slot, now: .now)
    }

    func finished(_ fetcher: PageFetcher, _ result: PageFetchResult) {
        if let slot = fetcher.slot {
            gate.finished(slot, wasSent: fetcher.wasSent, now: transfers.now)
            fetcher.slot = nil
        }
        idle.append(fetcher)
        wakeLoops(permits.release(loop: index))
        switch result {
        case .outcome(let outcome):
            if outcomes.isEmpty { flushAt = transfers.now + CrawlLoop.flushDelay }
            outcomes.append(outcome)
        case .redirect(let page, let target, let chain, let host):
            guard drainDeadline == nil else { return }  // The page stays pending.
            if let last = chain.urls.last, let origin = try? WebURL(parsing: last),
                origin.hostKey == target.hostKey
            {
                let request = PageRequest(
                    page, url: target.withoutCredentialsAndFragment, host: host, chain: chain)
                gate.add(request, first: true, now: transfers.now)
            } else {
                report(.redirect(page, to: target, chain, from: host))
            }
        }
    }
}
