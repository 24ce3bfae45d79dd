import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Hosts that have work, and who has them.
@Suite struct HostLeaseTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    private func host(_ key: String) throws -> HostID { try store.writing { try $0.host(key) } }

    private func lease(_ host: HostID, _ runner: RunnerID) throws -> HostLease {
        try store.writing { try $0.lease(host, runner: runner, now: 0) }
    }

    private func record(lastStartedAt: Int64) -> HostRecord {
        var record = HostRecord()
        record.lastStartedAt = lastStartedAt
        return record
    }

    @Test func `the hosts that wait are those with pending pages, by id, each once`() throws {
        let run = try temporary.begin(["http://b/1", "http://a/1", "http://a/2", "http://c/1", "http://d/1"])
        try temporary.begin(["http://e/1"], job: "other")
        try temporary.execute("UPDATE pages SET state = 'done' WHERE url = 'http://c/1'")

        let waiting = try store.reading { try $0.waitingHosts(of: run, after: nil, limit: 10) }

        let expected = try ["http://b", "http://a", "http://d"].map(host)
        #expect(waiting.map(\.host) == expected)
        #expect(waiting.map(\.notBefore) == [0, 0, 0])
    }

    @Test func `a host waits for the first of its pages that comes due`() throws {
        let run = try temporary.begin(["http://a/1", "http://a/2"])
        try temporary.execute(
            """
            UPDATE pages SET not_before = 900 WHERE url = 'http://a/1';
            UPDATE pages SET not_before = 500 WHERE url = 'http://a/2'
            """)

        #expect(
            try store.reading { try $0.waitingHosts(of: run, after: nil, limit: 10) }.map(\.notBefore) == [
                500
            ])
    }

    @Test func `hosts are handed out in slices, none twice and none left out`() throws {
        let run = try temporary.begin((0..<25).map { "http://h\($0 % 10)/\($0)" })
        var seen: [Int64] = []
        var after: HostID?
        while true {
            let slice = try store.reading { try $0.waitingHosts(of: run, after: after, limit: 3) }
            #expect(slice.count <= 3)
            guard let last = slice.last else { break }
            seen += slice.map(\.host.rawValue)
            after = last.host
        }

        #expect(seen == Array(1...10))
    }

    @Test func `a host that nobody has can be leased, and is kept when leased again`() throws {
        let runner = try temporary.runner()
        let host = try host("http://a")

        #expect(try lease(host, runner) == .held(HostRecord()))
        #expect(try lease(host, runner) == .held(HostRecord()))
        #expect(try temporary.value("SELECT runner_id FROM hosts") == runner.rawValue)
    }

    @Test func `a host that another runner has is taken`() throws {
        let first = try temporary.runner(pid: 1)
        let second = try temporary.runner(pid: 2)
        let host = try host("http://a")
        _ = try lease(host, first)

        #expect(try lease(host, second) == .taken)
        #expect(try temporary.value("SELECT runner_id FROM hosts") == first.rawValue)
    }

    @Test func `a host that was released tells its next holder when it was last asked`() throws {
        let first = try temporary.runner(pid: 1)
        let second = try temporary.runner(pid: 2)
        let hosts = try [host("http://a"), host("http://b")]
        for host in hosts { _ = try lease(host, first) }

        try store.writing { try $0.release(hosts[0], now: 777) }

        #expect(try lease(hosts[0], second) == .held(record(lastStartedAt: 777)))
        #expect(try lease(hosts[1], second) == .taken)
    }

    @Test func `a host that is not there cannot be leased`() throws {
        #expect(try lease(HostID(rawValue: 99), temporary.runner()) == .taken)
        #expect(try store.reading { try $0.hostKey(HostID(rawValue: 99)) } == nil)
    }

    @Test func `a host that is wanted goes to who waits for it, not back to who had it`() throws {
        let host = try host("http://a")
        let (holder, waiter) = try (temporary.runner(pid: 1), temporary.runner(pid: 2))
        _ = try store.writing { try $0.lease(host, runner: holder, now: 0) }

        #expect(try store.writing { try $0.lease(host, runner: waiter, now: 100) } == .taken)
        #expect(try store.reading { try $0.wantedHosts(of: holder, now: 200) } == [host])
        try store.writing { try $0.release(host, now: 300) }

        #expect(try store.writing { try $0.lease(host, runner: holder, now: 400) } == .taken)
        #expect(
            try store.writing { try $0.lease(host, runner: waiter, now: 500) }
                == .held(record(lastStartedAt: 300)))
        #expect(try store.reading { try $0.wantedHosts(of: waiter, now: 500) } == [])
    }

    @Test func `a wish that nobody renews holds nobody up`() throws {
        let host = try host("http://a")
        let (holder, waiter) = try (temporary.runner(pid: 1), temporary.runner(pid: 2))
        _ = try store.writing { try $0.lease(host, runner: holder, now: 0) }
        _ = try store.writing { try $0.lease(host, runner: waiter, now: 0) }
        try store.writing { try $0.release(host, now: 300) }

        #expect(try store.reading { try $0.wantedHosts(of: holder, now: 3_000) } == [])
        #expect(
            try store.writing { try $0.lease(host, runner: holder, now: 3_000) }
                == .held(record(lastStartedAt: 300)))
    }
}
