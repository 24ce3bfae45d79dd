import CrawlCore
import Testing

/// The pace against hosts that throttle, and against chance.
@Suite struct HostPaceSimulationTests {
    /// A host that takes so many requests a second, and refuses what is more.
    private struct ThrottlingHost {
        let limit: Double
        /// Requests that it takes at once after a pause.
        let burst: Double
        var tokens: Double
        var last = 0.0

        init(limit: Double, burst: Double) {
            (self.limit, self.burst, tokens) = (limit, burst, burst)
        }

        mutating func takes(at now: Double) -> Bool {
            tokens = min(burst, tokens + (now - last) * limit)
            last = now
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    /// What came of crawling a host for so many seconds, eight requests at a time, a fifth of a second each.
    private func crawl(_ host: ThrottlingHost, seconds: Double) -> (taken: Int, refused: Int) {
        let (perHost, latency, origin) = (8, 0.2, MonotonicInstant.now)
        var host = host
        var pace: HostPace?
        var starts: [Double] = []
        var underWay: [(sent: Double, taken: Bool)] = []
        var (now, nextStart, taken, refused) = (0.0, 0.0, 0, 0)
        while now < seconds {
            let answer = underWay.first.map { $0.sent + latency } ?? .infinity
            let start = underWay.count < perHost ? max(now, nextStart) : .infinity
            now = min(answer, start)
            if answer <= start {
                let request = underWay.removeFirst()
                if request.taken {
                    taken += 1
                    pace = pace?.raised
                } else {
                    refused += 1
                    let observed = Double(starts.reversed().prefix { $0 > now - 5 }.count) / 5
                    let instant = origin + .seconds(now)
                    pace =
                        pace?.lowered(sentAt: origin + .seconds(request.sent), now: instant)
                        ?? HostPace(observed: observed, now: instant)
                }
            } else {
                underWay.append((now, host.takes(at: now)))
                starts.append(now)
            }
            nextStart = (starts.last ?? 0) + (pace.map { 1 / $0.rate } ?? 0)
        }
        return (taken, refused)
    }

    @Test(arguments: [0.1, 0.5, 1, 2, 5, 10, 20, 35], [1.0, 10])
    func `a host that throttles gives most of what it can and is seldom asked for more`(
        limit: Double, burst: Double
    ) {
        // The burst and the way down to the limit are not what is measured.
        let seconds = 600 + 600 / limit
        let whole = crawl(ThrottlingHost(limit: limit, burst: burst), seconds: seconds)
        let begin = crawl(ThrottlingHost(limit: limit, burst: burst), seconds: seconds / 2)
        let taken = Double(whole.taken - begin.taken)
        let refused = Double(whole.refused - begin.refused)

        #expect(taken > 0.6 * limit * seconds / 2)
        #expect(refused < 0.12 * (taken + refused))
    }

    @Test func `a host that takes everything is not held back`() {
        let result = crawl(ThrottlingHost(limit: 1_000, burst: 1_000), seconds: 60)

        #expect(result.refused == 0)
        #expect(result.taken > 2_300)  // Of 8 at a time, 5 a second each.
    }

    @Test(arguments: 0..<20) func `no walk leaves the bounds`(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var now = MonotonicInstant.now
        let observed = pow2(Double.random(in: -6...8, using: &generator))
        var pace = HostPace(observed: observed, now: now)
        var lastLowered = now
        for _ in 0..<5_000 {
            now += .milliseconds(Int.random(in: 0...3_000, using: &generator))
            if Int.random(in: 0..<20, using: &generator) == 0 {
                let sentAt = now - .milliseconds(Int.random(in: 0...5_000, using: &generator))
                let next = pace.lowered(sentAt: sentAt, now: now)
                if next != pace {
                    #expect(sentAt >= lastLowered)
                    #expect(now - lastLowered >= max(.seconds(1), pace.interval))
                    #expect(next.rate == max(pace.rate / 2, HostPace.lowestRate))
                    lastLowered = now
                }
                pace = next
            } else if let next = pace.raised {
                #expect(next.rate > pace.rate && next.rate <= pace.rate * 1.11)
                pace = next
            } else {
                #expect(pace.rate > 1.89 * max(observed, 2 * HostPace.lowestRate))
                break
            }
            #expect(pace.rate >= HostPace.lowestRate)
            #expect(pace.interval > .zero && pace.interval <= .seconds(60) + .microseconds(1))
        }
    }

    private func pow2(_ exponent: Double) -> Double {
        var (result, exponent) = (1.0, exponent)
        while exponent >= 1 { (result, exponent) = (result * 2, exponent - 1) }
        while exponent < 0 { (result, exponent) = (result / 2, exponent + 1) }
        return result * (1 + exponent)
    }
}
