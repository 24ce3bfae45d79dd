import CrawlCore
import Testing

/// When schedules are due.
@Suite struct CronScheduleTests {
    /// The next due times after an instant, as UTC texts without seconds.
    private func due(
        _ text: String, after instant: Int64, _ zone: some TimeZoneOffsets = FixedOffset(), count: Int = 1
    ) throws -> [Int64] {
        let schedule = try CronSchedule(parsing: text)
        var instants: [Int64] = []
        var last = instant
        while instants.count < count, let next = schedule.next(after: last, in: zone) {
            instants.append(next)
            last = next
        }
        return instants
    }

    /// Thursday, 1 January 2026, 00:00 UTC.
    private let newYear: Int64 = 1_767_225_600
    /// 28 March 2027, 00:00 UTC: an hour before Berlin's clocks go forward.
    private let spring: Int64 = 1_806_192_000
    /// 31 October 2027, 00:00 UTC: an hour before Berlin's clocks go back.
    private let autumn: Int64 = 1_824_940_800

    /// Schedules, and seconds from the New Year on.
    private static let next: [(String, Int64)] = [
        ("0 3 * * *", 10_800), ("*/15 * * * *", 900), ("5/15 * * * *", 300), ("30 4 2 * *", 102_600),
        ("0 0 * * fri", 86_400), ("0 0 * * 5-7", 86_400), ("0 0 * * 7", 259_200),
        ("0 0 * * 7/3", 172_800), ("0 0 * * fri-sun", 86_400), ("0 0 1 feb *", 2_678_400),
        ("0 0 29 2 *", 68_169_600), ("@hourly", 3600), ("@daily", 86_400), ("@midnight", 86_400),
        ("@weekly", 259_200), ("@monthly", 2_678_400), ("@yearly", 31_536_000),
        ("0,10-12,50-59/4 0 * * *", 600), ("0\t6  * JAN,mar Mon", 367_200),
    ]

    @Test(arguments: next) func `a schedule is due next when its fields say`(text: String, seconds: Int64)
        throws
    {
        #expect(try due(text, after: newYear) == [newYear + seconds])
    }

    @Test func `of two restricted days either will do`() throws {
        // The 13th, and Fridays.
        #expect(
            try due("0 0 13 * 5", after: newYear, count: 3)
                == [newYear + 86_400, newYear + 8 * 86_400, newYear + 12 * 86_400])
    }

    @Test func `a day that begins with a star narrows the other`() throws {
        // Odd days that are Fridays: 9 January, 23 January.
        #expect(
            try due("0 0 */2 * 5", after: newYear, count: 2) == [newYear + 8 * 86_400, newYear + 22 * 86_400])
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
        "5-1 * * * *", "*/0 * * * *", "*/61 * * * *", "a * * * *", "1, * * * *", "1- * * * *", "-1 * * * *",
        "+1 * * * *", "1.5 * * * *", "* * L * *", "* * * * 1#2", "@reboot", "@every 5m", "0 0 30 2 *",
        "0 0 31 4,6,9,11 *", "99999999999999999999 * * * *", "1/ * * * *", "/5 * * * *", "* * * * mon-",
    ]) func `what is no schedule is refused`(text: String) {
        #expect(throws: CronError.self) { try CronSchedule(parsing: text) }
    }

    @Test func `a start in the hour that is skipped comes right after it, once`() throws {
        #expect(
            try due("30 2 * * *", after: spring, .berlin, count: 2) == [
                spring + 3600, spring + 86_400 + 1800,
            ])
        #expect(
            try due("0,15,30,45 2 * * *", after: spring, .berlin, count: 2)
                == [spring + 3600, spring + 86_400])
    }

    @Test func `a start in the hour that comes twice is due the first time only`() throws {
        #expect(
            try due("30 2 * * *", after: autumn, .berlin, count: 2) == [
                autumn + 1800, autumn + 90_000 + 1800,
            ])
        // Asked in the second of the two hours.
        #expect(try due("30 2 * * *", after: autumn + 5400, .berlin) == [autumn + 90_000 + 1800])
    }

    @Test func `a schedule of every hour goes by real time`() throws {
        let hours = [0, 1, 2, 3, 4].map { autumn + 1800 + Int64($0) * 3600 }
        #expect(try due("30 * * * *", after: autumn, .berlin, count: 5) == hours)
        #expect(
            try due("*/30 * * * *", after: spring, .berlin, count: 4)
                == (1...4).map { spring + $0 * 1800 })
    }

    @Test func `clocks that are put back by half an hour show a minute twice`() throws {
        let back: Int64 = 1_806_764_400
        #expect(
            try due("45 * * * *", after: back - 1800, .lordHowe, count: 2) == [back - 900, back + 900])
        #expect(try due("45 1 * * *", after: back - 1800, .lordHowe, count: 2)[0] == back - 900)
    }

    @Test func `a day that a place leaves out is made up for at its end`() throws {
        let end: Int64 = 1_325_239_200
        #expect(
            try due("0 12 * * *", after: end - 3600, .apia, count: 2) == [end, end + 12 * 3600])
    }
}

extension TimeZoneOffsets where Self == ZoneStub {
    static var berlin: ZoneStub { .berlin }
    static var lordHowe: ZoneStub { .lordHowe }
    static var apia: ZoneStub { .apia }
}
