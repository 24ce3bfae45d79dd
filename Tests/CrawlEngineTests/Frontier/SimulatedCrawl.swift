import CrawlCore
import CrawlFetch
import StoreModel
import TrawlStore

@testable import CrawlEngine

/// What the server of a simulated crawl answers.
enum SimulatedAnswer {
    /// A page, with links to these.
    case page([String])
    case redirect(String)
}

/// A crawl in virtual time: a frontier, the model of the database, and loops that have a gate and permits, but ask a function for
/// answers. A request takes as long as its host does; each host says that it has no robots.txt.
struct SimulatedCrawl: ~Copyable {
    /// What a crawl came to.
    struct Result {
        /// How often each URL was asked for.
        var asked: [String: Int] = [:]
        /// The most requests that a host had at once.
        var mostAtOnce = 0
        /// The mean share of the permits in use while there were hosts enough for all of them with pages that nobody had asked for.
        var use: Double { full > 0 ? used / full : 1 }
        var used = 0.0
        var full = 0.0
        /// Virtual milliseconds.
        var milliseconds: Int64 = 0
        var turns = 0
        /// Whether the run was closed.
        var isFinished = false
    }

    /// A request under way.
    private struct Request {
        let request: PageRequest
        let slot: HostGate.Slot
        let loop: Int
    }

    /// A thread's share: where requests wait for their turn.
    private final class Loop {
        var gate: HostGate
        var outcomes: [PageOutcome] = []
        var robots: [CrawlLoop.RobotsReport] = []
        /// When those are reported.
        var flushAt: Int64?

        init(gate: consuming HostGate) { self.gate = gate }
    }

    private let spec: JobSpec
    private let latency: (HostID) -> Int64
    private let answer: (String) -> SimulatedAnswer
    /// How long a turn's exchange with the database takes; what it brings is not there before.
    private let roundTrip: Int64
    private let store: any RunStore
    private var frontier: Frontier
    private var loops: [Loop]
    private var underWay: [Int64: [Request]] = [:]
    private var inFlight = 0
    private var atHosts: [HostID: Int] = [:]
    private var left: [HostID: Int]
    /// Hosts that have a page which was not asked for yet.
    private var hostsLeft: Int
    /// What the loops are told when the exchange under way is over; nil where none is.
    private var arriving: (at: Int64, messages: [[CrawlLoop.Message]])?
    private var now: Int64 = 0
    private(set) var result = Result()

    /// How long outcomes wait for others, as in a loop.
    private static let flushDelay: Int64 = 25
    private static let flushCount = 500

    init(
        pages: [ImportedPage], _ spec: JobSpec, loops: Int, roundTrip: Int64,
        answer: @escaping (String) -> SimulatedAnswer = { _ in .page([]) },
        latency: @escaping (HostID) -> Int64
    ) throws {
        self.spec = spec
        self.latency = latency
        self.answer = answer
        self.roundTrip = roundTrip
        let database = ModelDatabase()
        let processes = OneProcess()
        let runner = database.registerRunner(processes, now: 0)
        let run = database.begin("job", spec, pages, runner: runner)
        store = database.runStore(run, runner: runner, processes: processes)
        let environment = FetchEnvironment(wallClock: { 0 }, random: { 0.5 })
        let policy = FrontierPolicy(
            spec, requests: spec.concurrency.total, loops: loops, productToken: "trawl",
            credentials: URLCredentials(), composer: try RequestComposer(spec, environment: environment),
            hasRequests: false, reportsBatches: false, random: environment.random)
        frontier = Frontier(policy, now: 0, clock: MonotonicInstant(sinceBoot: .zero))
        let limits = HostLimits(perHost: spec.concurrency.perHost, delay: spec.startInterval)
        self.loops = (0..<loops).map { _ in Loop(gate: HostGate(limits: limits)) }
        left = database.pendingPages(of: run)
        hostsLeft = left.count
    }

    private var clock: MonotonicInstant { MonotonicInstant(sinceBoot: .milliseconds(now)) }

    /// Crawls to the end.
    mutating func run() throws {
        var asked = 0
        var idle = 0
        while !result.isFinished {
            // A run that hangs is to fail, not to go on for ever.
            idle = inFlight == 0 && asked == result.asked.count ? idle + 1 : 0
            asked = result.asked.count
            guard idle < 10_000 else { throw Hanging(at: now) }
            arrive()
            if arriving == nil { try turn() }
            start()
            let next = nextEvent()
            note(until: next)
            now = next
            finishRequests()
            flush()
        }
        result.milliseconds = now
    }

    // MARK: The driver

    private mutating func turn() throws {
        var moment = TurnMoment(now: now, clock: clock)
        moment.loops = loopState
        if let (request, turn) = frontier.plan(moment) {
            result.turns += 1
            let reply = try store.exchange(request)
            _ = frontier.apply(reply, turn, moment)
            arriving = (now + roundTrip, frontier.messages.take())
        }
        if frontier.isDone { result.isFinished = try store.finish(now: now) {} }
    }

    private mutating func arrive() {
        guard let (at, messages) = arriving, at <= now else { return }
        arriving = nil
        for (loop, messages) in messages.enumerated() {
            for message in messages { receive(message, loop) }
        }
    }

    private mutating func receive(_ message: CrawlLoop.Message, _ loop: Int) {
        switch message {
        case .open(let opening):
            loops[loop].gate.open(
                opening.host, limits: opening.limits, condition: opening.condition, rest: opening.rest,
                now: clock)
        case .close(let host): loops[loop].gate.close(host, now: clock)
        case .pages(let pages):
            for page in pages { loops[loop].gate.add(PageRequest(page), now: clock) }
        case .request(let request): loops[loop].gate.add(request, first: true, now: clock)
        case .configure(let host, let limits, _): loops[loop].gate.limit(host, limits, now: clock)
        case .surrender, .seed, .decisions, .credentials, .drain, .abort: break
        }
    }

    // MARK: The loops

    private mutating func start() {
        var isStarting = true
        while isStarting, inFlight < spec.concurrency.total {
            isStarting = false
            for loop in loops.indices where inFlight < spec.concurrency.total {
                guard let (request, slot) = loops[loop].gate.next(now: clock) else { continue }
                isStarting = true
                inFlight += 1
                loops[loop].gate.sent(slot, fraction: 0, now: clock)
                note(request)
                underWay[now + latency(request.host), default: []].append(
                    Request(request: request, slot: slot, loop: loop))
            }
        }
    }

    private mutating func note(_ request: PageRequest) {
        result.asked[request.url, default: 0] += 1
        atHosts[request.host, default: 0] += 1
        result.mostAtOnce = max(result.mostAtOnce, atHosts[request.host] ?? 0)
        guard request.page?.isNamed == true, request.chain == nil else { return }
        left[request.host, default: 0] -= 1
        if left[request.host] == 0 { hostsLeft -= 1 }
    }

    private mutating func finishRequests() {
        for ended in underWay.removeValue(forKey: now) ?? [] {
            inFlight -= 1
            atHosts[ended.request.host, default: 0] -= 1
            _ = loops[ended.loop].gate.finished(
                ended.slot, wasSent: true, .answered, fraction: 0, now: clock)
            finish(ended.request, ended.loop)
        }
    }

    private mutating func finish(_ request: PageRequest, _ loop: Int) {
        guard let page = request.page else {
            loops[loop].robots.append(
                CrawlLoop.RobotsReport(
                    host: request.owner, answer: .unavailable(statusCode: 404), lastHost: request.host,
                    url: request.url))
            return
        }
        var outcome = PageOutcome(page: page, startedAt: now)
        switch answer(request.url) {
        case .redirect(let target):
            guard let target = try? WebURL(parsing: target) else { return }
            var chain = request.chain ?? RedirectChain(startedAt: now)
            chain.append(url: request.url, statusCode: 301, page: page.id, microseconds: 0, sizeDownload: 0)
            frontier.note(.redirect(request.purpose, to: target, chain, from: request.host))
            return
        case .page(let links):
            outcome.verdict = .done
            outcome.lastHost = request.host
            outcome.chain = request.chain
            if request.url != page.url { outcome.response.finalURL = request.url }
            let found = links.compactMap { text -> DiscoveredURL? in
                guard let url = try? WebURL(parsing: text) else { return nil }
                return DiscoveredURL(url: text, hostKeyLength: url.hostKeyLength, depth: page.depth + 1)
            }
            if !found.isEmpty { outcome.discovery = PageDiscovery(urls: found) }
        }
        if loops[loop].outcomes.isEmpty { loops[loop].flushAt = now + SimulatedCrawl.flushDelay }
        loops[loop].outcomes.append(outcome)
    }

    private mutating func flush() {
        for loop in loops.indices {
            if !loops[loop].robots.isEmpty { frontier.note(.robots(loops[loop].robots)) }
            loops[loop].robots = []
            let isIdle = inFlight == 0 && loops[loop].gate.queued == 0
            guard !loops[loop].outcomes.isEmpty,
                isIdle || loops[loop].outcomes.count >= SimulatedCrawl.flushCount
                    || loops[loop].flushAt.map({ $0 <= now }) ?? true
            else { continue }
            frontier.note(.outcomes(loops[loop].outcomes))
            loops[loop].outcomes = []
            loops[loop].flushAt = nil
        }
    }

    private var loopState: LoopState {
        LoopState(
            readyRequests: loops.reduce(0) { $0 + $1.gate.readyRequests },
            waitingHosts: loops.reduce(0) { $0 + $1.gate.waitingHosts })
    }

    private func nextEvent() -> Int64 {
        var next =
            arriving?.at
            ?? frontier.nextTurn(
                now: now, clock: clock, loops: loopState)
        for loop in loops {
            if let flushAt = loop.flushAt { next = min(next, flushAt) }
            if let wake = loop.gate.nextWake { next = min(next, wake.sinceBoot.wholeMilliseconds) }
        }
        if let first = underWay.keys.min() { next = min(next, first) }
        return max(next, now + 1)
    }

    /// Counts how many permits are in use, as long as there are hosts that could use all of them.
    private mutating func note(until next: Int64) {
        let usable = min(spec.concurrency.total, hostsLeft * spec.concurrency.perHost)
        guard usable == spec.concurrency.total else { return }
        result.full += Double(next - now) * Double(usable)
        result.used += Double(next - now) * Double(inFlight)
    }
}

/// A simulated crawl in which nothing happens any more, and which does not end.
private struct Hanging: Error {
    /// Virtual milliseconds.
    let at: Int64
}

/// A process that is always alive.
private struct OneProcess: ProcessTable {
    let current = RunnerIdentity(bootID: "boot", pidNamespace: "ns", pid: 1, processStarted: 1)

    func processStarted(pid: Int32) -> Int64? { 1 }
}
