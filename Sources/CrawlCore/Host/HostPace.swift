/// How often requests to one host may start, once the host has said that it was too often: additive increase,
/// multiplicative decrease, as TCP does it (RFC 5681).
///
/// A host that never throttled has no pace. A host loses its pace once it takes twice the rate that it had when it
/// first throttled. In between, the rate moves between the highest that the host takes and half of it. At least ten
/// successes and thirty seconds lie between two throttles, so that few requests are spent on probing.
///
/// Other programs differ. AWS's SDKs grow by the clock alone (CUBIC) and go no lower than a request in two seconds,
/// which is too much for many hosts. lychee doubles a wait and forgets it at the first success. Scrapy's AutoThrottle
/// goes by latency and ignores a 429.
package struct HostPace: Sendable, Equatable {
    /// The rate: starts a second.
    package private(set) var rate: Double
    /// The rate when the host throttled first.
    private let firstThrottled: Double
    /// The rate when it throttled last.
    private var lastThrottled: Double
    private var lastLowered: MonotonicInstant

    /// The lowest rate, in starts a second: one a minute.
    package static let lowestRate = 1.0 / 60
    /// The lowest rate that time-outs alone lead to: one a second. A slow page says less than a 429 does, and the
    /// number of requests that wait for a slow host at once is limited anyway.
    package static let lowestRateOfTimeOuts = 1.0

    /// The pace of a host that has throttled for the first time: half of its rate.
    ///
    /// - Parameter observed: starts a second over the last few seconds. Zero and NaN count as the lowest rate.
    package init(observed: Double, now: MonotonicInstant) {
        // Written so that NaN fails the comparison. The upper end keeps an interval from being zero.
        let observed = observed > 2 * Self.lowestRate ? min(observed, 1_000_000) : 2 * Self.lowestRate
        rate = observed / 2
        firstThrottled = observed
        lastThrottled = observed
        lastLowered = now
    }

    /// The pace as another run, or another process, has left it; nil for a rate that is not above zero.
    ///
    /// - Parameter rate: what ``rate`` was. It may have been taken right after a throttle, and is treated so.
    package init?(restoring rate: Double, now: MonotonicInstant) {
        guard rate > 0 else { return nil }
        self.init(observed: 2 * rate, now: now)
    }

    /// The least time between two starts.
    package var interval: Duration { .seconds(1 / rate) }

    /// The pace of a host that did not answer in time, for the first time; nil where its rate is too low for that to
    /// matter.
    ///
    /// - Parameter observed: starts a second over the last few seconds.
    package init?(timedOutAt observed: Double, now: MonotonicInstant) {
        guard observed / 2 > Self.lowestRateOfTimeOuts else { return nil }
        self.init(observed: observed, now: now)
    }

    /// The pace after the host has throttled once more (429, 503, a time-out): half of this one.
    ///
    /// A request that was sent before the rate was last lowered says nothing about the present rate, so a volley
    /// counts once. Two throttles count only if a second lies between them, or an interval where that is longer.
    ///
    /// - Parameters:
    ///   - sentAt: when the throttled request went out.
    ///   - now: when its answer, or its time-out, came.
    ///   - lowest: no lower than this; a pace that is lower stays.
    package func lowered(
        sentAt: MonotonicInstant, now: MonotonicInstant, lowest: Double = lowestRate
    ) -> HostPace {
        guard sentAt >= lastLowered, now >= lastLowered + max(.seconds(1), interval), rate >= lowest else {
            return self
        }
        var pace = self
        pace.lastThrottled = rate
        pace.rate = max(rate / 2, lowest)
        pace.lastLowered = now
        return pace
    }

    /// The pace after the host has answered; nil where the host is no longer paced.
    ///
    /// From half of the rate that was too much it takes ten successes, and at least thirty seconds, back to that
    /// rate. Beyond it the steps grow with the rate, since the host takes more now.
    package var raised: HostPace? {
        var pace = self
        // A twentieth a success; over the successes of a second, a sixtieth.
        pace.rate += max(lastThrottled, rate) / max(20, 60 * rate)
        return pace.rate > 2 * firstThrottled ? nil : pace
    }
}
