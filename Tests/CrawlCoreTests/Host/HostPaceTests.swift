import CrawlCore
import Testing

/// How a host's rate goes down and up.
@Suite struct HostPaceTests {
    private let start = MonotonicInstant.now

    /// Throttled once more, by a request that went out after the last time.
    private func lowered(_ pace: HostPace, after seconds: Double) -> HostPace {
        pace.lowered(sentAt: start + .seconds(seconds), now: start + .seconds(seconds))
    }

    @Test func `the first rate is half of what the host was getting`() {
        let pace = HostPace(observed: 8, now: start)

        #expect(pace.rate == 4)
        #expect(pace.interval == .milliseconds(250))
    }

    @Test(arguments: [0, -1, 1e-300, 1.0 / 60, Double.nan, -Double.infinity])
    func `the lowest rate is one a minute`(observed: Double) {
        var pace = HostPace(observed: observed, now: start)
        for hour in 1...5 { pace = lowered(pace, after: Double(hour) * 3600) }

        #expect(pace.rate == 1.0 / 60)
        #expect(pace.interval >= .milliseconds(59_999) && pace.interval <= .milliseconds(60_001))
    }

    @Test(arguments: [1e12, Double.greatestFiniteMagnitude, Double.infinity])
    func `no rate is without an interval`(observed: Double) {
        #expect(HostPace(observed: observed, now: start).interval > .zero)
    }

    @Test func `each throttle halves the rate`() {
        var pace = HostPace(observed: 64, now: start)
        var rates: [Double] = []
        for minute in 1...4 {
            pace = lowered(pace, after: Double(minute) * 60)
            rates.append(pace.rate)
        }

        #expect(rates == [16, 8, 4, 2])
    }

    @Test func `a volley of throttles counts once`() {
        var pace = HostPace(observed: 64, now: start)
        for index in 0..<64 {
            pace = pace.lowered(sentAt: start - .seconds(1), now: start + .milliseconds(100 * index))
        }

        #expect(pace.rate == 32)
    }

    @Test func `a time-out of what was sent before counts for the rate before`() {
        let pace = HostPace(observed: 8, now: start)

        #expect(pace.lowered(sentAt: start - .milliseconds(1), now: start + .seconds(30)).rate == 4)
        #expect(pace.lowered(sentAt: start, now: start + .seconds(30)).rate == 2)
    }

    @Test func `time-outs lower the rate to one a second and no further`() throws {
        var pace = try #require(HostPace(timedOutAt: 12, now: start))
        #expect(pace.rate == 6)
        for minute in 1...5 {
            pace = pace.lowered(
                sentAt: start + .seconds(60 * minute), now: start + .seconds(60 * minute),
                lowest: HostPace.lowestRateOfTimeOuts)
        }
        #expect(pace.rate == 1)
        // Of a host that throttled before, the pace is not raised by them.
        let slow = lowered(pace, after: 600)
        #expect(slow.rate == 0.5)
        let later = start + .seconds(900)
        #expect(slow.lowered(sentAt: later, now: later, lowest: HostPace.lowestRateOfTimeOuts) == slow)
    }

    @Test func `a host that got little needs no pace for a time-out`() {
        #expect(HostPace(timedOutAt: 2, now: start) == nil)
        #expect(HostPace(timedOutAt: .nan, now: start) == nil)
    }

    @Test func `within a second no rate is lowered twice`() {
        let pace = HostPace(observed: 64, now: start)

        #expect(lowered(pace, after: 0.999).rate == 32)
        #expect(lowered(pace, after: 1).rate == 16)
    }

    @Test func `within an interval no rate is lowered twice`() {
        let pace = HostPace(observed: 0.2, now: start)

        #expect(lowered(pace, after: 9.999).rate == 0.1)
        #expect(lowered(pace, after: 10).rate == 0.05)
    }

    /// Successes until the rate is what it was when the host throttled, and the seconds they take one after another.
    private func recovery(from observed: Double) -> (successes: Int, seconds: Double) {
        var pace: HostPace? = HostPace(observed: observed, now: start)
        var (successes, seconds) = (0, 0.0)
        while let current = pace, current.rate < observed * 0.999_999 {
            successes += 1
            seconds += 1 / current.rate
            pace = current.raised
        }
        return (successes, seconds)
    }

    @Test(arguments: [0.05, 0.1, 0.3]) func `a slow host recovers within ten successes`(observed: Double) {
        #expect(recovery(from: observed).successes == 10)
    }

    @Test(arguments: [1.0, 10, 100, 1_000]) func `a fast host recovers in half a minute`(observed: Double) {
        let recovery = recovery(from: observed)

        #expect(recovery.successes >= 10)
        #expect((29...32).contains(recovery.seconds))
    }

    @Test func `a host that takes twice of what it once did not has no limit any more`() {
        var pace: HostPace? = HostPace(observed: 4, now: start)
        var last = 0.0
        while let current = pace {
            last = current.rate
            pace = current.raised
        }

        #expect(last > 7.5 && last <= 8)
    }

    @Test func `the lowest rate is left within an hour`() {
        var pace: HostPace? = HostPace(observed: 10, now: start)
        for hour in 1...12 { pace = pace.map { lowered($0, after: Double(hour) * 3600) } }
        var seconds = 0.0
        while let current = pace {
            seconds += 1 / current.rate
            pace = current.raised
        }

        #expect(seconds < 3600)
    }

    @Test func `a rate that was stored is gone on with`() throws {
        let pace = try #require(HostPace(restoring: 3, now: start))

        #expect(pace.rate == 3)
        #expect(pace == HostPace(observed: 6, now: start))
    }

    @Test(arguments: [0, -1, Double.nan, -Double.infinity]) func `what is no rate is not restored`(
        rate: Double
    ) {
        #expect(HostPace(restoring: rate, now: start) == nil)
    }

    @Test func `a host that never throttled costs little`() {
        #expect(MemoryLayout<HostPace?>.size <= 48)
    }
}
