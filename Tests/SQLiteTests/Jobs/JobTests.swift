import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Jobs as rows.
@Suite struct JobTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    @Test func `a job that plain SQL has inserted is one like any other`() throws {
        try temporary.execute("INSERT INTO jobs(name, spec) VALUES ('docs', '{\"urls\": [\"http://a/\"]}')")

        let job = try #require(try store.reading { try $0.job(named: "docs") })

        #expect(job.spec == "{\"urls\": [\"http://a/\"]}")
        #expect(!job.isPaused)
        // Unix milliseconds: after 2020, before 2100.
        #expect((1_577_836_800_000..<4_102_444_800_000).contains(job.createdAt))
    }

    @Test func `a job that is stored again keeps its id, its first time and its state`() throws {
        let first = try store.save("job", now: 1)
        try temporary.execute("UPDATE jobs SET state = 'paused'")

        let second = try store.save("job", spec: "{\"a\": 1}", now: 2)

        let job = try #require(try store.reading { try $0.job(named: "job") })
        #expect(first == second)
        #expect(job.spec == "{\"a\": 1}")
        #expect(job.createdAt == 1)
        #expect(job.isPaused)
        #expect(try temporary.value("SELECT updated_at FROM jobs", as: Int.self) == 2)
    }

    @Test func `a job that is deleted takes its runs with it where foreign keys are off`() throws {
        let run = try temporary.begin(["http://a/1"])
        #expect(try temporary.rows(run).count == 1)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false

        try DatabaseQueue(path: temporary.folder.database, configuration: configuration).write {
            try $0.execute(sql: "DELETE FROM jobs")
        }

        let left = ["runs", "pages", "schedules", "starts", "run_hosts"].filter {
            (try? temporary.value("SELECT count(*) FROM \($0)", as: Int.self)) != 0
        }
        #expect(left == [])
        #expect(try store.check() == [])
    }

    @Test func `jobs are listed by name`() throws {
        for name in ["b", "c", "a"] { try store.save(name) }

        #expect(try store.reading { try $0.jobs() }.map(\.name) == ["a", "b", "c"])
    }

    @Test func `there is no job of a name that was never stored`() throws {
        #expect(try store.reading { try $0.job(named: "job") } == nil)
    }

    @Test func `a job that plain SQL has paused is not active, one that it has deleted neither`() throws {
        let id = try store.save("job")
        #expect(try store.reading { try $0.isActive(id) })

        try temporary.execute("UPDATE jobs SET state = 'paused' WHERE name = 'job'")
        #expect(try !store.reading { try $0.isActive(id) })

        try temporary.execute("DELETE FROM jobs")
        #expect(try !store.reading { try $0.isActive(id) })
    }

    @Test func `pausing a job pauses it and no other`() throws {
        for name in ["a", "b"] { try store.save(name) }

        try store.writing { try $0.pause("a") }

        #expect(try store.reading { try $0.jobs() }.map(\.isPaused) == [true, false])
    }

    @Test func `what decides whether a job is run is read with it`() throws {
        for name in ["finished", "new", "taken", "unfinished"] { try store.save(name) }
        try temporary.begin(job: "unfinished")
        try temporary.begin(job: "taken", runner: try temporary.runner())
        let finished = try temporary.begin(job: "finished")
        try store.writing { try $0.finishRun(finished, now: 1) }

        let standings = try store.reading { try $0.jobStandings() }

        #expect(standings.map(\.job.name) == ["finished", "new", "taken", "unfinished"])
        #expect(standings.map(\.hasRun) == [true, false, true, true])
        #expect(standings.map { $0.unfinished != nil } == [false, false, true, true])
        #expect(standings.map(\.isTaken) == [false, false, true, false])
    }
}
