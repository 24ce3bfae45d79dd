import CrawlCore
import Foundation
import StoreModel
import Testing
import TrawlStore

/// A walk of several runners over a database and the model of it, which are to agree on everything.
struct Walk {
    var random: SeededGenerator
    var sides: [WalkSide]
    var walkers: [Walker] = []
    var now: Int64 = 1_000_000
    let processes = Processes()
    private var lastPID: Int32 = 0
    /// Calls of the port so far.
    private(set) var calls = 0
    /// Whether every turn is printed.
    private let isTraced = ProcessInfo.processInfo.environment["TRAWL_WALK_TRACE"] != nil

    static let hosts = (0..<5).map { "http://h\($0).test" } + ["https://h0.test"]

    /// A disagreement.
    struct Disagreement: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether a runner that nobody sees is gone once so much time has passed since its last sign of life, as the model has it.
    private let judgesByTime: Bool

    init(seed: UInt64, _ database: TestDatabase) throws {
        random = SeededGenerator(seed: seed)
        judgesByTime = database.judgesByTime
        sides = [
            WalkSide("model", ModelSide(universe: Walk.hosts), universe: Walk.hosts),
            WalkSide("database", PortSide(database: database), universe: Walk.hosts),
        ]
        for number in 0..<Int.random(in: 1...3, using: &random) { try start(number) }
    }

    // MARK: Chance

    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func url() -> String {
        "\(Walk.hosts[number(0...Walk.hosts.count - 1)])/p\(number(0...11))"
    }

    // MARK: Runners

    private mutating func start(_ number: Int) throws {
        var spec = JobSpec(name: "job\(number)")
        spec.robots = chance(0.3) ? .obey : .ignore
        spec.batchSize = self.number(1...6)
        spec.keepsSkipped = chance(0.3)
        spec.limits.pagesPerHost = chance(0.3) ? self.number(3...9) : 0
        if chance(0.3) {
            var onFinish = JobSpec.OnFinish()
            onFinish.exec = ["true"]
            spec.onFinish = onFinish
        }
        if chance(0.7) {
            var follow = JobSpec.Follow()
            follow.depth = chance(0.4) ? 3 : nil
            spec.follow = follow
        }
        var pages: [ImportedPage] = []
        for index in 0..<self.number(3...40) {
            switch self.number(0...19) {
            case 0:
                pages.append(
                    .skipped(text: "x y", reason: .invalidURL, name: nil, line: index, error: "none"))
            case 1:
                pages.append(
                    .failed(text: "ftp://x/", kind: .unsupportedScheme, name: nil, line: 1, error: "none"))
            case 2, 3: pages.append(ImportedPage("POST", url() + "/post\(index)"))
            case 4: pages.append(ImportedPage(url() + "/named\(index)", name: "n\(index)"))
            default: pages.append(ImportedPage(url()))
            }
        }
        var walker = Walker(number: number, job: spec.name, spec: spec, process: process())
        for side in sides {
            let runner = try side.database.registerRunner(walker.process, now: now)
            walker.runners.append(runner)
            walker.runs.append(try side.database.begin(spec.name, spec, pages, runner: runner))
        }
        try open(&walker)
        walkers.append(walker)
    }

    private mutating func process(in namespace: String? = nil) -> Processes.View {
        lastPID += 1
        let isSeen = chance(0.7) || !judgesByTime
        return processes.start(lastPID, namespace: namespace ?? (isSeen ? "ns" : "other"))
    }

    private func open(_ walker: inout Walker) throws {
        walker.stores = try sides.indices.map { index in
            try sides[index].database.open(
                walker.runs[index], walker.spec, runner: walker.runners[index], processes: walker.process)
        }
    }

    /// Has another process take up a runner's run.
    private mutating func replace(_ index: Int) throws {
        let before = walkers[index].stores
        // In the same namespace, where it sees at once that the one before is gone.
        walkers[index].process = process(in: walkers[index].process.current.pidNamespace)
        for side in sides.indices {
            let database = sides[side].database
            let runner = try database.registerRunner(walkers[index].process, now: now)
            walkers[index].runners[side] = runner
            try database.take(walkers[index].runs[side], runner: runner)
        }
        if chance(0.5) { try comeLate(index, before) }
        try open(&walkers[index])
        walkers[index].lose()
        let interrupted = try walkers[index].stores.map { try $0.interruptedRequests() }
        try compare(interrupted.map { $0.map { "\($0.page.url) \($0.page.attempts)" } })
        var first = sides[0].pages.count
        for side in sides.indices {
            for request in interrupted[side] { _ = sides[side].enter(request.page) }
        }
        // They are settled, or wait again.
        var turn = WalkTurn(now: now)
        while first < sides[0].pages.count {
            if chance(0.5) {
                turn.unsent.append(first)
            } else {
                turn.outcomes.append(
                    .init(page: first, verdict: .failed(.cancelled), requests: 1, bytes: 0))
            }
            first += 1
        }
        try run(turn, walkers[index].number)
    }

    /// The runner before comes back, and is refused whatever it says.
    private mutating func comeLate(_ index: Int, _ stores: [any RunStore]) throws {
        var turn = WalkTurn(now: now)
        for page in walkers[index].open {
            turn.outcomes.append(.init(page: page, verdict: .done, requests: 1, bytes: 1))
        }
        if chance(0.5) { turn.beat = true }
        for side in sides.indices {
            let request = sides[side].request(turn, of: index)
            do {
                _ = try stores[side].exchange(request)
                throw Disagreement(description: "\(sides[side].name): a runner that is gone was heard")
            } catch let error as StoreError where error.kind == .alreadyRunning {}
        }
    }

    // MARK: Steps

    mutating func step() throws {
        now += Int64(number(0...9) == 0 ? number(0...70_000) : number(0...700))
        let index = number(0...walkers.count - 1)
        guard !walkers[index].isFinished else { return }
        switch number(0...39) {
        case 0:
            processes.kill(walkers[index].process.current.pid)
            try replace(index)
        case 1:
            for side in sides.indices {
                try sides[side].database.removeRunner(walkers[index].runners[side], now: now)
            }
            processes.kill(walkers[index].process.current.pid)
            try replace(index)
        case 2:
            var overrides = HostOverrides()
            if chance(0.7) { overrides.perHost = number(0...3) }
            if chance(0.3) { overrides.delay = .milliseconds(number(0...3)) }
            // Only of a host that is there.
            guard let host = walkers[index].held.keys.min() else { return }
            for side in sides { try side.database.override(host, overrides) }
        case 3 where chance(0.2):
            for side in sides { try side.database.pause(walkers[index].job) }
        case 4, 5: try finish(index)
        default: try run(turn(of: index), index)
        }
    }

    private mutating func finish(_ index: Int) throws {
        let ends = try walkers[index].stores.map { try $0.finish(now: now) {} }
        calls += 1
        try compare(
            try sides.indices.map { side in
                let (run, runner) = (walkers[index].runs[side], walkers[index].runners[side])
                return ["finished \(ends[side]), \(try sides[side].database.deliveries(of: run, by: runner))"]
            })
        guard ends[0] else { return }
        walkers[index].isFinished = true
        for side in sides.indices {
            try sides[side].database.removeRunner(walkers[index].runners[side], now: now)
        }
    }

    private mutating func run(_ turn: WalkTurn, _ index: Int) throws {
        calls += 1
        var news: [WalkNews] = []
        var late = 0
        for side in sides.indices {
            let request = sides[side].request(turn, of: index)
            do {
                let reply = try walkers[index].stores[side].exchange(request)
                news.append(try sides[side].news(of: reply, turn, of: index))
            } catch let error as StoreError where error.kind == .alreadyRunning {
                late += 1
            }
        }
        guard late == 0 else {
            guard late == sides.count else {
                throw Disagreement(description: "one refuses the runner")
            }
            return try replace(index)
        }
        if isTraced { print("turn \(calls) \(turn)\n" + news[0].lines.joined(separator: "\n  ")) }
        try compare(news.map(\.lines))
        let pages = sides[0].pages
        walkers[index].note(news[0], turn) { pages[$0].depth }
    }

    // MARK: Agreement

    private func compare(_ texts: [[String]]) throws {
        guard texts[0] != texts[1] else { return }
        var report = ""
        for line in texts[0].difference(from: texts[1]) {
            switch line {
            case .insert(_, let text, _): report += "\n  model:    \(text)"
            case .remove(_, let text, _): report += "\n  database: \(text)"
            }
        }
        throw Disagreement(description: report)
    }

    /// Compares every page, and holds the counters against the pages.
    func compareRows() throws {
        for walker in walkers {
            let rows = try sides.indices.map { try sides[$0].database.rows(of: walker.runs[$0]) }
            try compare(rows)
            let progress = try sides.indices.map { try sides[$0].database.progress(of: walker.runs[$0]) }
            try compare(progress.map { ["\($0)"] })
        }
    }
}

/// Chance that is the same for a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
