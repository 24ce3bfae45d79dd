package import CrawlCore
internal import Glibc

/// What a fetch gets from the machine: the time of day, random numbers and secrets. Tests bring their own.
package struct FetchEnvironment: Sendable {
    /// The time of day, in unix milliseconds.
    package var wallClock: @Sendable () -> Int64
    /// A random number from 0 to 1.
    package var random: @Sendable () -> Double
    /// Looks up a secret.
    package var secret: @Sendable (TextReference) -> Result<String, SecretFailure>

    /// An environment of which each part can be replaced, for tests.
    ///
    /// - Parameter secret: looks up a secret; the default does so in the environment and in files.
    package init(
        wallClock: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> Double,
        secret: (@Sendable (TextReference) -> Result<String, SecretFailure>)? = nil
    ) {
        self.wallClock = wallClock
        self.random = random
        self.secret = secret ?? SystemSecrets.look(up:)
    }

    /// The machine's clock, random numbers and secrets.
    package static let system = FetchEnvironment(
        wallClock: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        },
        random: { Double.random(in: 0...1) })
}
