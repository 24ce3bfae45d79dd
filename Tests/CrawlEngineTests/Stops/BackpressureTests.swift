import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

/// Observers that cannot keep up.
@Suite(.timeLimit(.minutes(15))) struct BackpressureTests {
    @Test func `while the observer is behind nothing more is claimed`() async throws {
        let server = try LoopbackServer(recordsExchanges: false) { _ in .text("ok") }
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec { $0.concurrency.perHost = 8 }
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill((1...6_000).map { server.url("/\($0)") }, spec: spec, runner: runner)
        let observer = SlowObserver()
        let crawl = Crawl(
            store: harness.store, runner: runner, run: run, spec: spec,
            options: CrawlOptions(threads: 1, userAgent: "trawl-tests"), observer: observer)
        observer.watch(crawl)

        let end = try await crawl.run()

        #expect(end == .finished)
        #expect(server.counters.requests == 6_000)
        // It was behind from the first commit on.
        #expect((1..<4_000).contains(observer.settledAtRest))
    }
}

/// Is behind from the first outcome on, until nothing has come for two reports.
private final class SlowObserver: RunObserver {
    private struct State: Sendable {
        var crawl: Crawl?
        var isBehind = false
        var last: Int64 = -1
        var settledAtRest: Int64 = 0
    }

    private let state = Mutex(State())

    var isBehind: Bool { state.withLock(\.isBehind) }
    var settledAtRest: Int64 { state.withLock(\.settledAtRest) }

    func watch(_ crawl: Crawl) { state.withLock { $0.crawl = crawl } }

    func committed(_ outcomes: [PageOutcome]) {
        state.withLock { if $0.settledAtRest == 0 { $0.isBehind = true } }
    }

    func progressed(_ snapshot: RunSnapshot) {
        let crawl = state.withLock { state -> Crawl? in
            let settled = snapshot.progress.done
            defer { state.last = settled }
            guard state.isBehind, snapshot.inFlight == 0, settled > 0, settled == state.last else {
                return nil
            }
            state.settledAtRest = settled
            state.isBehind = false
            return state.crawl
        }
        crawl?.goOn()
    }
}
