import CrawlCore
import Testing

@testable import Curl

/// How long names are known.
@Suite struct NameLifetimeTests {
    private let start = MonotonicInstant(sinceBoot: .seconds(1_000_000))

    /// The lifetime after so many look-ups in each of the seconds before, the last one first.
    private func lifetime(after counts: [Int], waiting: Int = 0) -> Int {
        var lifetime = NameLifetime(now: start)
        for (index, count) in counts.reversed().enumerated() {
            for _ in 0..<count { lifetime.lookedUp(now: start + .seconds(index)) }
        }
        return lifetime.seconds(now: start + .seconds(counts.count - 1 + waiting))
    }

    @Test func `names are known for a minute while they are few`() {
        #expect(lifetime(after: [0]) == 60)
        #expect(lifetime(after: [2048]) == 60)
        #expect(lifetime(after: Array(repeating: 34, count: 60)) == 60)
    }

    @Test(arguments: [
        ([1024, 1024, 1], 2), ([2000, 48, 1], 2), ([3000], 1), ([3000, 3000], 1), ([0, 0, 0, 2049], 3),
        (Array(repeating: 100, count: 90), 20),
    ])
    func `where they are many the oldest are forgotten`(counts: [Int], seconds: Int) {
        #expect(lifetime(after: counts) == seconds)
    }

    @Test func `what is over a minute ago counts no more`() {
        #expect(lifetime(after: [2049], waiting: 59) == 59)
        #expect(lifetime(after: [2049], waiting: 60) == 60)
        #expect(lifetime(after: [2049, 5000], waiting: 1_000) == 60)
    }

    @Test func `a clock that stands still, or was read a little earlier, is no matter`() {
        var lifetime = NameLifetime(now: start)
        for _ in 0..<3000 { lifetime.lookedUp(now: start - .seconds(1)) }

        #expect(lifetime.seconds(now: start + .seconds(1)) == 1)
    }
}
