import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Which pages a host has for the taking.
@Suite struct ClaimTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    /// Puts a page off.
    private func postpone(_ url: String, until instant: Int64) throws {
        try temporary.execute("UPDATE pages SET not_before = \(instant) WHERE url = '\(url)'")
    }

    @Test func `pages are claimed in the order they were found`() throws {
        let run = try temporary.begin(["http://a/2", "http://a/1", "http://a/3"])

        #expect(
            try temporary.claim("http://a", of: run).map(\.url) == ["http://a/2", "http://a/1", "http://a/3"])
    }

    @Test func `a claimed page has all that its request needs`() throws {
        let run = try temporary.beginImport()
        try temporary.add([.page(url: "http://a/x", hostKey: "http://a", name: "prices", line: 1)], to: run)
        try temporary.execute("UPDATE pages SET attempts = 2")

        let page = try #require(try temporary.claim("http://a", of: run, batch: BatchID(rawValue: 9)).first)

        #expect(page.url == "http://a/x")
        #expect(page.name == "prices")
        #expect(page.attempts == 2)
        #expect(page.batch == BatchID(rawValue: 9))
        #expect(try page.host == store.writing { try $0.host("http://a") })
        #expect(try temporary.value("SELECT id FROM pages") == page.id.rawValue)
    }

    @Test func `no more are claimed than were asked for`() throws {
        let run = try temporary.begin((1...5).map { "http://a/\($0)" })

        #expect(
            try temporary.claim("http://a", of: run, limit: 2).map(\.url) == ["http://a/1", "http://a/2"])
        #expect(try temporary.claim("http://a", of: run, limit: 0).isEmpty)
    }

    @Test func `pages that are claimed already are passed over, and do not count`() throws {
        let run = try temporary.begin((1...5).map { "http://a/\($0)" })
        let first = try temporary.claim("http://a", of: run, limit: 2)

        let second = try temporary.claim("http://a", of: run, limit: 2, claimed: Set(first.map(\.id)))

        #expect(second.map(\.url) == ["http://a/3", "http://a/4"])
    }

    @Test func `a claim goes on where the last one ended, and begins anew once it found too few`() throws {
        let run = try temporary.begin((1...5).map { "http://a/\($0)" })
        try postpone("http://a/4", until: 5)
        try postpone("http://a/2", until: 7)
        var position: FrontierPosition?
        func claim(_ limit: Int) throws -> [String] {
            try temporary.claim("http://a", of: run, now: 10, limit: limit, from: &position).map(\.url)
        }

        #expect(try claim(2) == ["http://a/1", "http://a/3"])
        #expect(try claim(2) == ["http://a/5", "http://a/4"])
        #expect(try claim(2) == ["http://a/2"])
        #expect(position == nil)
        #expect(try claim(1) == ["http://a/1"])
    }

    @Test func `claiming writes nothing`() throws {
        let run = try temporary.begin(["http://a/1"])
        let first = try temporary.claim("http://a", of: run)

        let second = try temporary.claim("http://a", of: run)

        #expect(first.map(\.id) == second.map(\.id))
    }

    @Test func `a page that is put off is claimed once its time has come, after those that waited longer`()
        throws
    {
        let run = try temporary.begin(["http://a/1", "http://a/2", "http://a/3"])
        try postpone("http://a/1", until: 500)

        #expect(
            try temporary.claim("http://a", of: run, now: 499).map(\.url) == ["http://a/2", "http://a/3"])
        #expect(
            try temporary.claim("http://a", of: run, now: 500).map(\.url) == [
                "http://a/2", "http://a/3", "http://a/1",
            ])
    }

    @Test func `only pending pages of the host and the run are claimed`() throws {
        let run = try temporary.begin(["http://a/1", "http://a/2", "http://a/3", "http://a/4", "http://b/1"])
        try temporary.begin(["http://a/5"], job: "other")
        try temporary.execute(
            """
            UPDATE pages SET state = 'done' WHERE url = 'http://a/1';
            UPDATE pages SET state = 'failed', error_kind = 'dns' WHERE url = 'http://a/2';
            UPDATE pages SET state = 'sending' WHERE url = 'http://a/3'
            """)

        #expect(try temporary.claim("http://a", of: run).map(\.url) == ["http://a/4"])
    }

    @Test func `the next retry is the earliest that is not due yet`() throws {
        let run = try temporary.begin(["http://a/1", "http://a/2", "http://a/3", "http://b/1"])
        let host = try store.writing { try $0.host("http://a") }
        #expect(try store.reading { try $0.nextRetry(of: host, run: run, after: 0) } == nil)
        try postpone("http://a/1", until: 900)
        try postpone("http://a/2", until: 500)
        try postpone("http://b/1", until: 100)

        #expect(try store.reading { try $0.nextRetry(of: host, run: run, after: 0) } == 500)
        #expect(try store.reading { try $0.nextRetry(of: host, run: run, after: 500) } == 900)
        #expect(try store.reading { try $0.nextRetry(of: host, run: run, after: 900) } == nil)
    }

    @Test func `a run has pending pages until the last is settled, retries included`() throws {
        let run = try temporary.begin(["http://a/1"])
        try temporary.begin(["http://a/1"], job: "other")
        try postpone("http://a/1", until: 1 << 50)
        #expect(try store.reading { try $0.hasPending(run) })

        try temporary.execute("UPDATE pages SET state = 'done' WHERE run_id = \(run.rawValue)")

        #expect(try !store.reading { try $0.hasPending(run) })
    }

    @Test func `batches are numbered by run and have ids of their own`() throws {
        let run = try temporary.begin()
        let other = try temporary.begin(job: "other")
        try store.writing { transaction in
            for number: Int64 in 1...2 {
                #expect(try transaction.nextBatchNumber(of: run) == number)
                let id = try transaction.nextBatchID()
                #expect(id == BatchID(rawValue: number))
                try transaction.addBatch(id, run: run, number: number, pages: 3, now: 50)
            }
            #expect(try transaction.nextBatchNumber(of: other) == 1)
            #expect(try transaction.nextBatchID() == BatchID(rawValue: 3))
        }

        let batch = try #require(try temporary.query("SELECT * FROM batches WHERE number = 2").first)
        #expect(batch["run_id"] == run.rawValue)
        #expect(batch["pages"] == 3)
        #expect(batch["claimed_at"] == 50)
    }
}
