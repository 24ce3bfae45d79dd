import CrawlCore
import Testing

@testable import trawl

struct RateMeterTests {
    let start = MonotonicInstant.now

    /// A meter that was told of so many a second, four times a second.
    func meter(_ perSecond: [Int64]) -> RateMeter {
        var meter = RateMeter()
        var count: Int64 = 0
        for (second, rate) in perSecond.enumerated() {
            for quarter in 0..<4 {
                count += rate / 4
                meter.note(count, at: start + .milliseconds(second * 1000 + quarter * 250))
            }
        }
        return meter
    }

    @Test func `nothing is said of a rate before a second is over`() {
        var meter = RateMeter()
        #expect(meter.rate(over: .seconds(10)) == nil)
        meter.note(0, at: start)
        meter.note(100, at: start + .milliseconds(900))
        #expect(meter.rate(over: .seconds(10)) == nil)
        meter.note(100, at: start + .milliseconds(1000))
        #expect(meter.rate(over: .seconds(10)) == 100)
    }

    @Test func `a rate is that of the window, not of the whole time`() throws {
        let meter = meter([Int64](repeating: 400, count: 100) + [Int64](repeating: 40, count: 20))
        #expect(abs(try #require(meter.rate(over: .seconds(10))) - 40) < 1)
        #expect(abs(try #require(meter.rate(over: .seconds(60))) - 280) < 10)
    }

    @Test func `the last five minutes are remembered, and no more`() {
        let rates = meter([Int64](repeating: 8, count: 1000)).rates(each: .seconds(5))
        #expect((55...65).contains(rates.count))
        #expect(rates.allSatisfy { abs($0 - 8) < 0.01 })
        #expect(meter([8, 8, 8]).rates(each: .seconds(5)).isEmpty)
    }
}
