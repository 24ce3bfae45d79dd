internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import Synchronization

/// One thread's share of a crawl: admits claimed pages at their hosts, fetches them, and hands back what came of
/// them, batch by batch.
///
/// Everything but ``send(_:)`` and ``waitingHosts`` belongs to the loop's own thread.
final class CrawlLoop: @unchecked Sendable {
    // @unchecked because the state is touched only by the loop's thread, once ``run()`` has begun; others reach the
    // inbox, the waker and two atomics.

    let index: Int
    private let policy: FetchPolicy
    private let fields: CompiledFields
    private let sieve: LinkSieve?
    let environment: FetchEnvironment
    let permits: RequestPermits
    let wakeLoops: @Sendable (UInt64) -> Void
    let report: @Sendable (Report) -> Void
    /// Outcomes that are enough to be reported at once.
    private let flushCount: Int

    let transfers: TransferLoop
    // Unchecked because it is used ten times a page, and a value that calls nothing cannot be come back to.
    @exclusivity(unchecked) var gate: HostGate
    var rules: [HostID: HostRules] = [:]
    private var fetchers: [PageFetcher] = []
    var idle: [PageFetcher] = []
    private var outcomes: [PageOutcome] = []
    private var robots: [RobotsReport] = []
    /// When those are reported; nil where there are none.
    private var robotsAt: MonotonicInstant?
    /// Whether the job follows links.
    let followsLinks: Bool
    /// Whether each page's request is asked for before it is sent.
    private let asksForContents: Bool
    /// Pages whose turn it is, until it is known what they send. Each has its slot, permit and fetcher.
    private var starting: [PageID: (request: PageRequest, fetcher: PageFetcher)] = [:]
    private var flushAt: MonotonicInstant?
    /// When the job's rate allows the next start, where that is what is waited for.
    private var nextStart: MonotonicInstant?
    var drainDeadline: MonotonicInstant?

    private let inbox = Mailbox<Message>()
    private let hasMail = Atomic(false)
    private let waiting = Atomic(0)
    private let ready = Atomic(0)
    /// Requests in the inbox.
    private let unseen = Atomic(0)
    private let turnCount = Atomic(0)

    /// How long an outcome waits for others to be committed with: short enough that a row is there while its
    /// reader still looks, long enough for hundreds of pages a commit under load.
    private static let flushDelay: Duration = .milliseconds(25)
    /// How long what became of a robots.txt waits for others while there is something else to do. No longer, as pages wait for
    /// it, and its connection for them; but a turn of the driver for each would cost more than the request.
    private static let robotsDelay: Duration = .milliseconds(5)
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
        followsLinks = spec.follow != nil
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

    /// Requests at hosts of this loop of which one may start at once, permits allowing; those that it was sent and has not
    /// seen; and hosts whose pages follow as soon as the driver knows of their robots.txt. From any thread.
    var readyRequests: Int { ready.load(ordering: .relaxed) + unseen.load(ordering: .relaxed) }

    /// How often the loop has turned. From any thread.
    var turns: Int { turnCount.load(ordering: .relaxed) }

    /// Tells the loop something. From any thread.
    func send(_ message: Message) {
        unseen.add(message.requestCount, ordering: .relaxed)
        inbox.send(message)
        hasMail.store(true, ordering: .releasing)
        transfers.waker.wake()
    }

    /// Tells the loop several things in order, and wakes it once. From any thread.
    func send(contentsOf messages: [Message]) {
        guard !messages.isEmpty else { return }
        unseen.add(messages.reduce(0) { $0 + $1.requestCount }, ordering: .relaxed)
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
            var seen = 0
            if hasMail.exchange(false, ordering: .acquiring) {
                for message in inbox.takeAll() {
                    seen += message.requestCount
                    guard receive(message) else {
                        end()
                        return
                    }
                }
            }
            startReady()
            if let drainDeadline, busy == 0 || transfers.now >= drainDeadline {
                end()
                return
            }
            flush()
            waiting.store(gate.waitingHosts, ordering: .relaxed)
            ready.store(gate.readyRequests + robots.count, ordering: .relaxed)
            if seen > 0 { unseen.subtract(seen, ordering: .relaxed) }
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
    func admit(_ request: PageRequest, first: Bool = false) {
        if let page = request.page, let refusal = rules[request.host]?.refusal(of: request.url) {
            refuse(page, request, refusal.verdict, refusal.error)
        } else if request.page == nil, let (kind, error) = rules[request.host]?.closure {
            keep(
                RobotsReport(
                    host: request.owner, answer: .unreachable(kind, error), lastHost: request.host,
                    url: request.url))
        } else {
            gate.add(request, first: first, now: transfers.now)
        }
    }

    /// Settles a page that is asked for no more.
    private func refuse(
        _ page: ClaimedPage, _ request: PageRequest, _ verdict: PageOutcome.Verdict, _ error: String
    ) {
        var outcome = PageOutcome(of: page, request, verdict, error, now: environment.wallClock())
        outcome.redact(page.message?.redaction ?? policy.redaction)
        keep(outcome)
    }

    func keep(_ outcome: consuming PageOutcome) {
        if outcomes.isEmpty { scheduleFlush(within: CrawlLoop.flushDelay) }
        outcomes.append(outcome)
    }

    func keep(_ report: RobotsReport) {
        if robots.isEmpty {
            robotsAt = transfers.now + (gate.readyRequests > 0 ? CrawlLoop.robotsDelay : .zero)
        }
        robots.append(report)
    }

    /// Has outcomes and conditions reported at the end of the first turn after so long, or of an earlier one that is due.
    func scheduleFlush(within delay: Duration) {
        let due = transfers.now + delay
        flushAt = min(flushAt ?? due, due)
    }

    private func startReady() {
        let isWaiting = startWhatMay()
        wakeLoops(permits.settle(loop: index, isWaiting: isWaiting))
    }

    /// - Returns: whether it lacked a permit for more.
    private func startWhatMay() -> Bool {
        nextStart = nil
        guard drainDeadline == nil else { return false }
        var asked: [(PageID, BatchID)] = []
        defer { if !asked.isEmpty { report(.starting(asked, loop: index)) } }
        while gate.isReady(now: transfers.now), hasArchiveRoom {
            guard permits.acquire(loop: index, holding: busy) else { return true }
            guard takeStart(), let fetcher = idleFetcher(),
                let (request, slot) = gate.next(now: transfers.now)
            else {
                wakeLoops(permits.release(loop: index))
                return false
            }
            fetcher.slot = slot
            if asksForContents, let page = request.page, page.message == nil, request.chain == nil {
                starting[page.id] = (request, fetcher)
                asked.append((page.id, page.batch))
            } else {
                start(request, fetcher)
            }
        }
        return false
    }

    /// Whether the job's rate allows a start now; if not, the loop comes back when it does.
    private func takeStart() -> Bool {
        if permits.takeStart(now: .now) { return true }
        nextStart = permits.nextStartAt
        return false
    }

    /// Requests that are under way, or about to be.
    private var busy: Int { fetchers.count - idle.count }

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

    private func flush() {
        if let robotsAt, robotsAt <= transfers.now {
            reportConditions()
            report(.robots(robots))
            robots.removeAll(keepingCapacity: true)
            self.robotsAt = nil
        }
        guard !outcomes.isEmpty || gate.hasChangedConditions else {
            flushAt = nil
            return
        }
        let isIdle = busy == 0 && gate.queued == 0
        guard isIdle || outcomes.count >= flushCount || flushAt.map({ $0 <= transfers.now }) ?? true else {
            return
        }
        reportConditions()
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        outcomes.removeAll(keepingCapacity: true)
        flushAt = nil
    }

    /// Before what may let go of a host, so that its condition is known by then.
    private func reportConditions() {
        guard gate.hasChangedConditions else { return }
        report(.conditions(gate.takeChangedConditions(now: transfers.now)))
    }

    private var nextDeadline: MonotonicInstant? {
        var deadline = flushAt
        if let robotsAt { deadline = min(deadline ?? robotsAt, robotsAt) }
        if let nextStart { deadline = min(deadline ?? nextStart, nextStart) }
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
        reportConditions()
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        outcomes = []
        report(.ended)
    }
}
