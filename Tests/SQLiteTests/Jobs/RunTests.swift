import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// Runs from their beginning to their end.
@Suite struct RunTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    private func job() throws -> JobID { try store.reading { try #require(try $0.job(named: "job")).id } }

    @Test func `a run begins without pages, with the job as it is`() throws {
        try temporary.store.save("job", spec: "{\"a\": 1}")
        let job = try store.reading { try $0.job(named: "job")! }
        let id = try store.writing { try $0.beginRun(of: job, runner: nil, now: 77) }
        try temporary.store.save("job", spec: "{\"a\": 2}")

        let run = try temporary.run(id)

        #expect(run.state == .importing)
        #expect(run.number == 1)
        #expect(run.job == job.id)
        #expect(run.spec == "{\"a\": 1}")
        #expect(run.startedAt == 77)
        #expect(run.finishedAt == nil)
        #expect(run.runnerPID == nil)
        #expect(run.progress == RunProgress())
    }

    @Test func `a run that has all its pages is active, then finished`() throws {
        let run = try temporary.beginImport()
        try store.writing { try $0.finishImport(run) }
        #expect(try temporary.run(run).state == .active)

        try store.writing { try $0.finishRun(run, now: 99) }

        #expect(try temporary.run(run).state == .finished)
        #expect(try temporary.run(run).finishedAt == 99)
    }

    @Test func `a finished run is not opened again by the end of an import`() throws {
        let run = try temporary.begin()
        try store.writing { try $0.finishRun(run, now: 99) }

        try store.writing { try $0.finishImport(run) }

        #expect(try temporary.run(run).state == .finished)
    }

    @Test func `a finished run has no runner`() throws {
        let runner = try temporary.runner()
        let run = try temporary.begin(runner: runner)
        #expect(try temporary.run(run).runnerPID == 1)

        try store.writing { try $0.finishRun(run, now: 99) }

        #expect(try temporary.run(run).runnerPID == nil)
    }

    @Test func `a job has one unfinished run at most`() throws {
        try temporary.begin()

        #expect(throws: StoreError.self) { try temporary.begin() }
        #expect(throws: Never.self) { try temporary.begin(job: "other") }
    }

    @Test func `runs are numbered by job, found by number, and listed with the latest first`() throws {
        for _ in 0..<3 {
            let run = try temporary.begin()
            try store.writing { try $0.finishRun(run, now: 1) }
        }
        try temporary.begin(job: "other")
        let job = try job()

        #expect(try store.reading { try $0.runs(of: job) }.map(\.number) == [3, 2, 1])
        #expect(try store.reading { try $0.latestRun(of: job) }?.number == 3)
        #expect(try store.reading { try $0.run(2, of: job) }?.number == 2)
        #expect(try store.reading { try $0.run(4, of: job) } == nil)
    }

    @Test func `the unfinished run is the one that is importing or active`() throws {
        let run = try temporary.beginImport()
        let job = try job()
        #expect(try store.reading { try $0.unfinishedRun(of: job) }?.id == run)

        try store.writing { try $0.finishImport(run) }
        #expect(try store.reading { try $0.unfinishedRun(of: job) }?.id == run)

        try store.writing { try $0.finishRun(run, now: 1) }
        #expect(try store.reading { try $0.unfinishedRun(of: job) } == nil)
    }

    @Test func `a run that nobody has can be taken, and taken again by the same runner`() throws {
        let runner = try temporary.runner(pid: 7)
        let run = try temporary.run(temporary.begin())

        try store.writing { try $0.takeRun(run, runner: runner) }
        try store.writing { try $0.takeRun(run, runner: runner) }

        #expect(try temporary.run(run.id).runnerPID == 7)
    }

    @Test func `a run that another runner has cannot be taken`() throws {
        let run = try temporary.begin(runner: temporary.runner(pid: 7))
        let second = try temporary.runner(pid: 8)
        let record = try temporary.run(run)

        let error = failure { try store.writing { try $0.takeRun(record, runner: second) } }

        #expect(error?.kind == .alreadyRunning)
        #expect(error?.description.contains("process 7") == true)
        #expect(try temporary.run(run).runnerPID == 7)
    }

    @Test func `a run that was released can be taken by another`() throws {
        let run = try temporary.begin(runner: temporary.runner(pid: 7))
        let second = try temporary.runner(pid: 8)

        try store.writing { try $0.releaseRun(run) }
        let record = try temporary.run(run)
        try store.writing { try $0.takeRun(record, runner: second) }

        #expect(try temporary.run(run).runnerPID == 8)
    }

    @Test func `an import that was cut short is deleted in slices, and then its run`() throws {
        let run = try temporary.beginImport()
        try temporary.add((0..<25).map { "http://a/\($0)" }, to: run)
        let other = try temporary.begin(["http://a/1"], job: "other")

        var slices: [Int] = []
        while try store.writing({ try $0.discardImport(run, limit: 10) }) {
            slices.append(
                try temporary.value("SELECT count(*) FROM pages WHERE run_id = \(run.rawValue)") ?? -1)
        }

        #expect(slices == [15, 5, 0])
        #expect(try store.reading { try $0.run(run) } == nil)
        #expect(try temporary.rows(other).count == 1)
        #expect(try store.check() == [])
    }

    @Test func `a run that begins after a discarded import has only its own pages`() throws {
        let cut = try temporary.beginImport()
        try temporary.add(["http://a/1", "http://a/2"], to: cut)
        while try store.writing({ try $0.discardImport(cut, limit: 10) }) {}

        let run = try temporary.begin(["http://a/2"])

        #expect(try temporary.rows(run).map(\.url) == ["http://a/2"])
        #expect(try temporary.run(run).number == 1)
    }
}
