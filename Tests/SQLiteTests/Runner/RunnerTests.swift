import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Runners, and what becomes of what they held.
@Suite struct RunnerTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    /// The pids that the store has a runner for.
    private func pids() throws -> [Int] {
        try temporary.query("SELECT pid FROM runners ORDER BY pid").map { $0["pid"] }
    }

    private func reap(_ processes: ProcessTableStub, now: Int64) throws {
        try store.writing { try $0.reapRunners(processes, now: now) }
    }

    @Test func `a runner is entered with who it is and until when it holds`() throws {
        let processes = ProcessTableStub(pid: 7, boot: "b", namespace: "n", started: 1234)

        _ = try store.writing { try $0.registerRunner(processes, now: 1_000) }

        let row = try #require(try temporary.query("SELECT * FROM runners").first)
        #expect(row["boot_id"] == "b")
        #expect(row["pid_namespace"] == "n")
        #expect(row["pid"] == 7)
        #expect(row["process_started"] == 1_234)
        #expect(row["started_at"] == 1_000)
        #expect(row["expires_at"] == 61_000)
    }

    @Test func `two runners of one machine live side by side`() throws {
        let first = try temporary.runner(pid: 7)
        let second = try temporary.runner(pid: 8)

        #expect(first != second)
        #expect(try pids() == [7, 8])
    }

    @Test func `a runner of an earlier boot is gone, whatever its lease and its pid say`() throws {
        _ = try store.writing { try $0.registerRunner(ProcessTableStub(pid: 7, boot: "before"), now: 0) }

        try reap(ProcessTableStub(pid: 8), now: 1)

        #expect(try pids() == [])
    }

    @Test func `a runner whose process has ended is gone at once`() throws {
        _ = try temporary.runner(pid: 7)
        var processes = ProcessTableStub(pid: 8)
        processes.alive[7] = nil

        try reap(processes, now: 1)

        #expect(try pids() == [])
    }

    @Test func `a runner whose pid belongs to a later process is gone`() throws {
        _ = try temporary.runner(pid: 7)
        var processes = ProcessTableStub(pid: 8)
        processes.alive[7] = 5_000

        try reap(processes, now: 1)

        #expect(try pids() == [])
    }

    @Test func `a runner whose process lives stays, however old its lease`() throws {
        _ = try temporary.runner(pid: 7)

        try reap(ProcessTableStub(pid: 8), now: 1_000_000_000)

        #expect(try pids() == [7])
    }

    @Test func `a runner of another pid namespace stays until its lease expires`() throws {
        _ = try store.writing { try $0.registerRunner(ProcessTableStub(pid: 7, namespace: "other"), now: 0) }
        var processes = ProcessTableStub(pid: 8)
        processes.alive[7] = nil

        try reap(processes, now: 60_000)
        #expect(try pids() == [7])

        try reap(processes, now: 60_001)
        #expect(try pids() == [])
    }

    @Test func `a runner that shows signs of life keeps its lease`() throws {
        let runner = try store.writing {
            try $0.registerRunner(ProcessTableStub(pid: 7, namespace: "other"), now: 0)
        }
        try store.writing { try $0.renewRunner(runner, now: 50_000) }

        try reap(ProcessTableStub(pid: 8), now: 110_000)
        #expect(try pids() == [7])

        try reap(ProcessTableStub(pid: 8), now: 110_001)
        #expect(try pids() == [])
    }

    @Test func `a new runner frees what one that is gone has held`() throws {
        let gone = try temporary.runner(pid: 7)
        let run = try temporary.begin(["http://a/"], runner: gone)
        let host = try store.writing { try $0.host("http://a") }
        _ = try store.writing { try $0.lease(host, runner: gone, now: 0) }
        var processes = ProcessTableStub(pid: 8)
        processes.alive[7] = nil

        let runner = try store.writing { try $0.registerRunner(processes, now: 9_000) }

        let record = try temporary.run(run)
        #expect(record.runnerPID == nil)
        try store.writing { try $0.takeRun(record, runner: runner) }
        // When it sent its last request nobody knows, so that its delay counts from now.
        var expected = HostRecord()
        expected.lastStartedAt = 9_000
        #expect(try store.writing { try $0.lease(host, runner: runner, now: 0) } == .held(expected))
    }

    @Test func `what a living runner holds is left to it`() throws {
        let first = try temporary.runner(pid: 7)
        let run = try temporary.begin(["http://a/"], runner: first)
        let host = try store.writing { try $0.host("http://a") }
        _ = try store.writing { try $0.lease(host, runner: first, now: 0) }

        let second = try temporary.runner(pid: 8)

        #expect(try temporary.run(run).runnerPID == 7)
        #expect(try store.writing { try $0.lease(host, runner: second, now: 0) } == .taken)
    }

    @Test func `a runner that leaves gives back what it has and nothing of others`() throws {
        let first = try temporary.runner(pid: 7)
        let second = try temporary.runner(pid: 8)
        let one = try temporary.begin(job: "one", runner: first)
        let two = try temporary.begin(job: "two", runner: second)
        let hosts = try store.writing { try [$0.host("http://a"), $0.host("http://b")] }
        _ = try store.writing { transaction in
            try (
                transaction.lease(hosts[0], runner: first, now: 0),
                transaction.lease(hosts[1], runner: second, now: 0)
            )
        }

        try store.writing { try $0.removeRunner(first, now: 5) }

        #expect(try pids() == [8])
        #expect(try temporary.run(one).runnerPID == nil)
        #expect(try temporary.run(two).runnerPID == 8)
        let leases = try temporary.query("SELECT runner_id, last_started_at FROM hosts ORDER BY id")
        #expect(leases.map { $0["runner_id"] as Int64? } == [nil, second.rawValue])
        #expect(leases.map { $0["last_started_at"] as Int64? } == [5, nil])
    }

    @Test func `this process is alive and its identity is its own`() throws {
        let processes = LinuxProcessTable()

        #expect(processes.processStarted(pid: processes.current.pid) == processes.current.processStarted)
        #expect(!processes.isGone(processes.current, expiresAt: 0, now: 1))
        #expect(processes.processStarted(pid: Int32.max) == nil)
        #expect(processes.current.bootID.count == 36)
        #expect(processes.current.pidNamespace.hasPrefix("pid:["))
    }
}
