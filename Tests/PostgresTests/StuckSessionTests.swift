import CrawlCore
import Foundation
import Testing
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// What a client leaves that was cut off in the middle of sending a transaction. One test after the other: what ends sessions ends those of
/// the whole database.
@Suite(
    .serialized, .timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere, "PostgreSQL is not installed")
)
struct StuckSessionTests {
    private let url: PostgresURL
    private let store: PostgresStore

    init() throws {
        url = try PostgresURL(try PostgresServer.shared().newURL())
        store = try PostgresStore(url, access: .readWrite)
    }

    /// How many sessions have waited for so many seconds for the rest of a transaction that uses this schema.
    private func stuck(for seconds: Int64 = 0) throws -> Int64 {
        try PostgresConnection(url, writes: false).run(
            """
            SELECT count(DISTINCT pid) FROM pg_stat_activity JOIN pg_locks USING (pid)
            WHERE wait_event_type = 'Client' AND state = 'active' AND relation = '{schema}.jobs'::regclass
                AND state_change <= clock_timestamp() - $1 * interval '1 second'
            """, [.int(seconds)]
        ).first?.int(0) ?? 0
    }

    /// Ends sessions that have waited for longer than those of other tests do.
    private func end() throws {
        try store.transaction(.write) { try $0.endStuckSessions(after: .seconds(5)) }
    }

    @Test func `a session that has written and waits for the rest of its transaction is ended`() async throws
    {
        let writer = try PostgresConnection(url, writes: true)
        try writer.begin(.write)
        // Sent, and without an end: the server has carried it out and waits for more.
        try writer.send("INSERT INTO {schema}.jobs (name, spec) VALUES ('stuck', '{}')")
        try await eventually("the server waits") { try stuck() == 1 }
        try end()
        #expect(try stuck() == 1)
        try await eventually("the session is ended") {
            try end()
            return try stuck() == 0
        }
        #expect(throws: PostgresFailure.self) {
            try writer.commit()
            try writer.flush()
        }
    }

    @Test func `a session that only reads may wait for its client`() async throws {
        let reader = try PostgresConnection(url, writes: false)
        try reader.begin(.read)
        try reader.send("SELECT count(*) FROM {schema}.jobs")
        try await eventually("the server waits for long") { try stuck(for: 6) == 1 }
        try end()
        #expect(try reader.flush().first?.first?.int(0) == 0)
    }
}
