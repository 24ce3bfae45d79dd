/// What is known of a host's state. It is stored for the next process that sends requests to the host: after a
/// restart, or in the next run.
package struct HostCondition: Sendable, Equatable {
    /// How much longer the host asks to be left alone (`Retry-After`).
    package var snooze: Duration = .zero
    /// The rate that the host takes, in starts a second; nil where it never throttled.
    package var rate: Double?
    /// Failures to connect in a row.
    package var failures = 0
    /// How long until the next probe; nil where the host's circuit is closed.
    package var probeAfter: Duration?
    /// How many more requests it takes, as it said last; nil where it did not. It is kept for people only.
    package var allowance: Allowance?

    /// How many more requests a host takes, and until when.
    package struct Allowance: Sendable, Equatable {
        /// How many; of several pools the least.
        package var remaining: Int
        /// How long until there are more.
        package var reset: Duration
        /// An allowance.
        package init(remaining: Int, reset: Duration) {
            self.remaining = remaining
            self.reset = reset
        }
    }

    /// Its pools that take no requests for a while, by the requests that are in them; nil where it has no pools beside that of all
    /// requests.
    package var paused: [PausedPool]?

    /// A pool that takes no requests for a while.
    package struct PausedPool: Sendable, Equatable {
        /// The name of a request that is in it.
        package var request: String
        /// What the pool is called.
        package var pool: String
        /// For how long.
        package var wait: Duration
        /// A pool that one request is in.
        package init(request: String, pool: String, wait: Duration) {
            self.request = request
            self.pool = pool
            self.wait = wait
        }
    }

    /// A host of which nothing is known.
    package init() {}
}

/// What the end of a request tells about its host.
package enum HostSignal: Sendable, Equatable {
    /// The host answered, with any status that does not throttle.
    case answered
    /// The host answered 429 or 503, with the wait of its `Retry-After` where it sent one.
    case throttled(wait: Duration?)
    /// The host asks to be left alone for longer than the job waits (`retry.max_wait`).
    case turnedAway(wait: Duration)
    /// The host did not answer in time.
    case timedOut
    /// The host answered, and its rate limit is used up for so long.
    case exhausted(wait: Duration)
    /// The host refused the request since a limit is used up, and takes some again after so long. The page is not to blame.
    ///
    /// `slows`: requests become rarer as well, as after a 429. `grows`: the host did not say how long, so the wait is doubled each
    /// time that it refuses again.
    case refused(wait: Duration, slows: Bool = false, grows: Bool = false)
    /// No connection to the host could be made.
    case unreachable
    /// The request tells nothing about the host.
    case none
}

extension HostSignal {
    /// Whether the host refused a request because of a limit.
    var isRefusal: Bool { if case .refused = self { true } else { false } }

    /// What a request tells about its host, by how it ended.
    ///
    /// - Parameters:
    ///   - kind: what went wrong; nil where nothing did.
    ///   - status: of the response, 0 where there was none.
    ///   - wait: what its `Retry-After` asks for.
    package init(_ kind: ErrorKind?, status: Int, wait: Duration?) {
        if status == 429 || status == 503 {
            self = .throttled(wait: wait)
            return
        }
        switch kind {
        case nil: self = .answered
        case .timeoutRead?, .timeoutTotal?: self = .timedOut
        case let kind?:
            self = kind.hasReachedHost.map { $0 ? .answered : .unreachable } ?? .none
        }
    }
}
