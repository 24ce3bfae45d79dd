internal import CrawlCore
internal import Curl
internal import TrawlStore

/// The hosts and pages that a run has at hand, and what it wants next. It only decides: it touches no database, thread or clock.
///
/// It is handed what the loops report (``note(_:)``) and plans a turn (``plan(_:)``): everything that is to be recorded in the
/// database, and everything that is wanted of it. Once the turn is committed it takes in the reply (``apply(_:_:_:)``), which leaves
/// messages for the loops.
struct Frontier: ~Copyable {
    let policy: FrontierPolicy
    /// The hosts at hand.
    var hosts: HostTable
    /// The search for others.
    var sweep: HostSweep
    /// What this go at the run may use up.
    var budget: RunBudget
    /// Redirects that have no place yet.
    var redirects: [Redirect] = []
    /// Whether one of those can go on in the next turn.
    var hasReadyRedirect = false
    /// What the loops have reported since the last turn.
    var news = LoopNews()
    /// Requests that are more than a GET, on their way out.
    var sendOnce = SendOnce()
    /// What shows who sends the run's requests.
    var credentials: CredentialDesk
    /// The hosts that tokens were asked for, by what the user has written.
    var tokenHosts: Set<String> = []
    /// URLs that were found otherwise than by a page, and are not in the store yet.
    var found: [PageDiscovery] = []
    /// Whether a host was not to be had since that was last looked at.
    var wasDenied = false
    /// Whether the run is stopping: nothing new is begun.
    private(set) var isStopping = false
    /// What the loops are told once the turn is committed.
    var messages: LoopMessages

    /// How long a host that another runner has is left alone, in milliseconds.
    static let takenHostWait: Int64 = 500
    /// The least time for which a host is kept, however many wait for it: when it changes hands its connections are lost.
    static let leastHold: Duration = .seconds(2)

    /// A frontier that has nothing at hand.
    ///
    /// - Parameters:
    ///   - now: unix milliseconds.
    ///   - goAge: how long ago the go began that the runner takes part in; nil where limits are its own, which is the default.
    init(_ policy: FrontierPolicy, now: Int64, clock: MonotonicInstant, goAge: Duration? = nil) {
        self.policy = policy
        hosts = HostTable(
            loops: policy.loops, concurrency: policy.spec.concurrency, grows: policy.spec.discoversPages)
        sweep = HostSweep(now: now)
        budget = RunBudget(policy.spec.limits, now: clock, goAge: goAge)
        messages = LoopMessages(loops: policy.loops)
        credentials = policy.composer.desk
    }

    // MARK: Events

    /// Takes in what a loop reports.
    mutating func note(_ report: CrawlLoop.Report) {
        switch report {
        case .outcomes(let batch):
            if credentials.isUsed { noteAccess(batch) }
            news.outcomes.append(batch)
        case .redirect(let purpose, let target, let chain, let host):
            let redirect = Redirect(
                purpose: purpose, target: target, chain: chain, isShared: isShared(purpose, target))
            if host != redirect.owner { hosts.guestLeft(host) }
            redirects.append(redirect)
            hasReadyRedirect = true
        case .robots(let reports):
            for report in reports {
                if report.lastHost != report.host { hosts.guestLeft(report.lastHost) }
                news.robots.append(report)
            }
        case .conditions(let new):
            for (host, condition) in new { news.conditions[host] = condition }
        case .givenUp(let host, let error):
            deny(host, .failed(.hostUnavailable), error)
        case .starting(let pages, let loop):
            sendOnce.starting += pages.map { SendOnce.Start(claimed: $0, loop: loop) }
        case .credentials(let report):
            news.credentials.append(report)
        case .unsent(let pages):
            sendOnce.unsent += pages
        case .surrendered(let host, let pages):
            hosts.surrendered(pages, of: host)
        case .ended: break
        }
    }

    /// Begins nothing more. Hosts that nothing is asked of are let go of.
    mutating func stop() {
        isStopping = true
        hosts.touchAll()
    }

    /// Whether a redirect's target may be a page of its own. In a run that follows links it is, as every page is requested once.
    ///
    /// A request that has a name, or is more than a GET, keeps its answer for itself. A target whose URL has a secret in it is no
    /// page either, because pages are stored with their URLs.
    private func isShared(_ purpose: PageRequest.Purpose, _ target: WebURL) -> Bool {
        guard policy.spec.follow != nil, case .page(let page) = purpose, page.isPlain else { return false }
        return !policy.composer.redaction.isMentioned(in: target.withoutCredentialsAndFragment)
    }

    // MARK: What is next

    /// Whether the frontier knows of nothing that is left to do.
    var isDone: Bool {
        guard hosts.isEmpty, news.isEmpty, redirects.isEmpty, found.isEmpty, sendOnce.isEmpty else {
            return false
        }
        // A run that is stopping need not have searched all hosts to be done.
        return isStopping || (!sweep.isUnderWay && sweep.nextAt == nil)
    }

    /// Whether it has no work of its own, and has looked in vain several times for hosts of other runners.
    var isIdle: Bool {
        hosts.isEmpty && news.isEmpty && redirects.isEmpty && sendOnce.isEmpty && sweep.hasOthers
            && sweep.isPatient
    }

    /// How many hosts are to be searched for: twice the requests that may be under way, less those that stand ready.
    ///
    /// Few hosts at a time are soon done with: their connections still stand, and their rows lie together in the database. Hosts
    /// that wait out a delay, or cannot be reached, do not count; any number of them may be at hand besides.
    func wantedHosts(_ loops: LoopState) -> Int {
        guard !isStopping, sweep.isUnderWay, hosts.hasRoom else { return 0 }
        // Few requests stand ready for a moment whenever the loops are faster than the turns. No more hosts are needed then, if
        // those at hand have pages and places enough to keep all permits busy several times over.
        let capacity = (hosts.count - loops.waitingHosts) * policy.spec.concurrency.perHost
        guard min(capacity, hosts.claimed) < Frontier.ampleFactor * policy.requests else { return 0 }
        return max(0, 2 * policy.requests - loops.readyRequests)
    }

    /// No more hosts are searched for once those at hand could keep so many times the permits busy.
    private static let ampleFactor = 2

    /// When the next turn is due, in unix milliseconds. A report of a loop brings it about earlier.
    func nextTurn(now: Int64, clock: MonotonicInstant, loops: LoopState) -> Int64 {
        // Something was settled without a request, or found in the turn before, and is to be recorded at once.
        guard news.isEmpty, found.isEmpty, sendOnce.isEmpty, !hosts.hasChanged(now: now) else { return now }
        guard !isStopping else { return now + 250 }
        if hasReadyRedirect || wantedHosts(loops) > 0 { return now }
        var due = now + (sweep.isUnderWay ? 20 : 250)
        if let next = sweep.startAt { due = min(due, next) }
        due = min(due, hosts.nextClaimAt)
        if let asksAt = budget.asksAt { due = min(due, now + max(0, (asksAt - clock).wholeMilliseconds)) }
        if let next = credentials.due { due = min(due, max(next, now)) }
        if let left = budget.timeLeft(now: clock) { due = min(due, now + left.wholeMilliseconds) }
        return due
    }
}

/// What the loops have reported since the last turn, and what was settled without them.
struct LoopNews {
    /// What came of attempts, batch by batch.
    var outcomes: [[PageOutcome]] = []
    /// What became of robots.txt files.
    var robots: [CrawlLoop.RobotsReport] = []
    /// How hosts are doing.
    var conditions: [HostID: HostCondition] = [:]
    /// What became of credentials.
    var credentials: [CredentialReport] = []

    var isEmpty: Bool {
        outcomes.isEmpty && robots.isEmpty && conditions.isEmpty && credentials.isEmpty
    }
}

/// How much the loops have to do.
struct LoopState {
    /// Requests that stand ready.
    var readyRequests = 0
    /// Hosts that wait out something; also some that have no more pages.
    var waitingHosts = 0
}
