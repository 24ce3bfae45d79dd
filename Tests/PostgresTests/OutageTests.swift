import CrawlCore
import Synchronization
import Testing
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// What is done while the server cannot be reached, and what became of what was sent.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere, "PostgreSQL is not installed"))
struct OutageTests {
    /// A clock that goes on by ten seconds whenever it is looked at.
    private final class FastClock: Sendable {
        private let seconds = Atomic<Int64>(0)

        var now: MonotonicInstant {
            MonotonicInstant(sinceBoot: .seconds(seconds.add(10, ordering: .relaxed).newValue))
        }
    }

    @Test func `a command that is no runner gives up after half a minute`() {
        let clock = FastClock()
        var outage = Outage(patience: .seconds(30), clock: { clock.now })
        var waits = 0
        while waits < 100, outage.wait("away") { waits += 1 }
        #expect(waits < 10)
    }

    @Test func `a runner waits until it is told to hurry, and tells of it once`() {
        let clock = FastClock()
        let lease = RunnerLease(since: clock.now)
        let told = Mutex<[String?]>([])
        lease.listen { words in told.withLock { $0.append(words) } }
        var outage = Outage([lease], clock: { clock.now })
        for _ in 0..<20 { #expect(wait(&outage)) }
        #expect(lease.sinceWait(at: clock.now) != nil)
        lease.hurry(until: clock.now)
        #expect(!wait(&outage))
        outage.end()
        #expect(told.withLock { $0 } == ["away", nil])
    }

    private func wait(_ outage: inout Outage) -> Bool { outage.wait("away") }

    private func connect() throws -> PostgresConnection {
        try PostgresConnection(try PostgresURL(try PostgresServer.shared().newURL()), writes: true)
    }

    @Test func `what became of a transaction is known by its number`() throws {
        let (one, other) = (try connect(), try connect())
        func mark(_ sql: String) throws -> TransactionMark {
            try one.begin(.write)
            _ = try one.run(sql)
            return try one.mark(withTimeline: true)
        }
        // A transaction gets a number as it writes, or asks for one.
        let numbered = "SELECT pg_current_xact_id()"
        let committed = try mark(numbered)
        #expect(try other.fate(of: committed) == nil)
        try one.commit()
        try one.flush()
        #expect(try other.fate(of: committed) == .committed)
        let aborted = try mark(numbered)
        try one.rollBack()
        #expect(try other.fate(of: aborted) == .aborted)
        let empty = try mark("SELECT 1")
        try one.rollBack()
        #expect(empty.id == nil)
        #expect(try other.fate(of: empty) == .aborted)
        // In another history the number may be another transaction's.
        #expect(try other.fate(of: TransactionMark(id: committed.id, timeline: "FFFFFFFF")) == .unknown)
        #expect(try other.fate(of: TransactionMark(id: committed.id, timeline: nil)) == .unknown)
    }

    @Test func `a connection that is lost in a transaction is made anew, and the transaction done once`()
        throws
    {
        let url = try PostgresURL(try PostgresServer.shared().newURL())
        let store = try PostgresStore(url, access: .readWrite)
        let killer = try PostgresConnection(url, writes: true)
        var tries = 0
        try store.transaction(.write) { transaction in
            tries += 1
            _ = try transaction.connection.run(
                "INSERT INTO {schema}.jobs (name, spec) VALUES ($1, '{}')", [.text("job")])
            if tries == 1 {
                // Behind a pooler a transaction has a process of its own.
                let process = try transaction.connection.run("SELECT pg_backend_pid()").first?.int(0) ?? 0
                _ = try killer.run("SELECT pg_terminate_backend($1::int)", [.int(process)])
            }
            _ = try transaction.connection.run("SELECT 1")
        }
        #expect(tries == 2)
        #expect(try store.read { try $0.jobs().count } == 1)
    }
}
