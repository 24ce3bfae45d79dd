internal import Glibc

/// A point in time that only moves forward, whatever is done to the wall clock; it also counts while the machine
/// sleeps (CLOCK_BOOTTIME, clock_gettime(2)).
///
/// `ContinuousClock.Instant` is the same clock, but opaque to the compiler on Linux: each comparison is a call, and each
/// copy of a value that holds one goes through runtime metadata, dozens of times a page.
@frozen
package struct MonotonicInstant: Sendable, Hashable, Comparable {
    /// Since the machine was started.
    package let sinceBoot: Duration

    /// The instant that is so long after the machine was started.
    @inlinable
    package init(sinceBoot: Duration) {
        self.sinceBoot = sinceBoot
    }

    /// The current time.
    package static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(
            sinceBoot: Duration(
                secondsComponent: Int64(time.tv_sec),
                attosecondsComponent: Int64(time.tv_nsec) * 1_000_000_000))
    }

    /// Whether the one is earlier.
    @inlinable
    package static func < (one: MonotonicInstant, other: MonotonicInstant) -> Bool {
        one.sinceBoot < other.sinceBoot
    }

    /// The instant so much later.
    @inlinable
    package static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        MonotonicInstant(sinceBoot: instant.sinceBoot + duration)
    }

    /// Moves on by so much.
    @inlinable
    package static func += (instant: inout MonotonicInstant, duration: Duration) {
        instant = instant + duration
    }

    /// The instant so much earlier.
    @inlinable
    package static func - (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        MonotonicInstant(sinceBoot: instant.sinceBoot - duration)
    }

    /// The time from the other instant to this one.
    @inlinable
    package static func - (one: MonotonicInstant, other: MonotonicInstant) -> Duration {
        one.sinceBoot - other.sinceBoot
    }
}
