/// How a run under way is doing.
package struct RunActivity: Sendable, Equatable {
    /// Unix milliseconds when this was so.
    package var updatedAt: Int64 = 0
    /// Requests under way.
    package var inFlight = 0
    /// Hosts that are leased.
    package var hosts = 0
    /// Hosts that wait out something; also some that have just been let go of.
    package var hostsWaiting = 0
    /// Pages settled a second, over the last seconds; nil where that is not known yet.
    package var pagesPerSecond: Double?

    /// All zero.
    package init() {}
}

/// A host that is waited for, and why.
package struct HostWait: Sendable, Equatable {
    /// What a host is waited for.
    package enum Reason: String, Sendable {
        /// It said when to come again, with Retry-After.
        case snoozed
        /// It could not be reached, and is tried again at some time.
        case unreachable
        /// The host answered 429 or 503.
        case throttled
        /// Another run has it.
        case taken
    }

    /// Its key: scheme, name and port.
    package let host: String
    /// Why.
    package let reason: Reason
    /// Until when, in unix milliseconds; nil where that is not known.
    package let until: Int64?

    /// A wait.
    package init(host: String, reason: Reason, until: Int64?) {
        self.host = host
        self.reason = reason
        self.until = until
    }
}
