import CrawlCore
import CrawlEngine
import GRDB
import LoopbackServer
import Synchronization
import Testing

/// A reader of the database that does not end.
@Suite(.timeLimit(.minutes(15))) struct HeldLogTests {
    /// Crawls enough to fill several pages of the log, and gives the sizes that were warned of.
    private func warnings(_ harness: CrawlHarness, limit: Int64) async throws -> [Int64] {
        let server = try LoopbackServer { _ in .text("ok").delayed(by: .milliseconds(30)) }
        let observer = LogObserver()
        var options = CrawlOptions(threads: 1, userAgent: "trawl-tests")
        options.logLimit = limit
        try await harness.crawl(
            (0..<100).map { server.url("/\($0)") }, spec: CrawlHarness.spec { $0.concurrency.perHost = 2 },
            options: options, observer: observer)
        return observer.sizes.withLock { $0 }
    }

    @Test func `is warned of once, while the log grows`() async throws {
        let harness = try CrawlHarness()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: harness.file, configuration: configuration)
        try reader.inDatabase { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM jobs")
        }

        let sizes = try await warnings(harness, limit: 4096)

        #expect(sizes.count == 1)
        #expect(sizes.allSatisfy { $0 > 4096 })
        try reader.inDatabase { try $0.rollback() }
    }

    @Test func `is not warned of where there is none`() async throws {
        #expect(try await warnings(CrawlHarness(), limit: 4096) == [])
    }
}

private final class LogObserver: RunObserver {
    let sizes = Mutex<[Int64]>([])

    func committed(_ outcomes: [PageOutcome]) {}
    func progressed(_ snapshot: RunSnapshot) {}
    func logIsHeld(bytes: Int64) { sizes.withLock { $0.append(bytes) } }
}
