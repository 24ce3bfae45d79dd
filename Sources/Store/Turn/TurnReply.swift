package import CrawlCore

/// The database's answer to a ``TurnRequest``: what it has recorded, and what it found.
package struct TurnReply: Sendable {
    /// By how much the outcomes have changed the run's counters.
    package var counted = RunProgress()
    /// By how much the pages that were found have changed the run's counters.
    package var grown = RunProgress()
    /// Hosts that have new pages.
    package var grownHosts: Set<HostID> = []
    /// The stored requests that were asked for, in that order; nil for a page that sends nothing but a GET of its URL.
    package var requests: [StoredRequest?] = []
    /// What came with the sign of life; nil without one.
    package var beat: TurnBeatReply?
    /// What came of a ``BudgetRequest``; nil where nothing was asked, or where it is to be asked again.
    package var budget: BudgetReply?
    /// Hosts that the runner has from now on, in the order in which it got them.
    package var opened: [OpenedHost] = []
    /// What became of each redirect, in their order.
    package var redirects: [RedirectReply] = []
    /// How far the search came; nil without one.
    package var search: HostSearchReply?
    /// What was taken of hosts, those that were opened among them. A host that there was no room for is missing.
    package var taken: [TakenPages] = []
    /// Outcomes that were recorded in the place of those of the same pages, because the database refuses what came.
    package var substitutes: [PageOutcome] = []
    /// Batches that the turn's outcomes have brought to their end.
    package var finished: [BatchReport] = []

    /// Nothing.
    package init() {}
}

/// What comes with a runner's sign of life.
package struct TurnBeatReply: Sendable {
    /// Whether the job was paused, by a command or by hand.
    package var isPaused = false
    /// What people have set for the runner's hosts. Those of which nothing was changed may be missing, or be told of again.
    package var overrides: [HostID: HostOverrides] = [:]
    /// The runner's hosts that others wait for: those that a search or a redirect of theirs did not get within the last three
    /// seconds.
    package var wanted: [HostID] = []
    /// Requests of the run that were going out as another of its runners ended. Only where runners share a run.
    package var interrupted: [InterruptedRequest] = []

    /// Nothing.
    package init() {}
}

/// A runner's part of limits that it shares with the run's other runners.
package struct BudgetReply: Sendable, Equatable {
    /// What it may do; nil where it did not ask.
    package var allotment: RunBudget.Allotment?
    /// How many starts it was given, and when the first may be.
    package var starts: (count: Int, from: MonotonicInstant)?

    /// Nothing.
    package init() {}

    /// Whether both are the same.
    package static func == (one: BudgetReply, other: BudgetReply) -> Bool {
        one.allotment == other.allotment && one.starts?.count == other.starts?.count
            && one.starts?.from == other.starts?.from
    }
}

/// A host that the runner has from now on, with all that is known of it.
package struct OpenedHost: Sendable {
    /// The host.
    package let host: HostID
    /// Scheme, name and port.
    package let key: String
    /// Its row.
    package var record: HostRecord
    /// Its robots.txt, where the job obeys it and it is young enough to be used.
    package let robots: RobotsRecord?
    /// Whether the run's own list names it, by this key or by that of the other scheme's default port.
    package let isNamed: Bool

    /// A host.
    package init(host: HostID, key: String, record: HostRecord, robots: RobotsRecord?, isNamed: Bool) {
        self.host = host
        self.key = key
        self.record = record
        self.robots = robots
        self.isNamed = isNamed
    }
}

/// What became of a ``RedirectStep``.
package enum RedirectReply: Sendable {
    /// The target is a page that the run has already: ``SharedRedirect/ifKnown`` is recorded.
    case known
    /// Another runner has the host.
    case taken
    /// The runner has the host. Nothing else was done.
    case held(HostID)
    /// The runner has the host, and this is whose page the target is.
    case claimed(HostID, RedirectClaim)
}

/// The page that the target of a redirect belongs to.
package enum RedirectClaim: Sendable {
    /// A page of its own: one that the chain has been at, or one that was made, and is taken.
    case page(ClaimedPage, isNew: Bool)
    /// The page that redirects to it keeps the answer.
    case own
    /// None: its host has enough pages in the run, or enough pages look like it.
    case refused(SkipReason)
}

/// How far a search for hosts came.
package struct HostSearchReply: Sendable {
    /// The last host that was looked at; nil where there was none.
    package var last: HostID?
    /// Whether there are no more behind it.
    package var isLast = true
    /// When the first of those that have only pages to be requested later has one, in unix milliseconds; nil for none.
    package var nextAt: Int64?
    /// Whether the runner waits for a host that another has: one of those, or one of its share of the run's.
    package var wasDenied = false
    /// Whether other runners of the run have hosts with pages. Known only where there are no more behind, and nothing was found.
    package var hasOthers = false

    /// Nothing was found.
    package init() {}
}

/// Pages that were taken of a host.
package struct TakenPages: Sendable {
    /// The host.
    package let host: HostID
    /// The pages, in the order in which they are to be requested.
    package var pages: [ClaimedPage] = []
    /// Where the take ended; nil where it found fewer pages than it might have.
    package var position: FrontierPosition?
    /// When more may be there; nil where that was not looked up.
    package var more: More?
    /// Whether the host was given back.
    package var isReleased = false

    /// When a host may have more pages.
    package enum More: Sendable, Equatable {
        /// Any time.
        case now
        /// From an instant on, in unix milliseconds.
        case at(Int64)
        /// Not before something new is known.
        case never
    }

    /// Nothing was taken.
    package init(_ host: HostID) {
        self.host = host
    }
}
