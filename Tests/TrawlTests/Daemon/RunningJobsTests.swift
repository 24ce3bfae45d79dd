import TrawlStore
import CrawlCore
import Logging
import Testing

@testable import TrawlSQLite
@testable import trawl

/// Which jobs a daemon may start: without a database, a clock or a run.
@Suite struct RunningJobsTests {
    private var jobs = RunningJobs(capacity: 2)
    private let start = MonotonicInstant.now

    private func job(_ id: Int64, spec: String = "{}") -> JobRecord {
        JobRecord(
            id: JobID(rawValue: id), name: "job \(id)", spec: spec, isPaused: false, createdAt: 0)
    }

    private mutating func begin(_ job: JobRecord) {
        jobs.begin(job, Interruption(Logger(label: "test")), now: start)
    }

    @Test mutating func `a job that runs is not started again, until it is over`() {
        begin(job(1))
        #expect(!jobs.isReady(job(1), now: start))
        #expect(jobs.isReady(job(2), now: start))

        let first = jobs.end(job(1).id, .success(.success), now: start)
        let second = jobs.end(job(1).id, .success(.success), now: start)

        #expect(first?.job.name == "job 1")
        #expect(second == nil)
        #expect(jobs.isReady(job(1), now: start))
    }

    @Test mutating func `no more run than may`() {
        begin(job(1))
        #expect(!jobs.isFull)
        begin(job(2))
        #expect(jobs.isFull)
    }

    @Test mutating func `a job that could not go on rests for half a minute`() {
        begin(job(1))
        _ = jobs.end(job(1).id, .failure(CommandFailure(.io, "no room")), now: start)

        #expect(!jobs.isReady(job(1), now: start + .seconds(29)))
        #expect(jobs.isReady(job(1), now: start + .seconds(30)))
    }

    @Test mutating func `a job that is wrong rests until it is changed`() {
        begin(job(1))
        _ = jobs.end(job(1).id, .failure(CommandFailure(.usage, "wrong")), now: start)

        #expect(!jobs.isReady(job(1), now: start + .seconds(86_400)))
        #expect(jobs.isReady(job(1, spec: "{\"urls\": []}"), now: start))
    }

    @Test mutating func `a reload wakes jobs that rest`() {
        begin(job(1))
        _ = jobs.end(job(1).id, .failure(CommandFailure(.usage, "wrong")), now: start)

        jobs.wake()

        #expect(jobs.isReady(job(1), now: start))
    }

    @Test mutating func `a run that a limit stopped waits until its job begins again`() {
        begin(job(1))
        _ = jobs.end(job(1).id, .success(.limitReached), now: start)
        #expect(jobs.limited == [job(1).id])

        begin(job(1))
        #expect(jobs.limited.isEmpty)
    }
}
