import TrawlStore
import CrawlCore
import Testing

@testable import TrawlSQLite
@testable import trawl

/// Which jobs an agenda has run, and what it settles: without a database, a clock or a process.
@Suite struct AgendaTests {
    /// 2026-01-01T00:00:00Z.
    static let midnight: Int64 = 1_767_225_600_000
    static let hour: Int64 = 3_600_000

    var agenda = Agenda()

    /// How a job stands; scheduled on every hour, unless it says otherwise.
    func standing(
        _ name: String = "docs", schedule: String? = "0 * * * *", more: String = "", isPaused: Bool = false,
        createdAt: Int64 = midnight, hasRun: Bool = false, unfinished: Bool = false, isTaken: Bool = false,
        considered: Int64? = nil, as known: String? = nil
    ) -> JobStanding {
        let cron = schedule.map { ", \"schedule\": \"\($0)\", \"timezone\": \"UTC\"\(more)" } ?? ""
        let id = JobID(rawValue: Int64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
        return JobStanding(
            job: JobRecord(
                id: id, name: name, spec: "{\"urls\": [\"https://example.org/\"]\(cron)}",
                isPaused: isPaused, createdAt: createdAt),
            hasRun: hasRun || unfinished, unfinished: unfinished ? RunID(rawValue: 1) : nil,
            isTaken: isTaken,
            schedule: considered.map {
                ScheduleRecord(
                    schedule: known ?? "\(schedule ?? "") UTC", consideredAt: $0,
                    nextStartAt: $0 + AgendaTests.hour)
            })
    }

    func settled(_ item: Agenda.Item?) -> Agenda.Settlement? {
        if case .settle(let settlement)? = item?.change { settlement } else { nil }
    }

    // MARK: Without a schedule

    @Test mutating func `a job without a schedule runs once`() {
        let plan = agenda.plan(
            [standing("new", schedule: nil), standing("old", schedule: nil, hasRun: true)],
            now: Self.midnight)

        #expect(plan.items.map(\.runs) == [true, false])
        #expect(plan.items.allSatisfy { $0.change == nil })
        #expect(plan.nextStartAt == nil && plan.nextStarts.isEmpty)
    }

    @Test mutating func `an unfinished run goes on, unless a runner has it or a limit stopped it`() {
        let standings = [
            standing("free", schedule: nil, unfinished: true),
            standing("taken", schedule: nil, unfinished: true, isTaken: true),
            standing("limited", schedule: nil, unfinished: true),
            standing("scheduled", unfinished: true, considered: Self.midnight),
        ]

        let plan = agenda.plan(standings, limited: [standings[2].job.id], now: Self.midnight + 1)

        #expect(plan.items.map(\.runs) == [true, false, false, true])
    }

    @Test mutating func `a paused job does not run, and is counted`() {
        let plan = agenda.plan(
            [
                standing("new", schedule: nil, isPaused: true),
                standing("going", schedule: nil, isPaused: true, unfinished: true),
                standing("due", isPaused: true, considered: Self.midnight),
            ], now: Self.midnight + Self.hour)

        #expect(plan.items.map(\.runs) == [false, false, false])
        #expect(plan.pausedCount == 3)
        #expect(plan.nextStarts.isEmpty)
        // Its due times are settled all the same, so that none is made up for when it is active again.
        #expect(settled(plan.items.last)?.record.consideredAt == Self.midnight + Self.hour)
        #expect(settled(plan.items.last)?.start == nil)
    }

    // MARK: Due times

    @Test mutating func `nothing is settled before the first due time`() {
        let known = standing(considered: Self.midnight)

        let plan = agenda.plan([known], now: Self.midnight + 60_000)

        #expect(plan.items.first?.change == nil)
        #expect(plan.nextStartAt == Self.midnight + Self.hour)
        #expect(plan.nextStarts.map(\.job) == ["docs"])
    }

    @Test mutating func `a job that is new notes when it is due`() throws {
        let plan = agenda.plan([standing()], now: Self.midnight + 60_000)

        let settlement = try #require(settled(plan.items.first))
        #expect(settlement.previous == nil)
        #expect(settlement.record.nextStartAt == Self.midnight + Self.hour)
        #expect(settlement.start == nil)
        #expect(plan.items.first?.runs == false)
    }

    @Test mutating func `a due time begins a run`() throws {
        let known = standing(considered: Self.midnight)

        let plan = agenda.plan([known], now: Self.midnight + Self.hour)

        let settlement = try #require(settled(plan.items.first))
        #expect(settlement.previous == known.schedule)
        #expect(settlement.record.consideredAt == Self.midnight + Self.hour)
        #expect(settlement.record.nextStartAt == Self.midnight + 2 * Self.hour)
        #expect(
            settlement.start
                == Agenda.Start(due: Self.midnight + Self.hour, begins: true, continues: false, missed: 0))
    }

    @Test(arguments: [("run_once", true, 4), ("skip", false, 5)])
    mutating func `due times that were missed are made up for once, or passed over`(
        policy: String, begins: Bool, missed: Int
    ) throws {
        let known = standing(more: ", \"missed\": \"\(policy)\"", considered: Self.midnight)

        let plan = agenda.plan([known], now: Self.midnight + 5 * Self.hour + 120_000)

        let start = try #require(settled(plan.items.first)?.start)
        #expect(start.due == Self.midnight + 5 * Self.hour)
        #expect(start.begins == begins)
        #expect(start.missed == missed)
    }

    @Test mutating func `a run that met a limit goes on at the next due time`() throws {
        let known = standing(unfinished: true, considered: Self.midnight)

        let early = agenda.plan([known], limited: [known.job.id], now: Self.midnight + 1)
        let due = agenda.plan([known], limited: [known.job.id], now: Self.midnight + Self.hour)

        #expect(early.items.first?.runs == false)
        #expect(settled(due.items.first)?.start?.continues == true)
    }

    @Test mutating func `another schedule counts from now on`() throws {
        let changed = standing(hasRun: true, considered: Self.midnight, as: "@yearly UTC")

        let plan = agenda.plan([changed], now: Self.midnight + 5 * Self.hour + 1)

        let settlement = try #require(settled(plan.items.first))
        #expect(settlement.start == nil)
        #expect(settlement.record.schedule == "0 * * * * UTC")
        #expect(settlement.record.consideredAt == Self.midnight + 5 * Self.hour + 1)
    }

    @Test mutating func `what is kept of a schedule goes with it`() {
        let plan = agenda.plan(
            [standing(schedule: nil, hasRun: true, considered: Self.midnight, as: "@daily")],
            now: Self.midnight)

        #expect(plan.items.map(\.change) == [.forget])
    }

    @Test mutating func `due times that a wrong clock has settled count from now, and are told of`() {
        let known = standing(hasRun: true, considered: Self.midnight + 24 * Self.hour)

        let plan = agenda.plan([known], now: Self.midnight + 1)

        #expect(plan.corrected == ["docs"])
        #expect(settled(plan.items.first)?.record.consideredAt == Self.midnight + 1)
    }

    @Test mutating func `the next look is at the earliest start`() {
        let plan = agenda.plan(
            [
                standing("daily", schedule: "@daily", considered: Self.midnight),
                standing("hourly", considered: Self.midnight),
            ], now: Self.midnight + 1)

        #expect(plan.nextStartAt == Self.midnight + Self.hour)
        #expect(plan.nextStarts.map(\.job) == ["daily", "hourly"])
    }

    @Test mutating func `a job that cannot be read is a fault, and stops no other`() {
        let wrong = JobStanding(
            job: JobRecord(
                id: JobID(rawValue: 9), name: "wrong", spec: "{\"url\": 1}", isPaused: false, createdAt: 0),
            hasRun: false, unfinished: nil, isTaken: false, schedule: nil)

        let plan = agenda.plan([wrong, standing("right", schedule: nil)], now: Self.midnight)

        #expect(plan.faults.map(\.job.name) == ["wrong"])
        #expect(plan.items.map(\.job.name) == ["right"])
        #expect(plan.names == ["right", "wrong"])
    }
}
