import CrawlCore
import Testing

/// Starts of a rate that runners share.
final class StartSlotsTests {
    private var slots = StartSlots(interval: .milliseconds(100))

    private func take(_ milliseconds: Int64) -> Bool { slots.take(now: at(milliseconds)) }

    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(sinceBoot: .milliseconds(milliseconds))
    }

    private func starts(_ times: some Sequence<Int64>) -> [Int64] {
        times.filter { slots.take(now: at($0)) }
    }

    @Test func `nothing starts before a span was given`() {
        #expect(!take(0))
        let unknown = slots.nextStart(now: at(0))
        #expect(unknown == nil)
        slots.give(from: at(50), count: 1)
        let known = slots.nextStart(now: at(0))
        #expect(known == at(50))
        #expect(!take(49))
        #expect(take(50))
        #expect(!take(150))
    }

    @Test func `starts within a span are an interval apart`() {
        slots.give(from: at(0), count: 5)
        #expect(starts(0..<1_000) == [0, 100, 200, 300, 400])
    }

    @Test func `who comes late loses starts and does not catch up`() {
        slots.give(from: at(0), count: 5)
        #expect(starts([130, 135, 229, 230, 329, 330, 431, 460, 500]) == [130, 230, 330, 431])
        slots.give(from: at(1_000), count: 2)
        #expect(!take(1_151))
    }

    @Test func `starts of two runners that take turns are never closer than half an interval`() {
        var others = StartSlots(interval: .milliseconds(100))
        for round in 0..<10 {
            slots.give(from: at(Int64(round) * 600), count: 3)
            others.give(from: at(Int64(round) * 600 + 300), count: 3)
        }
        var all: [Int64] = []
        for time in stride(from: Int64(0), to: 6_500, by: 7) {
            if slots.take(now: at(time)) { all.append(time) }
            if others.take(now: at(time)) { all.append(time) }
        }
        #expect(zip(all, all.dropFirst()).allSatisfy { $1 - $0 >= 50 })
        #expect(all.count > 50 && all.count <= 60)
    }
}
