import Glibc
import LoopbackServer
import Testing
import TrawlTestSupport

/// A process that stands still for longer than others wait for its sign of life.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere)) struct StoppedRunnerTests {
    private static let addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]

    @Test func `another takes its hosts, and it goes on as a new runner`() async throws {
        let bench = try Workbench()
        let pages = 200
        let site = try LoopbackServer(addresses: Self.addresses) {
            Site.page($0).delayed(by: .milliseconds(100))
        }
        let first = site.numbered(pages)
        try bench.job(
            "docs", urls: Self.addresses.map { first.replacing("127.0.0.1", with: $0) },
            "delay: 0s\nconcurrency: {per_host: 1}")
        let database = try PostgresServer.shared().newURL()
        let stopped = try bench.start("run", "docs.yaml", "--db", database)
        try await eventually("requests to all hosts") {
            Self.addresses.allSatisfy { site.counters(of: $0).requests > 3 }
        }
        let other = try bench.start("run", "docs.yaml", "--db", database)
        stopped.signal(SIGSTOP)
        let before = Self.addresses.map { site.counters(of: $0).requests }
        // What is on its way as it stops is one request a host.
        try await eventually("the other has the hosts", within: .seconds(120)) {
            zip(Self.addresses, before).allSatisfy { site.counters(of: $0).requests > $1 + 3 }
        }
        stopped.signal(SIGCONT)

        let (one, two) = (try await stopped.finished(), try await other.finished())
        #expect(one.code == 0)
        #expect(two.code == 0)
        #expect(one.errors.contains("going on as a new runner"))
        for address in Self.addresses {
            #expect(
                Set(site.log.filter { $0.headers["host"]?.hasPrefix(address) == true }.map(\.path)).count
                    == pages)
        }
        // Only what was on its way is asked for again.
        #expect(site.counters.requests <= Self.addresses.count * (pages + 2))
    }
}
