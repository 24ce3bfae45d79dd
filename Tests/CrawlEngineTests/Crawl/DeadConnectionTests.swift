import CrawlCore
import CrawlEngine
import LoopbackServer
import Synchronization
import Testing

/// Servers that close a free connection just when a request comes on it.
@Suite(.timeLimit(.minutes(15))) struct DeadConnectionTests {
    /// Answers the first request on each connection, and resets it at the second.
    private func server() throws -> LoopbackServer {
        let connections = ConnectionSet()
        return try LoopbackServer { request in
            connections.isNew(request.connection) ? .html(title: request.path) : .reset
        }
    }

    @Test func `no page fails by it, nor uses up an attempt`() async throws {
        let server = try server()
        let harness = try CrawlHarness()

        try await harness.crawl((0..<20).map { server.url("/\($0)") })

        #expect(try harness.rows().allSatisfy { $0.state == .done && $0.attempts == 1 })
    }

    @Test func `the request is repeated no sooner than the host's delay allows`() async throws {
        let server = try server()
        let harness = try CrawlHarness()

        try await harness.crawl(
            (0..<3).map { server.url("/\($0)") }, spec: CrawlHarness.spec { $0.delay = .milliseconds(150) })

        #expect(try harness.rows().allSatisfy { $0.state == .done && $0.attempts == 1 })
        #expect(server.counters.requests > 3)
        #expect(try #require(server.leastGap(of: "127.0.0.1")) >= .milliseconds(110))
    }
}

/// The connections that a server has seen.
private final class ConnectionSet: Sendable {
    private let seen = Mutex<Set<Int>>([])

    func isNew(_ connection: Int) -> Bool { seen.withLock { $0.insert(connection).inserted } }
}
