internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore
internal import Curl

/// Drives one run: claims pages from the store, hands them to the crawl loops, and commits what comes back.
///
/// It lives on one thread of its own, which may block on the database. Loops and driver exchange batches; a turn of
/// the driver is one transaction.
final class RunDriver {
    let store: Store
    let runner: RunnerID
    let run: RunRecord
    let spec: JobSpec
    let options: CrawlOptions
    let credentials: URLCredentials
    let environment: FetchEnvironment
    let observer: any RunObserver
    let inbox: Mailbox<Message>
    let permits: RequestPermits
    let heartbeat: Heartbeat
    private let directory: LoopDirectory
    /// How often each loop had turned when that was last looked at, and when it had turned again.
    var pulses: [(turns: Int, at: MonotonicInstant)] = []
    /// Settled pages at earlier instants, for the rate over the last seconds.
    var samples: [(at: MonotonicInstant, settled: Int64)] = []
    /// Whether a host was not to be had since that was last looked at.
    var wasDenied = false

    var loops: [CrawlLoop] = []
    var runningLoops = 0
    var window: HostWindow
    var sweep: HostSweep
    /// What the loops have reported and is not committed yet, batch by batch.
    var outcomes: [[PageOutcome]] = []
    /// What this turn's transaction has recorded, to be told once it is committed.
    var committed: [[PageOutcome]] = []
    /// What robots.txt files call this crawler.
    let productToken: String
    /// Redirects whose host is not leased yet, or not known to allow them.
    var redirects: [Redirect] = []
    /// What the loops have heard of hosts' robots.txt and of how hosts are doing.
    var robotsReports: [CrawlLoop.RobotsReport] = []
    var conditions: [HostID: HostCondition] = [:]
    /// Pages whose turn it is at a loop, which waits for what they send.
    var starting: [(pages: [(PageID, BatchID)], loop: Int)] = []
    /// Pages that were noted as going out, and did not.
    var unsent: [PageID] = []
    let composer: RequestComposer
    /// What the database's was when overrides were last looked at.
    var dataVersion: Int64 = 0
    var isStopping = false
    /// What this go at the run may use up, and which part of it was.
    var budget: RunBudget
    private var limit: RunBudget.Limit?
    /// What claims are to bring.
    let claimOptions: ClaimOptions
    /// What the job does to URLs that are found.
    let normalization: URLNormalization
    /// Takes in what pages lead to; nil where nothing is followed.
    var discoveries: DiscoveryImporter?
    var progress: RunProgress
    var nextBatch: (id: BatchID, number: Int64)
    var lastCommit: MonotonicInstant = .now
    var lastRenewal: MonotonicInstant = .now
    /// When the size of the write-ahead log is looked at next.
    var logCheckAt: MonotonicInstant = .now
    /// In the past, so that whoever watches is told at once where the run begins.
    var lastReport: MonotonicInstant = .now - .seconds(1)

    enum Message: Sendable {
        case report(CrawlLoop.Report)
        /// The observer has caught up.
        case goOn
        /// Drain.
        case stop
        /// End at once.
        case abort
    }

    /// A redirect to a host other than the request's own, on its way there.
    struct Redirect {
        let purpose: PageRequest.Purpose
        let target: WebURL
        let chain: RedirectChain

        /// Where it leads.
        var url: String { target.withoutCredentialsAndFragment }

        /// The page that it is followed for; nil for a robots.txt.
        var page: ClaimedPage? {
            if case .page(let page) = purpose { page } else { nil }
        }

        /// The host that it is followed for.
        var owner: HostID {
            switch purpose {
            case .page(let page): page.host
            case .robots(let host): host
            }
        }
    }

    /// What a transaction decided, to be told to the loops once it is committed.
    struct Dispatch {
        /// By loop.
        var messages: [[CrawlLoop.Message]]
        var isFinished = false
        var isPaused = false
    }

    static let renewalInterval: Duration = .seconds(1)
    private static let reportInterval: Duration = .milliseconds(250)
    /// How long a host that another process has is left alone, in milliseconds.
    static let takenHostWait: Int64 = 500

    /// A driver for a run in state `active` that the runner has taken.
    init(
        store: Store, runner: RunnerID, run: RunRecord, spec: JobSpec, options: CrawlOptions,
        credentials: URLCredentials, environment: FetchEnvironment, observer: any RunObserver,
        inbox: Mailbox<Message>, heartbeat: Heartbeat
    ) throws {
        self.store = store
        self.runner = runner
        self.run = run
        self.spec = spec
        self.options = options
        self.credentials = credentials
        self.environment = environment
        self.observer = observer
        self.inbox = inbox
        // What is missing is said before anything is asked for.
        for secret in run.secrets { _ = try environment.secret(secret).get() }
        composer = try RequestComposer(spec, environment: environment)
        productToken = RobotsTxt.productToken(ofUserAgent: spec.request.userAgent ?? options.userAgent)
        let directory = LoopDirectory()
        self.directory = directory
        self.heartbeat = heartbeat
        let requests = options.requests(spec.concurrency.total)
        let loopCount = options.loops(for: requests)
        permits = RequestPermits(
            total: requests, loops: loopCount, interval: spec.rate.total,
            shared: options.permits,
            wake: { directory.wake(.max) })
        window = HostWindow(
            loops: loopCount, concurrency: spec.concurrency, grows: spec.discoversPages)
        sweep = HostSweep(now: environment.wallClock())
        progress = run.progress
        normalization = URLNormalization(spec.normalize)
        budget = RunBudget(spec.limits, now: .now)
        var claimOptions = ClaimOptions()
        claimOptions.hasLineage = spec.discoversPages
        // Which pages are within the depth must not depend on which of them answer first.
        claimOptions.isByLevel = spec.follow?.depth != nil
        claimOptions.lastNamed = spec.discoversPages ? run.lastNamed : nil
        claimOptions.hasInputs = run.hasInputs
        let former = try store.read { try $0.formerRuns(of: run.id) }
        claimOptions.formerRuns = former?.hasAlike == true ? former : nil
        self.claimOptions = claimOptions
        if spec.discoversPages {
            discoveries = DiscoveryImporter(
                run: run.id, former: former, limits: spec.limits, keepsSkipped: spec.keepsSkipped)
        }
        nextBatch = try store.read { (try $0.nextBatchID(), try $0.nextBatchNumber(of: run.id)) }
    }

    /// Works until every page is settled or it is told to stop. Blocks.
    ///
    /// - Throws: what the store or the loops ran into; whatever was committed stays, the rest is pending.
    func drive() throws -> RunEnd {
        // The loops know each other by it, and would keep each other and their descriptors.
        defer {
            permits.leave()
            directory.fill([])
        }
        return run.hasRequests ? try store.durably(crawl) : try crawl()
    }

    private func crawl() throws -> RunEnd {
        try recoverInterrupted()
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
            if !isStopping, let met = budget.met(now: .now) {
                limit = met
                stop(within: options.drain)
            }
            if dispatch.isFinished || (isStopping && runningLoops == 0) {
                try endLoops()
                reportProgress()
                if dispatch.isFinished { return .finished }
                return limit.map(RunEnd.limited) ?? .interrupted
            }
        }
    }

    // MARK: Loops

    private func startLoops() throws {
        let cookies = spec.request.keepsCookies ? try CookieStore() : nil
        var resolved = spec
        resolved.request.headers = composer.headers
        let policy = FetchPolicy(
            resolved, userAgent: options.userAgent, cookies: cookies, exchangeKeeper: options.archive,
            redaction: composer.redaction,
            keepsReplies: spec.keepBody != .none && (run.hasRequests || !spec.requests.isEmpty))
        let inbox = inbox
        let rules = try FollowRules(spec).map(withSeeds)
        let all = directory
        for index in 0..<options.loops(for: permits.total) {
            let loop = try CrawlLoop(
                index: index, spec: spec,
                connections: options.connectionsPerLoop(permits.total),
                circuitPolicy: options.circuit, policy: policy, fields: policy.compileFields(),
                sieve: LinkSieve(spec, rules: rules),
                environment: environment, permits: permits, asksForContents: run.hasRequests,
                wakeLoops: { all.wake($0) }, report: { inbox.send(.report($0)) })
            loops.append(loop)
        }
        all.fill(loops)
        for loop in loops {
            startThread(named: "trawl-loop-\(loop.index)") { loop.run() }
            runningLoops += 1
        }
    }

    /// The rules with the run's own URLs in their scope, and those that they were redirected to.
    private func withSeeds(_ rules: FollowRules) throws -> FollowRules {
        var rules = rules
        try store.read { transaction in
            try transaction.forEachSeed(of: run.id) { url in
                if let url = try? WebURL(parsing: url) { rules.scope.insert(seed: url) }
            }
        }
        return rules
    }

    private func endLoops() throws {
        for loop in loops { loop.send(.abort) }
        while runningLoops > 0 { for message in inbox.takeAll(waitingAtMost: 1000) { note(message) } }
    }

    private func note(_ message: Message) {
        switch message {
        case .report(.outcomes(let batch)):
            outcomes.append(batch)
        case .report(.redirect(let purpose, let target, let chain, let host)):
            let redirect = Redirect(purpose: purpose, target: target, chain: chain)
            if host != redirect.owner { window.guestLeft(host) }
            redirects.append(redirect)
        case .report(.robots(let reports)):
            for report in reports {
                if report.lastHost != report.host { window.guestLeft(report.lastHost) }
                robotsReports.append(report)
            }
        case .report(.conditions(let new)):
            for (host, condition) in new { conditions[host] = condition }
        case .report(.givenUp(let host, let error)):
            giveUp(host, error)
        case .report(.starting(let pages, let loop)):
            starting.append((pages, loop))
        case .report(.unsent(let pages)):
            unsent += pages
        case .report(.surrendered(let host, let pages)):
            window.surrendered(pages, of: host)
        case .report(.ended):
            runningLoops -= 1
        case .goOn:
            window.touchAll()
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
        // Hosts that nothing is asked of are let go of.
        window.touchAll()
        for loop in loops { loop.send(.drain(within: drain)) }
    }

    private func tell(_ dispatch: Dispatch) {
        for loop in loops { loop.send(contentsOf: dispatch.messages[loop.index]) }
        if lastReport + RunDriver.reportInterval <= .now { reportProgress() }
    }

    private func reportProgress() {
        lastReport = .now
        var snapshot = RunSnapshot()
        snapshot.progress = progress
        snapshot.inFlight = permits.inFlight
        snapshot.waitingHosts = loops.reduce(0) { $0 + $1.waitingHosts }
        observer.progressed(snapshot)
    }

    /// How many hosts are to be searched for: as many as fewer requests stand ready than there may be under way, twice
    /// over. Few hosts at a time are soon done with, on connections that still stand; of those that wait out a delay, or
    /// are not there, any number may be at hand besides.
    var wantedHosts: Int {
        guard sweep.isUnderWay, window.hasRoom else { return 0 }
        return max(0, 2 * permits.total - loops.reduce(0) { $0 + $1.readyRequests })
    }

    private var waitMilliseconds: Int64 {
        guard !isStopping else { return 250 }
        // Those that were settled without a request.
        guard outcomes.isEmpty, robotsReports.isEmpty else { return 0 }
        if wantedHosts > 0 { return 0 }
        var due = environment.wallClock() + (sweep.isUnderWay ? 20 : 250)
        if let next = sweep.startAt { due = min(due, next) }
        due = min(due, window.nextClaimAt)
        if let left = budget.timeLeft(now: .now) {
            due = min(due, environment.wallClock() + left.wholeMilliseconds)
        }
        return max(0, due - environment.wallClock())
    }
}

/// The loops by their bits, filled once they all exist.
private final class LoopDirectory: @unchecked Sendable {
    // @unchecked because it is filled before any loop's thread starts and emptied when they have ended, and only read in
    // between.
    private var loops: [CrawlLoop] = []

    func fill(_ loops: [CrawlLoop]) { self.loops = loops }

    func wake(_ bits: UInt64) {
        guard bits != 0 else { return }
        for loop in loops where bits & (1 << UInt64(loop.index)) != 0 { loop.wake() }
    }
}
