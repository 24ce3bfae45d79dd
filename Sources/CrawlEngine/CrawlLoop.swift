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
        /// A host that this loop serves from now on.
        case open(HostOpening)
        /// Other limits and rules for a host that this loop serves.
        case configure(HostID, HostLimits, HostRules)
        /// A host that this loop serves no more.
        case close(HostID)
        /// A host that others wait for: its pages that are not under way are to be given back.
        case surrender(HostID)
        /// Pages of hosts that this loop serves.
        case pages([ClaimedPage])
        /// A request at a host that this loop serves: what a redirect leads to, or its robots.txt.
        case request(PageRequest)
        /// A URL that a seed was redirected to.
        case seed(WebURL)
        /// What the requests of pages send that the loop has reported as starting.
        case contents([(PageID, PageContents)])
        /// Start nothing more; what is under way may finish within the time, then the loop ends.
        case drain(within: Duration)
        /// End at once.
        case abort
    }

    /// What a host's robots.txt came to.
    struct RobotsReport: Sendable {
        let host: HostID
        let answer: RobotsAnswer
        /// The host that was asked last: another where redirects led elsewhere.
        let lastHost: HostID
        /// Whether what that was asked for is its own robots.txt.
        var isOwn = true
    }

    /// What a loop tells the driver.
    enum Report: Sendable {
        case outcomes([PageOutcome])
        /// A redirect to a host that is not the request's own.
        case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
        /// What hosts' robots.txt came to.
        case robots([RobotsReport])
        /// How hosts are doing.
        case conditions([(HostID, HostCondition)])
        /// A host that could not be reached however often it was tried.
        case givenUp(HostID, String)
        /// Pages whose turn it is, of a run whose requests differ: what they send is to be said, and noted where it must
        /// not be sent twice.
        case starting([(PageID, BatchID)], loop: Int)
        /// Pages that were to be sent and were not.
        case unsent([PageID])
        /// Pages of a host that are given back without a request.
        case surrendered(HostID, [PageID])
        /// The loop has ended and reports nothing more.
        case ended
    }

    let index: Int
    private let policy: FetchPolicy
    private let fields: CompiledFields
    private let sieve: LinkSieve?
    private let environment: FetchEnvironment
    private let permits: RequestPermits
    private let wakeLoops: @Sendable (UInt64) -> Void
    private let report: @Sendable (Report) -> Void
    /// Outcomes that are enough to be reported at once.
    private let flushCount: Int

    private let transfers: TransferLoop
    // Unchecked because it is used ten times a page, and a value that calls nothing cannot be come back to.
    @exclusivity(unchecked) private var gate: HostGate
    private var rules: [HostID: HostRules] = [:]
    private var fetchers: [PageFetcher] = []
    private var idle: [PageFetcher] = []
    private var outcomes: [PageOutcome] = []
    private var robots: [RobotsReport] = []
    /// Whether each page's request is asked for before it is sent.
    private let asksForContents: Bool
    /// Pages whose turn it is, until it is known what they send. Each has its slot, permit and fetcher.
    private var starting: [PageID: (request: PageRequest, fetcher: PageFetcher)] = [:]
    private var flushAt: MonotonicInstant?
    private var drainDeadline: MonotonicInstant?

    private let inbox = Mailbox<Message>()
    private let hasMail = Atomic(false)
    private let waiting = Atomic(0)
    private let ready = Atomic(0)
    private let turnCount = Atomic(0)

    /// How long an outcome waits for others to be committed with: short enough that a row is there while its
    /// reader still looks, long enough for hundreds of pages a commit under load.
    private static let flushDelay: Duration = .milliseconds(25)
    /// How long until a loop looks whether a full archive has room again.
    private static let archiveWait: Duration = .milliseconds(10)
    /// How many outcomes wait for each other at most.
    private static let flushCount = 500

    /// A loop that has not begun.
    ///
    /// - Parameters:
    ///   - index: which of the crawl's loops it is, from 0.
    ///   - connections: how many it may have open.
    ///   - fields: the policy's, compiled for this loop.
    ///   - sieve: what is followed of the pages' links, for this loop; nil for nothing.
    ///   - wakeLoops: wakes the loops whose bits are set.
    ///   - report: takes what the driver is told; called on the loop's thread.
    init(
        index: Int, spec: JobSpec, connections: Int, circuitPolicy: HostCircuit.Policy, policy: FetchPolicy,
        fields: CompiledFields, sieve: LinkSieve?, environment: FetchEnvironment, permits: RequestPermits,
        asksForContents: Bool,
        wakeLoops: @escaping @Sendable (UInt64) -> Void, report: @escaping @Sendable (Report) -> Void
    ) throws(LoopFailure) {
        self.index = index
        self.policy = policy
        self.fields = fields
        self.sieve = sieve
        self.environment = environment
        self.permits = permits
        self.asksForContents = asksForContents
        self.wakeLoops = wakeLoops
        self.report = report
        flushCount = max(spec.batchSize, CrawlLoop.flushCount)
        gate = HostGate(
            limits: HostLimits(perHost: spec.concurrency.perHost, delay: spec.startInterval),
            circuitPolicy: circuitPolicy)
        transfers = try TransferLoop(connections: connections)
    }

    /// Hosts of this loop that wait out their delay. From any thread.
    var waitingHosts: Int { waiting.load(ordering: .relaxed) }

    /// Hosts of this loop of which a request may start at once, permits allowing. From any thread.
    var readyHosts: Int { ready.load(ordering: .relaxed) }

    /// How often the loop has turned. From any thread.
    var turns: Int { turnCount.load(ordering: .relaxed) }

    /// Tells the loop something. From any thread.
    func send(_ message: Message) {
        inbox.send(message)
        hasMail.store(true, ordering: .releasing)
        transfers.waker.wake()
    }

    /// Tells the loop several things in order, and wakes it once. From any thread.
    func send(contentsOf messages: [Message]) {
        guard !messages.isEmpty else { return }
        inbox.send(contentsOf: messages)
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
            ready.store(gate.readyHosts, ordering: .relaxed)
            turnCount.add(1, ordering: .relaxed)
            transfers.turn(until: nextDeadline)
        }
    }

    /// Whether the loop goes on.
    private func receive(_ message: Message) -> Bool {
        switch message {
        case .open(let opening):
            rules[opening.host] = opening.rules
            gate.open(
                opening.host, limits: opening.limits, condition: opening.condition, rest: opening.rest,
                now: .now)
        case .configure(let host, let limits, var rules):
            rules.unavailable = self.rules[host]?.unavailable
            self.rules[host] = rules
            gate.limit(host, limits, now: transfers.now)
            // Some that were admitted may not be any more.
            for request in gate.removeAll(of: host) { admit(request) }
        case .close(let host):
            rules[host] = nil
            gate.close(host, now: transfers.now)
        case .surrender(let host):
            surrender(host)
        case .pages(let pages):
            for page in pages { admit(PageRequest(page)) }
        case .request(let request):
            admit(request, first: true)
        case .seed(let url):
            sieve?.insert(seed: url)
        case .contents(let contents):
            for (page, contents) in contents { start(page, contents) }
        case .drain(let duration):
            drainDeadline = .now + duration
            _ = gate.removeAll()  // They are pending in the store, and stay so.
        case .abort:
            return false
        }
        return true
    }

    /// Gives back what has not begun. What redirects led here stays: its own host counts on it.
    private func surrender(_ host: HostID) {
        var pages: [PageID] = []
        // Requests that differ may be noted as being sent already: those are kept.
        for request in asksForContents ? [] : gate.removeAll(of: host) {
            if let page = request.page, page.host == host, request.chain == nil {
                pages.append(page.id)
            } else {
                gate.add(request, now: transfers.now)
            }
        }
        report(.surrendered(host, pages))
    }

    /// Queues a request at its host, or settles its page where it is not to be sent.
    private func admit(_ request: PageRequest, first: Bool = false) {
        if let page = request.page, let refusal = rules[request.host]?.refusal(of: request.url) {
            refuse(page, request, refusal.verdict, refusal.error)
        } else if request.page == nil, let (kind, error) = rules[request.host]?.closure {
            flushAt = transfers.now
            robots.append(
                RobotsReport(host: request.owner, answer: .unreachable(kind, error), lastHost: request.host))
        } else {
            gate.add(request, first: first, now: transfers.now)
        }
    }

    /// Settles a page that is asked for no more.
    private func refuse(
        _ page: ClaimedPage, _ request: PageRequest, _ verdict: PageOutcome.Verdict, _ error: String
    ) {
        keep(PageOutcome(of: page, request, verdict, error, now: environment.wallClock()))
    }

    private func keep(_ outcome: consuming PageOutcome) {
        if outcomes.isEmpty { flushAt = transfers.now + CrawlLoop.flushDelay }
        outcomes.append(outcome)
    }

    private func startReady() {
        guard drainDeadline == nil else { return }
        var asked: [(PageID, BatchID)] = []
        defer { if !asked.isEmpty { report(.starting(asked, loop: index)) } }
        while hasArchiveRoom, gate.isReady(now: transfers.now), permits.acquire(loop: index) {
            guard permits.takeStart(now: .now), let fetcher = idleFetcher(),
                let (request, slot) = gate.next(now: transfers.now)
            else {
                wakeLoops(permits.release(loop: index))
                return
            }
            fetcher.slot = slot
            if asksForContents, let page = request.page, page.message == nil, request.chain == nil {
                starting[page.id] = (request, fetcher)
                asked.append((page.id, page.batch))
            } else {
                start(request, fetcher)
            }
        }
    }

    /// Whether what is received now can be kept, where it is to be.
    private var hasArchiveRoom: Bool { policy.exchangeKeeper?.hasRoom ?? true }

    private func start(_ request: PageRequest, _ fetcher: PageFetcher) {
        let rules = rules[request.host]
        fetcher.start(
            request, mayBePrivate: rules?.mayBePrivate ?? false,
            credentials: rules?.credentials?.credentials(for: request.page?.url ?? request.url))
    }

    /// Goes on with a page whose request is known now.
    private func start(_ id: PageID, _ contents: PageContents) {
        guard let (request, fetcher) = starting.removeValue(forKey: id), let page = request.page else {
            return
        }
        switch contents {
        case .send(let message) where drainDeadline == nil:
            start(PageRequest(page.sending(message)), fetcher)
        case .send, .leave:
            report(.unsent([id]))
            giveBack(fetcher)
        case .refuse(let error):
            giveBack(fetcher)
            refuse(page, request, .failed(.internal), error)
        }
    }

    /// Takes a fetcher back that has sent nothing.
    private func giveBack(_ fetcher: PageFetcher) {
        if let slot = fetcher.slot {
            _ = gate.finished(slot, wasSent: false, .none, fraction: 0, now: transfers.now)
            fetcher.slot = nil
        }
        idle.append(fetcher)
        wakeLoops(permits.release(loop: index))
    }

    private func idleFetcher() -> PageFetcher? {
        if let fetcher = idle.popLast() { return fetcher }
        // Out of memory: go on with the fetchers there are.
        let new = try? PageFetcher(
            loop: transfers, policy: policy, fields: fields, sieve: sieve, environment: environment,
            receiver: self)
        if let new { fetchers.append(new) }
        return new
    }

    private func flush(busy: Int) {
        guard !outcomes.isEmpty || !robots.isEmpty || gate.hasChangedConditions else { return }
        let isIdle = busy == 0 && gate.queued == 0
        guard isIdle || outcomes.count >= flushCount || flushAt.map({ $0 <= transfers.now }) ?? true else {
            return
        }
        // First, so that a host is not let go of before its condition is known.
        if gate.hasChangedConditions { report(.conditions(gate.takeChangedConditions(now: transfers.now))) }
        if !robots.isEmpty { report(.robots(robots)) }
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        robots.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        flushAt = nil
    }

    private var nextDeadline: MonotonicInstant? {
        var deadline = flushAt
        if drainDeadline == nil, gate.readyHosts > 0, let next = permits.nextStartAt {
            deadline = min(deadline ?? next, next)
        }
        if drainDeadline == nil, let wake = gate.nextWake { deadline = min(deadline ?? wake, wake) }
        if let drainDeadline { deadline = min(deadline ?? drainDeadline, drainDeadline) }
        if !hasArchiveRoom {
            let look = transfers.now + CrawlLoop.archiveWait
            deadline = min(deadline ?? look, look)
        }
        return deadline
    }

    /// Cuts off what is under way, reports what is finished, and says so.
    private func end() {
        var unsent = Array(starting.keys)
        for fetcher in fetchers {
            if let page = fetcher.request?.page, fetcher.request?.chain == nil, !fetcher.wasSent {
                unsent.append(page.id)
            }
            fetcher.cancel()
        }
        if asksForContents, !unsent.isEmpty { report(.unsent(unsent)) }
        // They know the loop, and would keep it and its descriptors.
        fetchers = []
        idle = []
        if gate.hasChangedConditions { report(.conditions(gate.takeChangedConditions(now: transfers.now))) }
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        outcomes = []
        report(.ended)
    }

    // MARK: PageFetchReceiver

    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool {
        // After the robots.txt the pages follow.
        fetcher.request?.page == nil || fetcher.slot.map { gate.hasQueued($0) } ?? false
    }

    func willSend(_ fetcher: PageFetcher) -> Bool {
        guard let slot = fetcher.slot else { return true }
        let now = MonotonicInstant.now
        if fetcher.wasSent, !gate.maySendAgain(slot, now: now) { return false }
        gate.sent(slot, now: now)
        return true
    }

    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal) {
        var verdict = HostCircuit.Verdict.counted
        if let slot = fetcher.slot {
            verdict = gate.finished(
                slot, wasSent: fetcher.wasSent, signal, fraction: environment.random(), now: transfers.now)
            fetcher.slot = nil
        }
        idle.append(fetcher)
        wakeLoops(permits.release(loop: index))
        // What a host asks for is to outlive a kill.
        if gate.hasChangedConditions { flushAt = transfers.now }
        switch consume result {
        case .outcome(var outcome):
            apply(verdict, to: &outcome)
            keep(consume outcome)
        case .redirect(let purpose, let target, let chain, let host):
            guard drainDeadline == nil else { return }  // The page stays pending.
            if let last = chain.hops.last, let origin = try? WebURL(parsing: last.url),
                origin.hostKey == target.hostKey
            {
                admit(
                    PageRequest(purpose, url: target.withoutCredentialsAndFragment, host: host, chain: chain),
                    first: true)
            } else {
                report(.redirect(purpose, to: target, chain, from: host))
            }
        case .again(let request):
            guard drainDeadline == nil else { return }
            admit(request, first: true)
        case .robots(var answer, let host, let last, let isOwn):
            if verdict == .givenUp, case .unreachable(_, let error) = answer {
                answer = .unreachable(.hostUnavailable, error)
                giveUp(last, error)
            }
            // At the end of this turn: pages wait for it, and its connection for them.
            flushAt = transfers.now
            robots.append(RobotsReport(host: host, answer: answer, lastHost: last, isOwn: isOwn))
        }
    }

    /// Takes into account that a failure was the host's rather than the page's.
    private func apply(_ verdict: HostCircuit.Verdict, to outcome: inout PageOutcome) {
        guard verdict != .counted, let kind = outcome.verdict.errorKind else { return }
        switch verdict {
        case .counted: break
        case .setAside(let until):
            outcome.verdict = .postponed(kind, wait: max(until - transfers.now, .zero))
        case .givenUp:
            let error = outcome.error ?? kind.rawValue
            outcome.verdict = .failed(.hostUnavailable)
            giveUp(outcome.lastHost, error)
        }
    }

    /// Asks nothing more of a host.
    private func giveUp(_ host: HostID, _ error: String) {
        rules[host]?.unavailable = error
        for request in gate.removeAll(of: host) { admit(request) }
        report(.givenUp(host, error))
    }
}

extension PageOutcome.Verdict {
    /// What went wrong, where something did.
    fileprivate var errorKind: ErrorKind? {
        switch self {
        case .failed(let kind), .retry(let kind, _), .postponed(let kind, _): kind
        case .done, .skipped: nil
        }
    }
}

extension PageOutcome {
    /// The outcome of a page that is not asked for, or not asked for any further.
    init(
        of page: ClaimedPage, _ request: PageRequest, _ verdict: Verdict, _ error: String, now: Int64
    ) {
        self.init(page: page, startedAt: request.chain?.startedAt ?? now)
        self.verdict = verdict
        self.error = error
        lastHost = request.host
        finishedAt = now
        chain = request.chain
        requests = request.chain?.hops.count ?? 0
        response.numRedirects = requests
        response.sizeDownload = request.chain?.sizeDownload ?? 0
        response.timings.total = request.chain?.microseconds ?? 0
    }
}
