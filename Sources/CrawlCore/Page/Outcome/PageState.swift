/// Where a page of a run stands. The raw values are stored and are never renamed.
package enum PageState: String, Sendable, CaseIterable {
    /// Waiting for a request, or for the next one where `not_before` is set.
    case pending
    /// A request that must not be repeated was committed before it went out. Found after a crash it
    /// means "not known to have been delivered".
    case sending
    /// A response with an accepted status arrived whole.
    case done
    /// Attempts are used up, or the error is one that no retry mends.
    case failed
    /// Settled without its content; ``SkipReason`` says why.
    case skipped
}
