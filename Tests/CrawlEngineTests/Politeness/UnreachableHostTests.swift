import CrawlCore
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Synchronization
import Testing

@testable import CrawlEngine

/// Hosts that cannot be connected to.
@Suite(.timeLimit(.minutes(15))) struct UnreachableHostTests {
    private let harness: CrawlHarness

    init() throws { harness = try CrawlHarness() }

    /// Three failures in a row open the circuit, two probes close it for good.
    private var circuit: HostCircuit.Policy {
        var policy = HostCircuit.Policy()
        policy.failures = 3
        policy.probes = 2
        policy.wait = .milliseconds(20)
        return policy
    }

    /// A port of nobody's, and what serves it from some time on.
    private func deadURLs(_ count: Int) throws -> (urls: [String], port: Int) {
        let server = try LoopbackServer { _ in .closed }
        server.stop()
        return ((0..<count).map { server.url("/\($0)") }, server.port)
    }

    @Test func `a host that stays away is given up, without an attempt of each of its pages`() async throws {
        let (urls, _) = try deadURLs(200)

        try await harness.crawl(
            urls, spec: CrawlHarness.spec { $0.concurrency.perHost = 1 }, circuit: circuit)

        let rows = try harness.rows()
        #expect(rows.allSatisfy { $0.state == .failed && $0.errorKind == "host_unavailable" })
        // Three failures and two probes; a page that waited for its next try meanwhile may bring about another.
        #expect(try #require(try harness.value("SELECT requests FROM runs", as: Int.self)) < 10)
        #expect(try harness.value("SELECT failures FROM hosts") == 5)
        #expect(rows.filter { $0.attempts == 0 }.count >= 190)
    }

    @Test func `a host that comes back is probed with one request, and every page of it is done`()
        async throws
    {
        let (urls, port) = try deadURLs(40)
        let server = Mutex<LoopbackServer?>(nil)
        let observer = RecordingObserver { count in
            guard count >= 3 else { return }
            server.withLock { server in
                guard server == nil else { return }
                server = try? LoopbackServer(port: port) {
                    .html(title: "Back").delayed(
                        by: $0.hit == 0 && $0.path == "/probe" ? .zero : .milliseconds(30))
                }
            }
        }
        var circuit = circuit
        circuit.probes = 100
        circuit.longestWait = .milliseconds(100)

        try await harness.crawl(
            urls,
            spec: CrawlHarness.spec {
                $0.concurrency.perHost = 4
                $0.retry.attempts = 2
            }, circuit: circuit, observer: observer)

        let log = try #require(server.withLock { $0?.log })
        #expect(try #require(log.first?.finishedAt) <= log[1].startedAt)
        #expect(try harness.rows().allSatisfy { $0.state == .done && $0.attempts <= 2 })
        #expect(log.count == 40)
        #expect(try harness.value("SELECT failures FROM hosts") == 0)
    }

    @Test func `a host that is given up while its robots.txt is asked for ends the run all the same`()
        async throws
    {
        let (urls, _) = try deadURLs(5)
        var circuit = circuit
        circuit.failures = 1
        circuit.probes = 1
        circuit.wait = .milliseconds(1)

        try await harness.crawl(urls, spec: CrawlHarness.spec { $0.robots = .obey }, circuit: circuit)

        let rows = try harness.rows()
        #expect(rows.allSatisfy { $0.errorKind == "host_unavailable" && $0.attempts == 0 })
    }

    @Test func `a robots.txt that is redirected to a host that was given up does not keep the run`()
        async throws
    {
        let (urls, _) = try deadURLs(1)
        let dead = urls[0].replacing("127.0.0.1", with: "127.0.0.2")
        let site = try LoopbackServer { request in
            request.path == "/robots.txt" ? .redirect(to: dead) : .html(title: "")
        }
        var circuit = circuit
        circuit.failures = 1
        circuit.probes = 1
        circuit.wait = .milliseconds(1)

        try await harness.crawl(
            [site.url("/a")],
            spec: CrawlHarness.spec {
                $0.robots = .obey
                $0.allowPrivate = ["127.0.0.2"]
            }, circuit: circuit)

        #expect(try harness.rows().map(\.skipReason) == ["robots_unreachable"])
    }

    @Test func `what cannot be looked up does not wait for what can`() async throws {
        let server = try LoopbackServer { _ in .html(title: "") }
        // No label has more than 63 bytes (RFC 1035, section 2.3.4), which is known without asking anybody.
        let name = String(repeating: "a", count: 64) + ".test"
        let urls = ["http://\(name)/"] + (0..<20).map { server.url("/\($0)") }

        try await harness.crawl(urls, spec: CrawlHarness.spec { $0.retry.attempts = 1 })

        let rows = try harness.rows()
        #expect(rows[0].errorKind == "dns")
        #expect(rows.dropFirst().allSatisfy { $0.state == .done })
    }

    @Test func `a job that checks links probes a host that is down once`() {
        var options = CrawlOptions(threads: 1, userAgent: "trawl-tests")
        var spec = CrawlHarness.spec()
        #expect(options.circuit(of: spec).probes == 5)
        spec.check = JobSpec.Check()
        #expect(options.circuit(of: spec).probes == 1)
        options.circuit.probes = 0
        #expect(options.circuit(of: spec).probes == 0)
    }

    @Test func `a check that fails to connect keeps its own verdict where its host is given up for it`()
        async throws
    {
        let (urls, _) = try deadURLs(6)
        let dead = urls.map { $0.replacing("127.0.0.1", with: "127.0.0.2") }
        let site = try LoopbackServer { _ in
            .html(title: "", links: dead)
        }
        var circuit = circuit
        circuit.failures = 1
        circuit.probes = 0

        try await harness.crawl(
            [site.url("/")],
            spec: CrawlHarness.spec {
                $0.check = JobSpec.Check()
                $0.keepsLinks = true
                $0.concurrency.perHost = 1
                $0.retry.attempts = 1
                $0.allowPrivate = ["127.0.0.2"]
            }, circuit: circuit)

        let said = try harness.value(
            """
            SELECT group_concat(line) FROM (SELECT verdict || ' ' || reason || ' ' || count(*) AS line
                FROM links GROUP BY verdict, reason ORDER BY 1)
            """, as: String.self)
        #expect(said == "broken connect 1,unsure connect 5")
    }
}
