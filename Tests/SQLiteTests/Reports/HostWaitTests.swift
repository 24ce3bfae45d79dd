import CrawlCore
@testable import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// The hosts that a run waits for, which `trawl status --watch` asks for once a second.
@Suite struct HostWaitTests {
    private let temporary: TemporaryStore
    private let run: RunID

    init() throws {
        temporary = try TemporaryStore()
        let runner = try temporary.runner(pid: 7)
        let other = try temporary.runner(pid: 8)
        run = try temporary.begin(
            ["http://snoozed/", "http://down/", "http://slow/", "http://taken/", "http://well/"],
            runner: runner)
        try temporary.execute(
            """
            UPDATE hosts SET runner_id = \(runner.rawValue) WHERE host <> 'http://taken';
            UPDATE hosts SET runner_id = \(other.rawValue), wanted_by = \(runner.rawValue), snoozed_until = 9000
                WHERE host = 'http://taken';
            UPDATE hosts SET snoozed_until = 5000 WHERE host = 'http://snoozed';
            UPDATE hosts SET probe_at = 7000 WHERE host = 'http://down';
            UPDATE hosts SET rate = 0.5 WHERE host = 'http://slow';
            UPDATE hosts SET snoozed_until = 10 WHERE host = 'http://well';
            INSERT INTO hosts (host, snoozed_until) VALUES ('http://nobody', 9000)
            """)
    }

    @Test func `the hosts of the run are told, the longest waits first, and the hosts that it wants`() throws
    {
        let waits = try temporary.store.reading { try $0.hostWaits(of: run, now: 1_000, limit: 10) }

        #expect(
            waits == [
                HostWait(host: "http://down", reason: .unreachable, until: 7_000),
                HostWait(host: "http://snoozed", reason: .snoozed, until: 5_000),
                HostWait(host: "http://slow", reason: .throttled, until: nil),
                HostWait(host: "http://taken", reason: .taken, until: nil),
            ])
        #expect(try temporary.store.reading { try $0.hostWaits(of: run, now: 1_000, limit: 1) }.count == 1)
    }

    @Test func `no host is read but those that runners have or want`() throws {
        let plan = try temporary.query(
            "EXPLAIN QUERY PLAN "
                + StoreTransaction.hostWaitsSQL.replacing("?1", with: "1").replacing("?2", with: "2")
                .replacing(
                    "?3", with: "3")
        ).map { $0["detail"] as String }

        #expect(
            plan.contains { $0.hasPrefix("SEARCH hosts USING INDEX hosts_runner (runner_id=?)") }, "\(plan)")
        // The index has only the hosts that somebody waits for.
        #expect(plan.contains { $0.hasPrefix("SCAN hosts USING INDEX hosts_wanted") }, "\(plan)")
        #expect(!plan.contains("SCAN hosts"))
    }
}
