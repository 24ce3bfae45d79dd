/// How many requests a host gets at once, and how often.
public struct HostLimits: Sendable, Equatable {
    /// The most requests under way; 0 starts none for now.
    public var perHost: Int
    /// The least time between two starts.
    public var delay: Duration

    /// - Precondition: neither is negative.
    public init(perHost: Int, delay: Duration) {
        precondition(perHost >= 0 && delay >= .zero, "a host's limits are not negative")
        self.perHost = perHost
        self.delay = delay
    }
}
