/// How many requests may be under way to a host at once, and how often they may start.
package struct HostLimits: Sendable, Equatable {
    /// The most requests under way; 0 starts none for now.
    package var perHost: Int
    /// The least time between two starts.
    package var delay: Duration
    /// How much longer the time between two starts may be: it is chosen anew for each start.
    package var spread: Duration
    /// Starts that may come close together, beside the delay; nil where a rate is spread evenly.
    package var burst: StartBurst?

    /// - Precondition: none is negative.
    package init(perHost: Int, delay: Duration, spread: Duration = .zero) {
        precondition(
            perHost >= 0 && delay >= .zero && spread >= .zero, "a host's limits are not negative")
        self.perHost = perHost
        self.delay = delay
        self.spread = spread
    }
}

extension StartBurst {
    /// How much earlier than evenly spread a start may come.
    var slack: Duration { interval * (size - 1) }
}
