package import CrawlCore
internal import Glibc

/// What a fetch takes from outside: the time of day, chance and secrets. Tests bring their own.
package struct FetchEnvironment: Sendable {
    /// Unix milliseconds.
    package var wallClock: @Sendable () -> Int64
    /// A number from 0 to 1.
    package var random: @Sendable () -> Double
    /// What a reference to a secret stands for.
    package var secret: @Sendable (TextReference) -> Result<String, SecretFailure>

    /// An environment of one's own, for tests.
    ///
    /// - Parameter secret: the default is what the system has.
    package init(
        wallClock: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> Double,
        secret: (@Sendable (TextReference) -> Result<String, SecretFailure>)? = nil
    ) {
        self.wallClock = wallClock
        self.random = random
        self.secret = secret ?? SystemSecrets.look(up:)
    }

    /// The system's clock and the system's randomness.
    package static let system = FetchEnvironment(
        wallClock: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        },
        random: { Double.random(in: 0...1) })
}
