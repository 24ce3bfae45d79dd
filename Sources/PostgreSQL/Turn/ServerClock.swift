internal import CrawlCore

/// How the server's clock goes beside this machine's own.
struct ServerClock {
    /// What the server's time was as this machine was started.
    private let base: Duration
    private let readAt: MonotonicInstant

    /// How long it counts: clocks drift apart, and are set.
    private static let lifetime: Duration = .seconds(30)

    /// - Parameters:
    ///   - microseconds: the server's time, in unix microseconds.
    ///   - start: before it was asked for.
    ///   - end: after it was told.
    init(_ microseconds: Int64, readBetween start: MonotonicInstant, and end: MonotonicInstant) {
        base = .microseconds(microseconds) - (start + (end - start) / 2).sinceBoot
        readAt = end
    }

    /// Whether it is to be read again.
    func isOld(at now: MonotonicInstant) -> Bool { now - readAt > ServerClock.lifetime }

    /// A time of the server, in unix microseconds, on this machine's clock.
    func instant(_ microseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(sinceBoot: .microseconds(microseconds) - base)
    }
}
