package import CrawlCore

/// Everything that a run's driver wants of the database in one turn: what it is to record, and what it is to read and lease.
///
/// The parts are carried out in the order of the properties. What is recorded is one transaction.
package struct TurnRequest: Sendable {
    /// Unix milliseconds; what every wait counts from.
    package let now: Int64
    /// What has happened.
    package var record = TurnRecord()
    /// Pages whose stored requests are to be read.
    package var requests: [PageID] = []
    /// The runner's sign of life, and what is to be had with it; nil where none is due.
    package var beat: TurnBeat?
    /// What the runner wants of limits that hold over all runners of the run; nil for nothing.
    package var budget: BudgetRequest?
    /// Redirects that lead to another host, or to what may be a page of its own.
    package var redirects: [RedirectStep] = []
    /// A search for more hosts; nil where there are enough.
    package var search: HostSearch?
    /// Pages of hosts that the runner has.
    package var takes: [PageTake] = []
    /// The most pages that ``takes`` and ``search`` may take together.
    package var room = Int.max
    /// Whether batches that are done with are to be reported.
    package var reportsBatches = false

    /// A request for nothing.
    package init(now: Int64) {
        self.now = now
    }
}

/// What has happened since the last turn.
package struct TurnRecord: Sendable {
    /// What came of attempts, in order of completion, as lists of any lengths.
    package var outcomes: [[PageOutcome]] = []
    /// Milliseconds of work since the last turn.
    package var elapsedMilliseconds: Int64 = 0
    /// How hosts are doing.
    package var conditions: [HostID: HostCondition] = [:]
    /// Pages whose request was noted as going out, and did not go out.
    package var unsent: [PageID] = []
    /// Pages whose request is about to go out and must not go out twice, each with the batch it was taken in.
    package var sending: [(page: PageID, batch: BatchID)] = []
    /// robots.txt files that were fetched.
    package var robots: [(host: HostID, record: RobotsRecord)] = []
    /// URLs that were found, but not on a page: sitemaps that a robots.txt names.
    package var found: [PageDiscovery] = []

    /// Nothing.
    package init() {}

    /// Whether there is nothing to record.
    package var isEmpty: Bool {
        outcomes.isEmpty && conditions.isEmpty && unsent.isEmpty && sending.isEmpty && robots.isEmpty
            && found.isEmpty
    }
}

/// A runner's sign of life, once a second.
package struct TurnBeat: Sendable {
    /// How the run is doing.
    package var activity: RunActivity
    /// Whether hosts of runners that are gone are to be freed: the runner waits for one.
    package var freesHosts: Bool

    /// A sign of life.
    package init(activity: RunActivity, freesHosts: Bool) {
        self.activity = activity
        self.freesHosts = freesHosts
    }
}

/// What a runner wants of limits that it shares with the run's other runners.
package struct BudgetRequest: Sendable, Equatable {
    /// Whether it is to hear what it may do, and what all have done.
    package var asks = false
    /// Pages that it has taken and not settled, for which it keeps room.
    package var claimed = 0
    /// For how many more it wants room; 0 gives back what it does not need.
    package var wanted = 0
    /// How many more starts it wants of the job's rate.
    package var starts = 0

    /// A request for nothing.
    package init() {}
}

/// A redirect whose next request has no place yet.
package struct RedirectStep: Sendable {
    /// The key of the host that it leads to: scheme, name and port.
    package let hostKey: String
    /// The page that it is followed for, where its target may be a page of its own; nil where it is not.
    package let shared: SharedRedirect?
    /// Whether the target is to be made a page of its own now. False only takes the host.
    package let claims: Bool

    /// A step.
    package init(hostKey: String, shared: SharedRedirect?, claims: Bool) {
        self.hostKey = hostKey
        self.shared = shared
        self.claims = claims
    }
}

/// A redirect in a run that follows links, where every page is requested once.
package struct SharedRedirect: Sendable {
    /// The page that was redirected.
    package let page: ClaimedPage
    /// Where the redirect leads, normalised as the job says.
    package let target: WebURL
    /// The redirects so far.
    package let chain: RedirectChain
    /// What is recorded where the target is a page that the run has already.
    package let ifKnown: [PageOutcome]

    /// A redirect.
    package init(page: ClaimedPage, target: WebURL, chain: RedirectChain, ifKnown: [PageOutcome]) {
        self.page = page
        self.target = target
        self.chain = chain
        self.ifKnown = ifKnown
    }
}

/// A search for hosts with pages that wait, in the order of their ids.
package struct HostSearch: Sendable {
    /// The host to go on behind; nil begins with the first.
    package var after: HostID?
    /// How many hosts are looked at, at most.
    package var limit: Int
    /// How many pages all hosts at hand may have taken together, of which each host that the turn opens, for a redirect too, gets an
    /// even share at once; 0 for no pages.
    package var pages: Int
    /// How many hosts are at hand.
    package var hosts: Int
    /// The least share.
    package var leastShare: Int

    /// A search.
    package init(after: HostID?, limit: Int, pages: Int, hosts: Int, leastShare: Int) {
        self.after = after
        self.limit = limit
        self.pages = pages
        self.hosts = hosts
        self.leastShare = leastShare
    }
}

/// What is wanted of a host that the runner has.
package struct PageTake: Sendable {
    /// The host.
    package let host: HostID
    /// How many pages at most. 0 only asks whether pages wait.
    package var limit: Int
    /// Its pages that are taken already.
    package var taken: Set<PageID> = []
    /// Where the last take ended; nil begins with the host's first page.
    package var position: FrontierPosition?
    /// The depth of the pages that are taken already, where pages are taken level by level; nil for none.
    package var level: Int?
    /// Whether pages may be there. Otherwise they are taken only where this turn's record has added some.
    package var isDue = true
    /// When the host is given back.
    package var release = Release.never

    /// When a host is given back.
    package enum Release: Sendable {
        /// Not in this turn.
        case never
        /// Where no page is taken.
        case ifEmpty
        /// In any case; nothing is taken.
        case always
    }

    /// A take of pages that may be there; the host is kept.
    package init(_ host: HostID, limit: Int) {
        self.host = host
        self.limit = limit
    }
}
