import CrawlCore
import Testing
import TrawlStore

/// A runner at work on a run, as a driver would be.
final class TestRunner {
    let database: TestDatabase
    let processes: Processes
    let process: Processes.View
    let spec: JobSpec
    let run: RunID
    let runner: RunnerID
    let store: any RunStore
    /// Unix milliseconds; goes on only where a test says so.
    var now: Int64

    /// A runner with a new run of a job of its own.
    ///
    /// - Parameters:
    ///   - beside: another runner, whose database this one shares.
    ///   - pid: the runner's process; its job is named after it.
    ///   - namespace: its pid namespace.
    init(
        _ factory: DatabaseFactory, _ pages: [ImportedPage], beside other: TestRunner? = nil, pid: Int32 = 1,
        namespace: String = "ns", _ change: (inout JobSpec) -> Void = { _ in }
    ) throws {
        var spec = JobSpec(name: "job\(pid)")
        spec.robots = .ignore
        change(&spec)
        self.spec = spec
        database = try other?.database ?? factory.make()
        processes = other?.processes ?? Processes()
        process = processes.start(pid, namespace: namespace)
        let (port, process) = (database.port, process)
        now = other?.now ?? 1_000
        let now = now
        runner = try port.write { try $0.registerRunner(process, now: now) }
        run = try port.begin(spec.name, spec, pages, runner: runner, now: now)
        let record = try port.read { [run] in try #require(try $0.run(run)) }
        store = try port.runStore(record, spec: spec, runner: runner, processes: process)
    }

    /// The runner of another process that goes on with a run.
    private init(after other: TestRunner, pid: Int32) throws {
        database = other.database
        processes = other.processes
        spec = other.spec
        run = other.run
        now = other.now
        process = processes.start(pid, namespace: other.process.current.pidNamespace)
        let (process, now, run) = (process, other.now, other.run)
        runner = try database.port.write { try $0.registerRunner(process, now: now) }
        let record = try database.port.write { [runner] writer in
            let record = try #require(try writer.run(run))
            try writer.takeRun(record, runner: runner)
            return record
        }
        store = try database.port.runStore(record, spec: spec, runner: runner, processes: process)
    }

    /// Ends the runner's process without a word, and has another go on with its run.
    func crash(pid: Int32 = 9) throws -> TestRunner {
        processes.kill(process.current.pid)
        return try TestRunner(after: self, pid: pid)
    }

    /// Has another process go on with a run that this one has lost.
    func successor(pid: Int32 = 9) throws -> TestRunner { try TestRunner(after: self, pid: pid) }

    // MARK: Turns

    /// A turn of what a test asks for.
    @discardableResult
    func turn(_ ask: (inout TurnRequest) -> Void) throws -> TurnReply {
        var request = TurnRequest(now: now)
        ask(&request)
        return try store.exchange(request)
    }

    /// Searches for hosts, and takes their first pages.
    @discardableResult
    func open(pages: Int = 1_000, limit: Int = 100, after: HostID? = nil) throws -> TurnReply {
        try turn {
            $0.search = HostSearch(after: after, limit: limit, pages: pages, hosts: 0, leastShare: 1)
        }
    }

    /// Searches for hosts, and takes nothing of them.
    ///
    /// - Returns: those that the runner has now, by their keys.
    @discardableResult
    func hosts() throws -> [String: HostID] {
        Dictionary(uniqueKeysWithValues: try open(pages: 0).opened.map { ($0.key, $0.host) })
    }

    /// The one host of a run.
    func host() throws -> HostID { try #require(try hosts().values.first) }

    /// Takes pages of a host.
    @discardableResult
    func take(
        _ host: HostID, limit: Int = 100, _ change: (inout PageTake) -> Void = { _ in }
    ) throws -> TakenPages {
        var take = PageTake(host, limit: limit)
        change(&take)
        return try #require(try turn { $0.takes = [take] }.taken.first)
    }

    /// Records what came of pages.
    @discardableResult
    func record(_ outcomes: [PageOutcome]) throws -> TurnReply {
        try turn { $0.record.outcomes = [outcomes] }
    }

    /// A sign of life.
    @discardableResult
    func beat(freesHosts: Bool = false) throws -> TurnBeatReply {
        try #require(
            try turn { $0.beat = TurnBeat(activity: RunActivity(), freesHosts: freesHosts) }.beat)
    }

    /// Lets time pass, and looks every ten seconds which runners are gone.
    func listen(milliseconds: Int64) throws {
        var left = milliseconds
        try beat(freesHosts: true)
        while left > 0 {
            let step = min(left, 10_000)
            left -= step
            now += step
            database.clock.advance(step)
            try beat(freesHosts: true)
        }
    }

    // MARK: What is there

    /// Every page of the run, in order.
    func rows() throws -> [ResultRow] {
        try database.port.read { [run] reader in
            var rows: [ResultRow] = []
            try reader.forEachResult(of: run, .all) { rows.append($0) }
            return rows
        }
    }

    /// The state of each page, by its URL.
    func states() throws -> [String: PageState] {
        Dictionary(try rows().map { ($0.url, $0.state) }) { first, _ in first }
    }

    func row(_ url: String) throws -> ResultRow { try #require(try rows().first { $0.url == url }) }

    func record() throws -> RunRecord {
        try database.port.read { [run] in try #require(try $0.run(run)) }
    }

    /// Holds the run's counters against its pages.
    func expectCountersToFit(_ location: SourceLocation = #_sourceLocation) throws {
        let rows = try rows()
        let progress = try record().progress
        func count(_ states: PageState...) -> Int64 { Int64(rows.count { states.contains($0.state) }) }
        #expect(progress.pending == count(.pending, .sending), sourceLocation: location)
        #expect(progress.done == count(.done), sourceLocation: location)
        #expect(progress.failed == count(.failed), sourceLocation: location)
        #expect(progress.skipped == count(.skipped), sourceLocation: location)
    }

    /// Works on the run until nothing of it waits: everything that is taken is done.
    ///
    /// - Returns: the URLs that were taken, in order.
    @discardableResult
    func drain() throws -> [String] {
        var urls: [String] = []
        for _ in 0..<100 {
            let pages = try open().taken.flatMap(\.pages)
            urls += pages.map(\.url)
            let hosts = Set(pages.map(\.host))
            try turn { request in
                request.record.outcomes = [pages.map { outcome($0) }]
                request.takes = hosts.map { host in
                    var take = PageTake(host, limit: 0)
                    take.release = .always
                    return take
                }
            }
            now += 10_000
            if try store.finish(now: now, pulse: {}) { return urls }
        }
        Issue.record("the run does not end")
        return urls
    }
}

/// What came of a page.
func outcome(
    _ page: ClaimedPage, _ verdict: PageOutcome.Verdict = .done,
    _ change: (inout PageOutcome) -> Void = { _ in }
) -> PageOutcome {
    var outcome = PageOutcome(page: page, startedAt: 5_000)
    outcome.verdict = verdict
    outcome.finishedAt = 5_010
    outcome.response.statusCode = 200
    change(&outcome)
    return outcome
}

/// What came of a page that led to others.
func outcome(_ page: ClaimedPage, leadingTo links: [DiscoveredURL]) -> PageOutcome {
    outcome(page) { $0.discovery = PageDiscovery(urls: links) }
}

/// What an operation of a database throws; nil where it throws nothing.
func failure<Value>(_ body: () throws -> Value) -> StoreError.Kind? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? StoreError)?.kind ?? .other
    }
}

/// Pages that are a GET of their URL each.
func pages(_ urls: String...) -> [ImportedPage] { urls.map { ImportedPage($0) } }

/// So many pages of a host.
func pages(_ count: Int, of host: String = "http://a.test") -> [ImportedPage] {
    (0..<count).map { ImportedPage("\(host)/\($0)") }
}

extension JobSpec {
    /// Has links followed.
    mutating func followLinks(depth: Int? = nil) {
        var follow = Follow()
        follow.depth = depth
        self.follow = follow
    }
}
