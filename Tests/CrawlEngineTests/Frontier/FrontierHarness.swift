import CrawlCore
import CrawlFetch
import Testing
import TrawlStore

@testable import CrawlEngine

/// A frontier between a test that plays the loops and a test that plays the database. Its clock stands still until it is told.
final class FrontierHarness {
    var frontier: Frontier
    /// Unix milliseconds.
    private(set) var now: Int64 = 1_000_000
    private(set) var clock = MonotonicInstant(sinceBoot: .seconds(100))
    var readyRequests = 0
    var isObserverBehind = false
    private var turn: Turn?
    /// What was recorded beyond what the last turn began with.
    private(set) var recorded: [PageOutcome] = []

    init(
        requests: Int = 8, loops: Int = 1, hasRequests: Bool = false,
        _ change: (inout JobSpec) -> Void = { _ in }
    ) throws {
        var spec = JobSpec(name: "job")
        spec.robots = .ignore
        spec.retry.delay = .seconds(1)
        spec.concurrency.total = requests
        change(&spec)
        let environment = FetchEnvironment(wallClock: { 0 }, random: { 1 })
        let policy = FrontierPolicy(
            spec, requests: requests, loops: loops, productToken: "trawl", credentials: URLCredentials(),
            composer: try RequestComposer(spec, environment: environment), hasRequests: hasRequests,
            reportsBatches: false, random: environment.random)
        frontier = Frontier(policy, now: now, clock: clock)
    }

    func advance(_ milliseconds: Int64) {
        now += milliseconds
        clock += .milliseconds(milliseconds)
    }

    // MARK: A turn

    /// What the frontier wants of the database; nil for nothing.
    func plan(beat: Bool = false) -> TurnRequest? {
        var moment = moment
        if beat { moment.activity = RunActivity() }
        guard let (request, turn) = frontier.plan(moment) else { return nil }
        self.turn = turn
        return request
    }

    private var moment: TurnMoment {
        var moment = TurnMoment(now: now, clock: clock)
        moment.loops.readyRequests = readyRequests
        moment.isObserverBehind = isObserverBehind
        return moment
    }

    /// Answers what was planned.
    ///
    /// - Returns: what the loops are told, of all of them.
    @discardableResult
    func answer(_ fill: (inout TurnReply) -> Void = { _ in }) -> [CrawlLoop.Message] {
        var reply = TurnReply()
        fill(&reply)
        if let turn { recorded = frontier.apply(reply, turn, moment).flatMap { $0 } }
        turn = nil
        return frontier.messages.take().flatMap { $0 }
    }

    /// Plans a turn and answers it.
    @discardableResult
    func exchange(beat: Bool = false, _ fill: (inout TurnReply) -> Void = { _ in }) -> [CrawlLoop.Message] {
        _ = plan(beat: beat)
        return answer(fill)
    }

    /// Has a search find hosts, and nothing behind them.
    @discardableResult
    func find(_ hosts: OpenedHost..., taken: [TakenPages] = []) -> [CrawlLoop.Message] {
        exchange { reply in
            reply.opened = hosts
            reply.search = HostSearchReply()
            reply.search?.last = hosts.last?.host
            reply.taken = taken
        }
    }

    /// When the next turn is due, in milliseconds from now.
    var wait: Int64 {
        frontier.nextTurn(now: now, clock: clock, loops: LoopState(readyRequests: readyRequests)) - now
    }

    /// Whether nothing is left that the frontier knows of.
    var isDone: Bool { frontier.isDone }

    /// Whether it has nothing to do for long.
    var isIdle: Bool { frontier.isIdle }

    /// When hosts are searched for next, in milliseconds from now; nil where nothing is expected.
    var searchWait: Int64? { frontier.sweep.startAt.map { $0 - now } }

    // MARK: Loops

    func report(_ outcomes: [PageOutcome]) { frontier.note(.outcomes(outcomes)) }

    /// Reports what a host's robots.txt came to.
    ///
    /// - Parameters:
    ///   - last: the host that redirects led to; nil for none.
    ///   - url: where it was found; nil for there.
    func report(robots answer: RobotsAnswer, of host: Int64, at last: Int64? = nil, url: String? = nil) {
        let last = last ?? host
        frontier.note(
            .robots([
                CrawlLoop.RobotsReport(
                    host: HostID(rawValue: host), answer: answer, lastHost: HostID(rawValue: last),
                    url: url ?? "http://h\(last).test/robots.txt")
            ]))
    }

    /// Reports a redirect of a page.
    func report(redirectOf page: ClaimedPage, to url: String) throws {
        var chain = RedirectChain(startedAt: now)
        chain.append(url: page.url, statusCode: 301, page: page.id, microseconds: 0, sizeDownload: 0)
        frontier.note(.redirect(.page(page), to: try WebURL(parsing: url), chain, from: page.host))
    }
}

// MARK: - What a database says

extension OpenedHost {
    /// A host; its name is `h` and its row.
    init(_ host: Int64, key: String? = nil, isNamed: Bool = true, robots: RobotsRecord? = nil) {
        self.init(
            host: HostID(rawValue: host), key: key ?? "http://h\(host).test", record: HostRecord(),
            robots: robots, isNamed: isNamed)
    }
}

extension TakenPages {
    init(_ host: Int64, _ pages: [ClaimedPage], more: More? = .now, isReleased: Bool = false) {
        self.init(HostID(rawValue: host))
        self.pages = pages
        self.more = more
        self.isReleased = isReleased
        if more == .now, let last = pages.last {
            position = FrontierPosition(notBefore: 0, rank: 0, id: last.id.rawValue)
        }
    }
}

/// A page of a host.
func page(_ id: Int64, of host: Int64 = 1, depth: Int = 0, isNamed: Bool = true) -> ClaimedPage {
    ClaimedPage(
        id: PageID(rawValue: id), host: HostID(rawValue: host), batch: BatchID(rawValue: 1),
        url: "http://h\(host).test/\(id)", attempts: 0, name: nil, depth: depth, isNamed: isNamed)
}

/// Pages of a host.
func pages(_ ids: ClosedRange<Int64>, of host: Int64 = 1) -> [ClaimedPage] {
    ids.map { page($0, of: host) }
}

/// What came of a page.
func outcome(_ page: ClaimedPage, _ verdict: PageOutcome.Verdict = .done) -> PageOutcome {
    var outcome = PageOutcome(page: page, startedAt: 0)
    outcome.verdict = verdict
    return outcome
}

// MARK: - What loops are told

extension [CrawlLoop.Message] {
    /// Pages that are to be fetched, by their rows.
    var pages: [Int64] {
        flatMap { message -> [Int64] in
            if case .pages(let pages) = message { pages.map(\.id.rawValue) } else { [] }
        }
    }

    /// Requests of redirects and for robots.txt.
    var requests: [PageRequest] {
        compactMap { message in
            if case .request(let request) = message { request } else { nil }
        }
    }

    var openings: [HostOpening] {
        compactMap { message in
            if case .open(let opening) = message { opening } else { nil }
        }
    }

    var opened: [Int64] { openings.map(\.host.rawValue) }

    var closed: [Int64] {
        compactMap { message in
            if case .close(let host) = message { host.rawValue } else { nil }
        }
    }

    /// Hosts whose pages are to be given back.
    var surrendered: [Int64] {
        compactMap { message in
            if case .surrender(let host) = message { host.rawValue } else { nil }
        }
    }

    var configured: [(host: Int64, limits: HostLimits, rules: HostRules)] {
        compactMap { message in
            if case .configure(let host, let limits, let rules) = message {
                (host.rawValue, limits, rules)
            } else {
                nil
            }
        }
    }

    /// What requests are to send, in a word, by page.
    var decisions: [Int64: String] {
        var words: [Int64: String] = [:]
        for message in self {
            guard case .decisions(let contents) = message else { continue }
            for (page, content) in contents {
                switch content {
                case .send(let message): words[page.rawValue] = message.map { "send \($0.method)" } ?? "send"
                case .leave: words[page.rawValue] = "leave"
                case .park: words[page.rawValue] = "park"
                case .refuse: words[page.rawValue] = "refuse"
                }
            }
        }
        return words
    }
}
