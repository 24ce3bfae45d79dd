import CrawlCore
import TrawlStore

/// A turn in words that mean the same to every database: hosts by their keys, pages by the order in which they were taken.
struct WalkTurn {
    /// A page that was taken: the how manieth of the walk.
    typealias Page = Int

    /// What came of an attempt.
    struct Outcome {
        let page: Page
        let verdict: PageOutcome.Verdict
        let requests: Int
        let bytes: Int64
        var found: [DiscoveredURL] = []
    }

    /// What is wanted of a host.
    struct Take {
        let host: String
        var limit = 0
        var taken: [Page] = []
        var usesPosition = false
        var level: Int?
        var isDue = true
        var release = PageTake.Release.never
    }

    /// A redirect of a page, or to a host only.
    struct Lead {
        let target: String
        let page: Page?
        let claims: Bool
    }

    let now: Int64
    var outcomes: [Outcome] = []
    var elapsed: Int64 = 0
    var conditions: [(host: String, condition: HostCondition)] = []
    var unsent: [Page] = []
    var sending: [Page] = []
    var robots: [(host: String, record: RobotsRecord)] = []
    var found: [DiscoveredURL] = []
    var requests: [Page] = []
    /// Whether hosts are to be freed; nil without a sign of life.
    var beat: Bool?
    var leads: [Lead] = []
    /// The search; its host to go on behind is a key.
    var search: (search: HostSearch, after: String?)?
    var takes: [Take] = []
    var room = Int.max
}

/// A database of a walk, with what the walk's words mean in it.
struct WalkSide {
    let name: String
    let database: any WalkDatabase
    /// Keys of all hosts that the walk knows.
    let universe: [String]
    /// Every page that was taken, in order.
    var pages: [ClaimedPage] = []
    /// The redirects that a page was led over.
    var chains: [WalkTurn.Page: RedirectChain] = [:]
    /// Where the last take of a host ended, by run and host.
    var positions: [String: FrontierPosition] = [:]
    /// What is known of people's settings for a host, by run and host.
    var overrides: [String: HostOverrides] = [:]
    private var ids: [String: HostID] = [:]

    init(_ name: String, _ database: any WalkDatabase, universe: [String]) {
        self.name = name
        self.database = database
        self.universe = universe
    }

    mutating func learn() throws {
        for (key, id) in try database.ids(of: universe.filter { ids[$0] == nil }) { ids[key] = id }
    }

    func id(_ key: String) -> HostID { ids[key] ?? HostID(rawValue: 1) }

    func key(_ id: HostID) -> String { ids.first { $0.value == id }?.key ?? "host \(id)" }

    // MARK: Requests

    func request(_ turn: WalkTurn, of walker: Int) -> TurnRequest {
        var request = TurnRequest(now: turn.now)
        request.record.outcomes = turn.outcomes.map(outcomes)
        request.record.elapsedMilliseconds = turn.elapsed
        for (host, condition) in turn.conditions { request.record.conditions[id(host)] = condition }
        request.record.unsent = turn.unsent.map { pages[$0].id }
        request.record.sending = turn.sending.map { (pages[$0].id, pages[$0].batch) }
        request.record.robots = turn.robots.map { (id($0.host), $0.record) }
        if !turn.found.isEmpty { request.record.found = [PageDiscovery(urls: turn.found)] }
        request.requests = turn.requests.map { pages[$0].id }
        request.beat = turn.beat.map { TurnBeat(activity: RunActivity(), freesHosts: $0) }
        request.redirects = turn.leads.map { step($0, now: turn.now) }
        request.search = turn.search.map { search, after in
            var search = search
            search.after = after.map(id)
            return search
        }
        request.takes = turn.takes.map { take in
            var wish = PageTake(id(take.host), limit: take.limit)
            wish.taken = Set(take.taken.map { pages[$0].id })
            wish.position = take.usesPosition ? positions["\(walker) \(take.host)"] : nil
            wish.level = take.level
            wish.isDue = take.isDue
            wish.release = take.release
            return wish
        }
        request.room = turn.room
        request.reportsBatches = true
        return request
    }

    private func outcomes(_ outcome: WalkTurn.Outcome) -> [PageOutcome] {
        let page = pages[outcome.page]
        var made = PageOutcome(page: page, startedAt: 5)
        made.verdict = outcome.verdict
        made.requests = outcome.requests
        made.response.sizeDownload = outcome.bytes
        made.response.statusCode = 200
        made.response.timings.total = outcome.bytes * 10
        if !outcome.found.isEmpty { made.discovery = PageDiscovery(urls: outcome.found) }
        guard let chain = chains[outcome.page] else { return [made] }
        made.chain = chain
        if let last = chain.hops.last, last.page == page.id { made.response.finalURL = page.url + "?moved" }
        return made.settlingChain()
    }

    private func step(_ lead: WalkTurn.Lead, now: Int64) -> RedirectStep {
        guard let handle = lead.page, let target = try? WebURL(parsing: lead.target) else {
            return RedirectStep(hostKey: hostKeyOf(lead.target), shared: nil, claims: lead.claims)
        }
        let page = pages[handle]
        let chain = chain(of: handle, now: now)
        let request = PageRequest(.page(page), url: lead.target, host: page.host, chain: chain)
        let known = PageOutcome(of: page, request, .skipped(.duplicate), "a page of its own", now: now)
        return RedirectStep(
            hostKey: target.hostKey,
            shared: SharedRedirect(
                page: page, target: target, chain: chain, ifKnown: known.settlingChain()),
            claims: lead.claims)
    }

    /// The redirects so far, with the one that is looked at.
    func chain(of handle: WalkTurn.Page, now: Int64) -> RedirectChain {
        var chain = chains[handle] ?? RedirectChain(startedAt: now)
        chain.append(
            url: pages[handle].url, statusCode: 301, page: pages[handle].id, microseconds: 3, sizeDownload: 7)
        return chain
    }
}
