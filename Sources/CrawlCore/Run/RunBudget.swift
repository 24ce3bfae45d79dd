/// How much one process may still do for a run: `limits.pages`, `limits.time` and `limits.bytes`. The next process
/// that continues the run has the same limits again.
package struct RunBudget: Sendable {
    /// A limit that was met.
    package enum Limit: String, Sendable {
        /// `limits.pages`
        case pages
        /// `limits.time`
        case time
        /// `limits.bytes`
        case bytes
    }

    private let limits: JobSpec.Limits
    private let startedAt: MonotonicInstant
    private var pages: Int64 = 0
    private var bytes: Int64 = 0
    /// Whether more pages were asked for than there was room for.
    private var isFull = false

    /// A budget of which nothing is used.
    package init(_ limits: JobSpec.Limits, now: MonotonicInstant) {
        self.limits = limits
        startedAt = now
    }

    /// Counts what was committed.
    ///
    /// - Returns: whether there was no room for more pages before, and there may be now.
    package mutating func add(_ change: RunProgress) -> Bool {
        pages += change.done + change.failed
        bytes += change.sizeDownload
        defer { isFull = false }
        return isFull
    }

    /// How many pages may be claimed beside those that are claimed already.
    package mutating func room(claimed: Int) -> Int {
        guard limits.pages > 0 else { return .max }
        let room = max(0, limits.pages - Int(pages) - claimed)
        if room == 0 { isFull = true }
        return room
    }

    /// The limit that is met; nil while there is none.
    package func met(now: MonotonicInstant) -> Limit? {
        if limits.pages > 0, pages >= limits.pages { return .pages }
        if limits.bytes > 0, bytes >= limits.bytes { return .bytes }
        if limits.time > .zero, now - startedAt >= limits.time { return .time }
        return nil
    }

    /// How long until `limits.time` is reached; nil where there is no such limit.
    package func timeLeft(now: MonotonicInstant) -> Duration? {
        limits.time == .zero ? nil : max(.zero, limits.time - (now - startedAt))
    }
}
