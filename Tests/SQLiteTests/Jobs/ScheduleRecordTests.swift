import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// How far due times are settled, and what became of them.
@Suite struct ScheduleRecordTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }
    private let job: JobID
    private let daily = ScheduleRecord(schedule: "@daily", consideredAt: 10, nextStartAt: 20)

    init() throws {
        temporary = try TemporaryStore()
        job = try temporary.store.save("job")
    }

    @Test func `of two processes that settle a due time one does`() throws {
        var later = daily
        later.consideredAt = 20

        #expect(try store.writing { try $0.save(daily, of: job, previous: nil) })
        #expect(try store.writing { try $0.save(later, of: job, previous: daily) })
        #expect(try !store.writing { try $0.save(later, of: job, previous: daily) })
        #expect(try !store.writing { try $0.save(later, of: job, previous: nil) })

        #expect(try store.reading { try $0.jobStandings() }.map(\.schedule) == [later])
    }

    @Test func `what became of a due time is noted once`() throws {
        try store.writing { transaction in
            try transaction.noteStart(of: job, due: 5, .overlapped, missed: 0, run: nil, now: 6)
            try transaction.noteStart(of: job, due: 5, .started, missed: 0, run: nil, now: 7)
        }

        #expect(
            try temporary.query("SELECT outcome FROM starts").map { $0["outcome"] as String } == [
                "overlapped"
            ])
    }

    @Test func `a start whose run could not begin keeps the reason`() throws {
        let run = try temporary.begin()
        try store.writing { transaction in
            try transaction.noteStart(of: job, due: 5, .started, missed: 0, run: run, now: 6)
            try transaction.failStart(of: job, run: run, error: "no list")
        }

        let row = try #require(try temporary.query("SELECT outcome, error FROM starts").first)
        #expect(row["outcome"] == "failed")
        #expect(row["error"] == "no list")
    }

    @Test func `a job without a schedule any more has none`() throws {
        _ = try store.writing { try $0.save(daily, of: job, previous: nil) }

        try store.writing { try $0.dropSchedule(of: job) }

        #expect(try store.reading { try $0.jobStandings() }.map(\.schedule) == [nil])
    }
}
