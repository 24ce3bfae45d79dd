import CrawlCore
import Testing

/// What is due, and what was missed.
@Suite struct JobScheduleTests {
    private let utc = FixedOffset()
    private let day: Int64 = 86_400_000

    private func verdict(
        _ text: String, considered: Int64, now: Int64, _ change: (inout JobSchedule) -> Void = { _ in }
    ) throws -> JobSchedule.Verdict {
        var schedule = try JobSchedule(text)
        change(&schedule)
        return schedule.verdict(job: "docs", considered: considered, now: now, zone: utc)
    }

    private func expected(due: Int64?, starts: Bool, missed: Int, nextStart: Int64?) -> JobSchedule.Verdict {
        var verdict = JobSchedule.Verdict()
        verdict.due = due
        verdict.starts = starts
        verdict.missed = missed
        verdict.nextStart = nextStart
        return verdict
    }

    @Test func `nothing is due before its time`() throws {
        let verdict = try verdict("@daily", considered: day, now: 2 * day - 1)

        #expect(verdict == expected(due: nil, starts: false, missed: 0, nextStart: 2 * day))
    }

    @Test func `a start is due from its minute on, once`() throws {
        let verdict = try verdict("@daily", considered: day, now: 2 * day)

        #expect(verdict == expected(due: 2 * day, starts: true, missed: 0, nextStart: 3 * day))
        #expect(try self.verdict("@daily", considered: 2 * day, now: 2 * day + 5).due == nil)
    }

    @Test func `one run makes up for all that was missed`() throws {
        let verdict = try verdict("@daily", considered: day, now: 5 * day + day / 2)

        #expect(verdict == expected(due: 5 * day, starts: true, missed: 3, nextStart: 6 * day))
    }

    @Test func `starts that are late are passed over where the job says so`() throws {
        let late = try verdict("@daily", considered: day, now: 5 * day + 60_001) { $0.missed = .skip }
        let inTime = try verdict("@daily", considered: day, now: 5 * day + 60_000) { $0.missed = .skip }

        #expect(late == expected(due: 5 * day, starts: false, missed: 4, nextStart: 6 * day))
        #expect(inTime == expected(due: 5 * day, starts: true, missed: 3, nextStart: 6 * day))
    }

    @Test func `months of missed minutes are found out soon`() throws {
        let verdict = try verdict("* * * * *", considered: 0, now: 1000 * day)

        #expect(verdict.due == 1000 * day)
        #expect(verdict.missed > 1000)
    }

    @Test func `jitter puts a start off by the same each time it is asked for`() throws {
        let starts = try (0..<50).map { index in
            try #require(
                try verdict("@daily", considered: index * day, now: index * day) {
                    $0.jitter = .seconds(600)
                }.nextStart) - (index + 1) * day
        }

        #expect(starts.allSatisfy { (0...600_000).contains($0) })
        #expect(Set(starts).count > 40)
        let again = try verdict("@daily", considered: 0, now: 0) { $0.jitter = .seconds(600) }
        #expect(again.nextStart == day + starts[0])
    }

    @Test func `a start that is put off is due when it comes`() throws {
        let start = try #require(
            try verdict("@daily", considered: 0, now: 0) { $0.jitter = .seconds(600) }.nextStart)

        #expect(
            try verdict("@daily", considered: 0, now: start - 1) { $0.jitter = .seconds(600) }.due == nil)
        #expect(try verdict("@daily", considered: 0, now: start) { $0.jitter = .seconds(600) }.due == day)
    }
}
