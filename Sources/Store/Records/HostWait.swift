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
