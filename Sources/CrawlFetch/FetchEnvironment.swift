internal import Glibc

/// What a fetch takes from outside: the time of day and chance. Tests bring their own.
public struct FetchEnvironment: Sendable {
    /// Unix milliseconds.
    public var wallClock: @Sendable () -> Int64
    /// A number from 0 to 1.
    public var random: @Sendable () -> Double

    /// An environment of one's own, for tests.
    public init(wallClock: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> Double) {
        self.wallClock = wallClock
        self.random = random
    }

    /// The system's clock and the system's randomness.
    public static let system = FetchEnvironment(
        wallClock: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        },
        random: { Double.random(in: 0...1) })
}
