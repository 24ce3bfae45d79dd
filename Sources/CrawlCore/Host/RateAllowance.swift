/// How many more requests a host takes, as one of its replies says.
package struct RateAllowance: Sendable, Equatable {
    /// How many more.
    package var remaining: Int
    /// How long until there are more.
    package var reset: Duration
    /// What it takes after that.
    package var refill: Refill
    /// The requests that it counts together (`x-ratelimit-resource`, as GitHub sends it); nil for all.
    package var pool: String?

    /// How an allowance comes back.
    package enum Refill: Sendable, Equatable {
        /// The host does not say.
        case unknown
        /// There are so many at once, and as many again after so long; nil where it does not say after what time.
        case window(limit: Int, Duration?)
        /// There is one more each time.
        case bucket(each: Duration)
    }

    /// An allowance.
    package init(remaining: Int, reset: Duration, refill: Refill = .unknown, pool: String? = nil) {
        self.remaining = remaining
        self.reset = reset
        self.refill = refill
        self.pool = pool
    }
}

/// The requests of a job that a host counts together, and how often they may start: the keys `pool` and `rate` of a request.
package struct PoolRule: Sendable, Equatable {
    /// What the pool is called.
    package var pool: String
    /// The least time between two starts of its requests at a host. Zero means any.
    package var interval: Duration

    /// A pool.
    package init(pool: String, interval: Duration = .zero) {
        self.pool = pool
        self.interval = interval
    }
}

/// Starts that may come close together, as long as there are not too many of them in a longer time.
package struct StartBurst: Sendable, Equatable {
    /// How many may start at once.
    package var size: Int
    /// How long it takes until one more may.
    package var interval: Duration

    /// So many starts in any time of that length, of which some may come at once.
    ///
    /// With `size` starts at once, and one more after each interval, there are `size + count - size` in the time: the interval is
    /// that of `count - size + 1` starts. With a size of 1 that is an even spread.
    ///
    /// - Precondition: `size` is from 1 to `count`.
    package init(size: Int, of count: Int, in time: Duration) {
        precondition(size >= 1 && size <= count, "a burst is a part of the starts")
        self.size = size
        interval = time / (count - size + 1)
    }
}
