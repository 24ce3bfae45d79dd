internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import TrawlStore

/// Drives one run: a thread that waits for what its loops report, has the frontier plan a turn, exchanges it with the store, and tells
/// the loops what came of it.
///
/// It lives on one thread of its own, which may block on the database. It decides nothing: ``Frontier`` does.
final class RunDriver {
    private let store: any RunStore
    private let run: RunRecord
    private let options: CrawlOptions
    private let environment: FetchEnvironment
    private let observer: any RunObserver
    private let inbox: Mailbox<Message>
    private let loops: LoopGroup
    private var frontier: Frontier
    private var reporter: RunReporter
    /// The run's cookies; nil where none are kept.
    private var cookies: CookieStore?
    /// Why it stops before the run is finished; nil where it was told to.
    private var early: RunEnd?
    private var lastTurn: MonotonicInstant = .now
    private var lastBeat: MonotonicInstant = .now
    private var lastPulse: MonotonicInstant = .now

    enum Message: Sendable {
        case report(CrawlLoop.Report)
        /// The observer has caught up.
        case goOn
        /// Drain.
        case stop
        /// End at once.
        case abort
    }

    static let beatInterval: Duration = .seconds(1)
    /// The same for a runner that has nothing to do. The second one still comes before a thread beside the driver gives a sign of life
    /// in its place.
    private static let idleBeatInterval: Duration = .milliseconds(5_500)

    /// A driver for a run in state `active` that the runner has taken.
    ///
    /// - Throws: `SecretFailure` where something is missing that the run's requests send. Nothing is asked for before.
    init(
        store: any RunStore, run: RunRecord, spec: JobSpec, options: CrawlOptions,
        credentials: URLCredentials, environment: FetchEnvironment, observer: any RunObserver,
        inbox: Mailbox<Message>, heartbeat: Heartbeat
    ) throws {
        self.store = store
        self.run = run
        self.options = options
        self.environment = environment
        self.observer = observer
        self.inbox = inbox
        for secret in run.secrets { _ = try environment.secret(secret).get() }
        let composer = try RequestComposer(spec, environment: environment)
        let requests = options.requests(spec.concurrency.total)
        loops = LoopGroup(
            spec, options, requests: requests, heartbeat: heartbeat, lease: store.lease,
            sharesRate: store.goAge != nil)
        let policy = FrontierPolicy(
            spec, requests: requests, loops: options.loops(for: requests),
            productToken: RobotsTxt.productToken(ofUserAgent: spec.request.userAgent ?? options.userAgent),
            credentials: credentials, composer: composer, hasRequests: run.hasRequests,
            reportsBatches: options.reportsBatches, network: options.network,
            leavesLongWaits: options.leavesLongWaits,
            netrc: spec.request.readsNetrc ? try NetrcFile(of: environment) : nil, folder: options.folder,
            random: environment.random)
        frontier = Frontier(policy, now: environment.wallClock(), clock: .now, goAge: store.goAge)
        reporter = RunReporter(
            run.progress, observer: observer, logLimit: options.logLimit, now: .now)
    }

    /// Works until every page is settled or it is told to stop. Blocks.
    ///
    /// - Throws: what the store or the loops ran into; whatever was committed stays, the rest is pending.
    func drive() throws -> RunEnd {
        defer { loops.leave() }
        let end = run.hasRequests ? try store.durably(crawl) : try crawl()
        try saveCookies()
        return end
    }

    /// Writes the cookies to the job's file, where the job says so.
    private func saveCookies() throws {
        guard let cookies, let file = frontier.policy.spec.request.cookieFile, file.isSaved
        else { return }
        try file.write(cookies.lines())
    }

    private func crawl() throws -> RunEnd {
        try recoverInterrupted()
        try startLoops()
        do {
            return try work()
        } catch {
            endLoops()
            throw error
        }
    }

    private func work() throws -> RunEnd {
        var wait: Int64 = 0
        while true {
            for message in inbox.takeAll(waitingAtMost: wait) { note(message) }
            let isFinished = try turn()
            if isFinished || (frontier.isStopping && loops.running == 0) {
                endLoops()
                reporter.tell(loops, now: .now, isLast: true)
                if isFinished { return .finished }
                return early ?? .interrupted
            }
            let now = environment.wallClock()
            wait = max(
                0,
                frontier.nextTurn(now: now, clock: .now, loops: loops.state) - now)
        }
    }

    // MARK: A turn

    /// - Returns: whether the run is finished.
    private func turn() throws -> Bool {
        var moment = TurnMoment(now: environment.wallClock(), clock: .now)
        moment.elapsedMilliseconds = (moment.clock - lastTurn).wholeMilliseconds
        moment.loops = loops.state
        moment.isObserverBehind = observer.isBehind
        let interval = frontier.isIdle ? RunDriver.idleBeatInterval : RunDriver.beatInterval
        if lastPulse + RunDriver.beatInterval <= moment.clock { feelPulse(at: moment.clock) }
        if lastBeat + interval <= moment.clock {
            moment.activity = reporter.activity(
                loops, hosts: frontier.hosts.count, clock: moment.clock, now: moment.now)
        }
        moment.wantedStarts = loops.permits.wantedStarts(
            now: moment.clock, isBusy: frontier.hosts.claimed > 0)
        var isPaused = false
        if let (request, turn) = frontier.plan(moment) {
            let reply = try store.exchange(request)
            lastTurn = moment.clock
            if let starts = reply.budget?.starts { loops.permits.give(starts.count, from: starts.from) }
            let recorded = frontier.apply(reply, turn, moment)
            reporter.committed(reply.substituting(turn.outcomes) + recorded, reply)
            isPaused = reply.beat?.isPaused ?? false
            if reply.beat != nil { lastBeat = moment.clock }
        }
        let isFinished = try frontier.isDone && finish()
        loops.send(frontier.messages.take())
        for warning in frontier.credentials.takeWarnings() { observer.warned(warning) }
        reporter.tell(loops, now: .now)
        if isPaused { stop() }
        if !frontier.isStopping, let met = frontier.budget.met(now: .now) {
            early = .limited(met)
            stop()
        }
        if !isFinished, let left = frontier.leftUntil(now: environment.wallClock()) {
            early = .left(until: left.until, host: left.host)
            stop()
        }
        return isFinished
    }

    /// Ends the run where nothing is left of it.
    private func finish() throws -> Bool {
        if try store.finish(now: environment.wallClock(), pulse: stayAlive) { return true }
        // Not at once: a page put back without its host is never found, and must not keep a core busy.
        frontier.waitForOthers(now: environment.wallClock())
        return false
    }

    /// Takes care of requests that were going out as the run's last runner ended, before anything else is sent: what must
    /// not be sent twice is not.
    private func recoverInterrupted() throws {
        frontier.recover(try store.interruptedRequests(), now: environment.wallClock())
    }

    /// Renews its leases, and shows that it is at work, where it is busy for long with something else than requests.
    private func stayAlive() throws {
        let clock = MonotonicInstant.now
        guard lastBeat + RunDriver.beatInterval <= clock else { return }
        try store.renew(now: environment.wallClock())
        lastBeat = clock
        feelPulse(at: clock)
    }

    private func feelPulse(at clock: MonotonicInstant) {
        lastPulse = clock
        loops.feelPulse(at: clock, isStopping: frontier.isStopping)
        reporter.watchLog(of: store, at: clock)
    }

    // MARK: Loops

    private func startLoops() throws {
        let spec = frontier.policy.spec
        let composer = frontier.policy.composer
        if spec.request.keepsCookies {
            let lines = try spec.request.cookieFile?.read() ?? []
            cookies = try CookieStore(lines: lines)
        }
        var resolved = spec
        resolved.request.headers = composer.headers
        resolved.request.tls.keyPassword = composer.keyPassword
        let policy = FetchPolicy(
            resolved, userAgent: options.userAgent, cookies: cookies, exchangeKeeper: options.archive,
            network: options.network, access: composer.access, redaction: composer.redaction,
            keepsReplies: spec.keepBody != .none && (run.hasRequests || !spec.requests.isEmpty),
            asksAPI: spec.asksAPI(hasRequests: run.hasRequests), folder: options.folder)
        let rules = try FollowRules(spec).map(withSeeds)
        try loops.start(frontier.policy.loops) { [inbox, loops, environment, options, run] index, wake in
            try CrawlLoop(
                index: index, spec: spec, connections: options.connectionsPerLoop(loops.permits.total),
                circuitPolicy: options.circuit(of: spec), policy: policy, fields: policy.compileFields(),
                sieve: LinkSieve(spec, rules: rules, runFrom: run.startedAt, folder: options.folder),
                environment: environment,
                permits: loops.permits,
                asksBeforeSending: run.hasRequests, wakeLoops: wake, report: { inbox.send(.report($0)) })
        }
    }

    /// The rules with the run's own URLs in their scope, and those that they were redirected to.
    private func withSeeds(_ rules: FollowRules) throws -> FollowRules {
        var rules = rules
        try store.forEachSeed { url in
            if let url = try? WebURL(parsing: url) { rules.scope.insert(seed: url) }
        }
        return rules
    }

    /// Ends the loops, and waits until they have.
    private func endLoops() {
        loops.abort()
        while loops.running > 0 { for message in inbox.takeAll(waitingAtMost: 1000) { note(message) } }
    }

    private func note(_ message: Message) {
        switch message {
        case .report(.ended): loops.ended()
        case .report(let report): frontier.note(report)
        case .goOn: frontier.hosts.touchAll()
        case .stop: stop()
        case .abort:
            frontier.stop()
            loops.abort()
        }
    }

    private func stop() {
        guard !frontier.isStopping else { return }
        frontier.stop()
        loops.drain(within: options.drain)
    }
}

extension TurnReply {
    /// Outcomes as they were recorded.
    fileprivate func substituting(_ outcomes: [[PageOutcome]]) -> [[PageOutcome]] {
        guard !substitutes.isEmpty else { return outcomes }
        let known = Dictionary(substitutes.map { ($0.page.id, $0) }) { first, _ in first }
        return outcomes.map { $0.map { known[$0.page.id] ?? $0 } }
    }
}
