internal import CrawlCore
internal import CrawlFetch
internal import Curl

/// One thread's share of a crawl: it admits claimed pages at their hosts, fetches them, and reports what became of them.
///
/// A turn reads the mail, starts what may start, reports what is due, and waits for curl. What decides is in values: when
/// a request may start in ``gate``, whether it may be sent in ``rules``, when something is reported in ``outbox``.
///
/// Everything but ``mail`` and what is passed on to it belongs to the loop's own thread.
final class CrawlLoop: @unchecked Sendable {
    // @unchecked because the state is touched only by the loop's thread, once ``run()`` has begun. Other threads use
    // ``mail``, which is Sendable.

    /// Which of the crawl's loops it is, from 0.
    let index: Int
    let job: LoopJob
    let permits: LoopPermits
    /// Tells the driver something.
    let report: @Sendable (Report) -> Void
    /// What other threads use of the loop.
    private let mail: LoopMail

    let transfers: TransferLoop
    // The values that each page uses several times are unchecked. They call nothing that knows the loop, so no access to one can begin
    // within another.

    /// Which request may start when.
    @exclusivity(unchecked) var gate: HostGate
    /// What may be requested of the hosts that this loop serves.
    var rules: [HostID: HostRules] = [:]
    @exclusivity(unchecked) var fetchers = FetcherPool()
    /// Pages that may start, until the driver has told what they send. Each has its place at its host, a permit and a
    /// fetcher.
    var starting: [PageID: (request: PageRequest, fetcher: PageFetcher)] = [:]
    /// Pages that wait for their credential, without a place at their host.
    var parked: [PageID: Parked] = [:]
    /// When the job's rate allows the next start; nil when that is not what the loop waits for.
    var nextStart: MonotonicInstant?
    /// When the loop ends at the latest; nil while it is not asked to.
    var drainDeadline: MonotonicInstant?
    @exclusivity(unchecked) var outbox: LoopOutbox

    /// How long until the loop looks whether a full archive has room again.
    private static let archiveWait: Duration = .milliseconds(10)

    /// A loop that has not begun.
    ///
    /// - Parameters:
    ///   - index: which of the crawl's loops it is, from 0.
    ///   - connections: how many it may have open.
    ///   - fields: the policy's, compiled for this loop.
    ///   - sieve: selects the links of pages that are requested, for this loop; nil when none are.
    ///   - asksBeforeSending: whether the driver is asked for what each page's request sends, before it is sent.
    ///   - wakeLoops: wakes the loops whose bits are set.
    ///   - report: takes what the driver is told; called on the loop's thread.
    init(
        index: Int, spec: JobSpec, connections: Int, circuitPolicy: HostCircuit.Policy, policy: FetchPolicy,
        fields: CompiledFields, sieve: LinkSieve?, environment: FetchEnvironment, permits: RequestPermits,
        asksBeforeSending: Bool,
        wakeLoops: @escaping @Sendable (UInt64) -> Void, report: @escaping @Sendable (Report) -> Void
    ) throws(LoopFailure) {
        self.index = index
        self.report = report
        self.permits = LoopPermits(loop: index, permits: permits, wakeLoops: wakeLoops)
        job = LoopJob(
            policy: policy, fields: fields, sieve: sieve, environment: environment,
            followsLinks: spec.follow != nil, asksBeforeSending: asksBeforeSending)
        outbox = LoopOutbox(batchSize: spec.batchSize)
        gate = HostGate(
            limits: spec.startLimits(perHost: spec.concurrency.perHost, least: spec.startInterval),
            circuitPolicy: circuitPolicy, pools: spec.pools)
        transfers = try TransferLoop(connections: connections)
        mail = LoopMail(waker: transfers.waker)
    }

    // MARK: From any thread

    /// How many hosts of this loop wait out their delay.
    var waitingHosts: Int { mail.waitingHosts }

    /// How many requests could start at once if there were permits for them. Requests count that the loop was sent and has
    /// not seen, and hosts whose pages follow as soon as the driver knows their robots.txt.
    var readyRequests: Int { mail.readyRequests }

    /// How often the loop has turned.
    var turns: Int { mail.turns }

    /// Tells the loop something.
    func send(_ message: Message) { mail.send([message]) }

    /// Tells the loop several things in order, and wakes it once.
    func send(contentsOf messages: [Message]) { mail.send(messages) }

    /// Lets the loop look for permits again.
    func wake() { mail.wake() }

    // MARK: On the loop's thread

    /// The loop's whole life, on a thread of its own.
    func run() {
        while true {
            var seen = 0
            for message in mail.take() {
                seen += message.requestCount
                guard receive(message) else { return end() }
            }
            startReady()
            if let drainDeadline, fetchers.busy == 0 || transfers.now >= drainDeadline { return end() }
            reportDue()
            mail.turned(
                seen: seen, waitingHosts: gate.waitingHosts, ready: gate.readyRequests + outbox.robotsCount)
            transfers.turn(until: nextDeadline)
        }
    }

    /// Does what a message says; false when the loop must end at once.
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
            // The new rules may refuse requests that the old ones admitted.
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
            job.sieve?.insert(seed: url)
        case .decisions(let decisions):
            for (page, decision) in decisions { start(page, decision) }
        case .credentials(let order):
            receive(order)
        case .drain(let duration):
            drainDeadline = .now + duration
            _ = gate.removeAll()  // They are pending in the store, and stay so.
        case .abort:
            return false
        }
        return true
    }

    /// Reports what is due.
    private func reportDue() {
        if let robots = outbox.takeRobots(now: transfers.now) {
            reportConditions()
            report(.robots(robots))
        }
        let outcomes = outbox.takeOutcomes(
            now: transfers.now, isIdle: fetchers.busy == 0 && gate.queued == 0,
            hasConditions: gate.hasChangedConditions)
        guard let outcomes else { return }
        reportConditions()
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
    }

    /// Reports how hosts are doing. It comes before outcomes, after which the driver may let go of a host.
    private func reportConditions() {
        guard gate.hasChangedConditions else { return }
        report(.conditions(gate.takeChangedConditions(now: transfers.now)))
    }

    /// When the loop has to turn again at the latest; nil for when something happens.
    private var nextDeadline: MonotonicInstant? {
        var deadline = outbox.nextDue
        func wake(at instant: MonotonicInstant) { deadline = min(deadline ?? instant, instant) }
        if let nextStart { wake(at: nextStart) }
        if let drainDeadline {
            wake(at: drainDeadline)
        } else if let next = gate.nextWake {
            wake(at: next)
        }
        if !job.hasArchiveRoom { wake(at: transfers.now + CrawlLoop.archiveWait) }
        return deadline
    }

    /// Cuts off what is running, reports what has finished, and says that the loop has ended.
    private func end() {
        var unsent = Array(starting.keys) + parked.keys
        for fetcher in fetchers.all {
            if let page = fetcher.request?.page, fetcher.request?.chain == nil, !fetcher.wasSent {
                unsent.append(page.id)
            }
            fetcher.cancel()
        }
        if job.asksBeforeSending, !unsent.isEmpty { report(.unsent(unsent)) }
        // A fetcher holds a reference to the loop's transfers, so that their descriptors would stay open.
        fetchers.removeAll()
        reportConditions()
        let outcomes = outbox.takeOutcomes()
        if !outcomes.isEmpty { report(.outcomes(outcomes)) }
        report(.ended)
    }
}
