import CrawlCore
import Synchronization
import Testing
import TrawlStore

@testable import CrawlEngine

/// What whoever watches a run is told, and how often.
struct RunReporterTests {
    /// Notes what it is told.
    private final class Watcher: RunObserver {
        let snapshots = Mutex<[RunSnapshot]>([])
        let committed = Mutex<[Int]>([])
        let heldLogs = Mutex<[Int64]>([])

        func committed(_ outcomes: [PageOutcome]) { committed.withLock { $0.append(outcomes.count) } }
        func progressed(_ snapshot: RunSnapshot) { snapshots.withLock { $0.append(snapshot) } }
        func logIsHeld(bytes: Int64) { heldLogs.withLock { $0.append(bytes) } }
    }

    /// A database of which only the log is of interest.
    private final class LogStore: RunStore {
        var state = LogState.small
        var looks = 0

        func exchange(_ request: consuming TurnRequest) throws -> TurnReply { TurnReply() }
        func interruptedRequests() throws -> [InterruptedRequest] { [] }
        func forEachSeed(_ body: (String) throws -> Void) throws {}
        func renew(now: Int64) throws {}
        func finish(now: Int64, pulse: () throws -> Void) throws -> Bool { true }
        func durably<Value>(_ body: () throws -> Value) throws -> Value { try body() }

        func logState(beyond limit: Int64) -> LogState {
            looks += 1
            return state
        }
    }

    private let start = MonotonicInstant(sinceBoot: .seconds(100))
    private let watcher = Watcher()
    private let loops = LoopGroup(
        JobSpec(name: "job"), CrawlOptions(threads: 1, userAgent: "trawl"), requests: 1,
        heartbeat: Heartbeat())

    private func reporter() -> RunReporter {
        RunReporter(RunProgress(), observer: watcher, logLimit: 100, now: start)
    }

    private func settled(_ pages: Int64) -> TurnReply {
        var reply = TurnReply()
        reply.counted.done = pages
        return reply
    }

    @Test("It tells of the run's beginning at once, then four times a second")
    func interval() {
        var reporter = reporter()
        for milliseconds in stride(from: 0, through: 1_000, by: 10) {
            reporter.tell(loops, now: start + .milliseconds(milliseconds))
        }
        #expect(watcher.snapshots.withLock(\.count) == 5)
        reporter.tell(loops, now: start + .milliseconds(1_001), isLast: true)
        #expect(watcher.snapshots.withLock(\.count) == 6)
    }

    @Test("It counts what was settled and what was found")
    func progress() {
        var reporter = reporter()
        var reply = settled(3)
        reply.counted.pending = -3
        reply.grown.pending = 5
        reporter.committed([[outcome(page(1))], [], [outcome(page(2)), outcome(page(3))]], reply)
        #expect(reporter.progress.done == 3)
        #expect(reporter.progress.pending == 2)
        #expect(watcher.committed.withLock { $0 } == [1, 2])
    }

    @Test("The rate is that of the last five seconds")
    func rate() {
        var reporter = reporter()
        func rate(_ second: Int, _ pages: Int64) -> Double? {
            reporter.committed([], settled(pages))
            return reporter.activity(
                loops, hosts: 2, clock: start + .seconds(second), now: Int64(second)
            ).pagesPerSecond
        }
        #expect(rate(0, 100) == nil)
        #expect(rate(1, 10) == 10)
        #expect(rate(2, 30) == 20)
        for second in 3...7 { _ = rate(second, 30) }
        #expect(rate(8, 30) == 30)
        // What was fast once is soon forgotten.
        for second in 9...12 { _ = rate(second, 0) }
        #expect(rate(13, 0) == 0)
    }

    @Test("How the run is doing is published as of now")
    func activity() {
        var reporter = reporter()
        let activity = reporter.activity(loops, hosts: 7, clock: start, now: 4_711)
        #expect(activity.updatedAt == 4_711)
        #expect(activity.hosts == 7)
        #expect(activity.inFlight == 0)
    }

    @Test("A log that is held is warned of every ten minutes")
    func heldLog() {
        var reporter = reporter()
        let store = LogStore()
        reporter.watchLog(of: store, at: start)
        #expect(store.looks == 1)
        store.state = .emptied
        reporter.watchLog(of: store, at: start + .seconds(1))
        reporter.watchLog(of: store, at: start + .seconds(60))
        #expect(store.looks == 2)
        store.state = .held(bytes: 500)
        reporter.watchLog(of: store, at: start + .seconds(61))
        for minute in 2...11 { reporter.watchLog(of: store, at: start + .seconds(60 * minute)) }
        #expect(watcher.heldLogs.withLock { $0 } == [500])
        reporter.watchLog(of: store, at: start + .seconds(661))
        #expect(watcher.heldLogs.withLock { $0 } == [500, 500])
    }
}
