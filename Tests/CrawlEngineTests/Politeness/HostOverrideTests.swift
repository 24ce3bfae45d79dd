import CrawlCore
import CrawlEngine
import CrawlFetch
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

/// What people set for a host while it is crawled. It is looked at once a second.
@Suite(.timeLimit(.minutes(15))) struct HostOverrideTests {
    private let harness: CrawlHarness

    init() throws { harness = try CrawlHarness() }

    /// Crawls until some pages are committed, changes the host's row, and goes on.
    private func crawl(
        _ server: LoopbackServer, _ count: Int, _ sql: String, _ change: (inout JobSpec) -> Void
    )
        async throws
    {
        let file = harness.file
        let isDone = Flag()
        let observer = RecordingObserver { _ in
            guard isDone.set() else { return }
            #expect(throws: Never.self) { try CrawlHarness.execute(sql, in: file) }
        }
        try await harness.crawl(
            (0..<count).map { server.url("/\($0)") }, spec: CrawlHarness.spec(change), observer: observer)
    }

    @Test func `a delay counts in a running crawl`() async throws {
        let server = try LoopbackServer { _ in .text("").delayed(by: .milliseconds(30)) }

        try await crawl(server, 40, "UPDATE hosts SET delay_ms = 300") { $0.concurrency.perHost = 1 }

        let starts = server.log.map(\.startedAt)
        let last = starts.suffix(4)
        #expect(zip(last, last.dropFirst()).allSatisfy { $0.duration(to: $1) >= .milliseconds(260) })
        #expect(starts[0].duration(to: starts[10]) < .seconds(1))
    }

    @Test(arguments: ["0", "-1", "1e-300", "1e300"])
    func `a rate that is none is not kept to`(rate: String) async throws {
        let server = try LoopbackServer { _ in .text("") }
        try await harness.crawl([server.url("/0")])
        try CrawlHarness.execute(
            "UPDATE hosts SET rate = \(rate), last_started_at = \(FetchEnvironment.system.wallClock())",
            in: harness.file)

        let isSlow = rate == "1e-300"
        let spec = CrawlHarness.spec { $0.limits.time = isSlow ? .milliseconds(200) : .zero }
        let end = try await harness.crawl([server.url("/1")], spec: spec)

        #expect(end == (isSlow ? .limited(.time) : .finished))
    }

    @Test func `fewer requests at once count in a running crawl`() async throws {
        let server = try LoopbackServer { _ in .text("").delayed(by: .milliseconds(30)) }

        try await crawl(server, 180, "UPDATE hosts SET per_host = 1") { $0.concurrency.perHost = 4 }

        #expect(server.peakInFlight == 4)
        let last = server.log.suffix(10)
        #expect(
            zip(last, last.dropFirst()).allSatisfy { one, next in
                one.finishedAt.map { $0 <= next.startedAt } == true
            })
    }

    @Test func `a host that is blocked is asked for nothing more`() async throws {
        let server = try LoopbackServer { _ in .text("").delayed(by: .milliseconds(30)) }

        try await crawl(server, 400, "UPDATE hosts SET blocked = 1") { $0.concurrency.perHost = 4 }

        let rows = try harness.rows()
        let requests = server.counters.requests
        #expect(requests < 400)
        #expect(rows.filter { $0.state == .done }.count == requests)
        #expect(rows.filter { $0.errorKind == "cancelled" && $0.attempts == 0 }.count == 400 - requests)
    }

    @Test func `a host that was blocked before is not asked for its robots.txt either`() async throws {
        let server = try LoopbackServer { _ in .text("") }
        try CrawlHarness.execute(
            "INSERT INTO hosts (host, blocked) VALUES ('http://127.0.0.1:\(server.port)', 1)",
            in: harness.file)

        try await harness.crawl([server.url("/")], spec: CrawlHarness.spec { $0.robots = .obey })

        #expect(server.counters.requests == 0)
        #expect(try harness.rows().map(\.errorKind) == ["cancelled"])
    }
}

/// Something that is done once.
private final class Flag: Sendable {
    private let isSet = Atomic(false)

    /// Whether it was not set before.
    func set() -> Bool { !isSet.exchange(true, ordering: .relaxed) }
}
