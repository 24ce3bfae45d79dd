import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct ResumeTests {
    @Test func `a stopped crawl goes on where it was and asks for no page twice`() async throws {
        let server = try LoopbackServer { _ in .text("ok").delayed(by: .milliseconds(1)) }
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let spec = CrawlHarness.spec()
        let run = try harness.fill((0..<500).map { server.url("/\($0)") }, runner: runner)
        let holder = CrawlHolder()
        let observer = RecordingObserver { if $0 >= 50 { holder.crawl?.stop() } }
        let first = harness.crawl(run, spec: spec, runner: runner, observer: observer)
        holder.crawl = first

        let end = try await first.run()
        let settled = server.counters.requests
        let again = try await harness.crawl(run, spec: spec, runner: runner).run()

        #expect(end == .interrupted)
        #expect(settled < 500)
        #expect(again == .finished)
        // What was under way when it was stopped was finished, not cut off.
        #expect(server.counters.requests == 500)
        #expect(try harness.rows().allSatisfy { $0.state == .done })
        #expect(try harness.store.check() == [])
    }

    @Test func `an aborted crawl ends at once and loses nothing`() async throws {
        let server = try LoopbackServer { $0.path == "/slow" ? .stalled : .text("ok") }
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill([server.url("/slow"), server.url("/fast")], runner: runner)
        let holder = CrawlHolder()
        let observer = RecordingObserver { _ in holder.crawl?.abort() }
        let crawl = harness.crawl(run, spec: CrawlHarness.spec(), runner: runner, observer: observer)
        holder.crawl = crawl

        let end = try await crawl.run()

        #expect(end == .interrupted)
        #expect(try harness.rows().map(\.state) == [.pending, .done])
    }

    @Test func `a run that another process works on is refused`() throws {
        let harness = try CrawlHarness()
        let other = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        _ = try harness.fill(["http://127.0.0.1:1/"], runner: other)
        let own = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let job = try #require(try harness.store.read { try $0.job(named: "job") })

        #expect {
            try RunOpening.open(job, store: harness.store, runner: own, processes: harness.processes, now: 0)
        } throws: { ($0 as? StoreError)?.kind == .alreadyRunning }
    }

    @Test func `the run of a process that is gone is taken up at once`() throws {
        let harness = try CrawlHarness()
        let gone = GoneProcess(current: harness.processes.current)
        let dead = try harness.store.write { try $0.registerRunner(gone, now: 0) }
        let filled = try harness.fill(["http://127.0.0.1:1/"], runner: dead, processes: gone)
        let own = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let job = try #require(try harness.store.read { try $0.job(named: "job") })

        let opening = try RunOpening.open(
            job, store: harness.store, runner: own, processes: harness.processes, now: 0)

        guard case .resumed(let run) = opening else {
            Issue.record("the run was not resumed")
            return
        }
        #expect(run.id == filled.id)
    }

    @Test func `an import that was cut short begins anew`() throws {
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let job = try harness.store.write { transaction in
            try transaction.saveJob(name: "job", spec: "{}", now: 0)
            return try #require(try transaction.job(named: "job"))
        }
        _ = try RunOpening.open(
            job, store: harness.store, runner: runner, processes: harness.processes, now: 0)
        let run = try #require(try harness.store.read { try $0.unfinishedRun(of: job.id) })
        var source = ListSource(urls: ["http://127.0.0.1:1/"])
        var listing = RunImport(
            store: harness.store, run: run.id, limits: .init(), credentials: URLCredentials())
        _ = try listing.add(&source) { _ in true }

        let opening = try RunOpening.open(
            job, store: harness.store, runner: runner, processes: harness.processes, now: 0)

        guard case .begun = opening else {
            Issue.record("the run was not begun anew")
            return
        }
        #expect(try harness.value("SELECT count(*) FROM pages") == 0)
        #expect(try harness.value("SELECT count(*) FROM runs") == 1)
    }

    @Test func `failed pages that are put back get all their tries again`() async throws {
        let server = try LoopbackServer { $0.hit < 3 ? .status(503) : .text("ok") }
        let harness = try CrawlHarness()
        try await harness.crawl([server.url("/")])
        #expect(try harness.rows().map(\.state) == [.failed])

        let run = try #require(
            try harness.store.read { transaction in
                try transaction.job(named: "job").flatMap { try transaction.latestRun(of: $0.id) }
            })
        let count = try harness.store.write { try $0.retryFailed(run.id) }
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let end = try await harness.crawl(run, spec: CrawlHarness.spec(), runner: runner).run()

        #expect(count == 1)
        #expect(end == .finished)
        #expect(try harness.rows().map(\.state) == [.done])
        #expect(try harness.value("SELECT count(*) FROM attempts") == 3)
        #expect(try harness.store.check() == [])
    }

    @Test func `a paused job stops its crawl`() async throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { $0.path == "/held" ? .text("ok").held(by: latch) : .text("ok") }
        let harness = try CrawlHarness()
        let store = harness.store
        let observer = RecordingObserver { _ in
            try? store.write { try $0.pause("job") }
            latch.open()
        }

        let end = try await harness.crawl(
            (0..<5000).map { server.url("/\($0)") },
            spec: CrawlHarness.spec { $0.delay = .milliseconds(20) }, observer: observer)

        #expect(end == .interrupted)
        #expect(server.counters.requests < 5000)
    }
}

/// The crawl, once there is one, for an observer that is made before it.
final class CrawlHolder: @unchecked Sendable {
    // @unchecked because it is set before the crawl begins and only read after.
    var crawl: Crawl?
}

/// A process table in which the asking process has a start time that no process has.
struct GoneProcess: ProcessTable {
    let current: RunnerIdentity

    init(current: RunnerIdentity) {
        self.current = RunnerIdentity(
            bootID: current.bootID, pidNamespace: current.pidNamespace, pid: current.pid, processStarted: 1)
    }

    func processStarted(pid: Int32) -> Int64? {
        pid == current.pid ? 1 : nil
    }
}
