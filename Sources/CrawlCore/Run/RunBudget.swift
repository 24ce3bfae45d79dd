/// How much may still be done for a run in one go at it: `limits.pages`, `limits.time` and `limits.bytes`. The next go that continues
/// the run has the same limits again.
///
/// A go is that of one process, or of all the runners that share the run. In the latter case a runner may settle as many pages as it was
/// allotted (``allot(_:)``), and asks for more as it needs them.
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

    /// A runner's part of limits that it shares with others.
    package struct Allotment: Sendable, Equatable {
        /// How many pages it may settle in the go, those that it has settled already among them.
        package var pages: Int64
        /// Whether all runners together have settled as many pages as they may.
        package var isSpent: Bool
        /// The bytes of all runners together.
        package var bytes: Int64

        /// An allotment.
        package init(pages: Int64, isSpent: Bool, bytes: Int64) {
            self.pages = pages
            self.isSpent = isSpent
            self.bytes = bytes
        }
    }

    private let limits: JobSpec.Limits
    private let startedAt: MonotonicInstant
    private var pages: Int64 = 0
    private var bytes: Int64 = 0
    /// Whether more pages were asked for than there was room for.
    private var isFull = false
    /// nil where the limits are the process's own.
    private var allotment: Allotment?
    /// When it was last asked for an allotment.
    private var askedAt: MonotonicInstant?

    /// How long it waits before it asks again: while pages are short, and otherwise.
    private static let waits: (short: Duration, long: Duration) = (.milliseconds(200), .seconds(1))

    /// A budget of which nothing is used.
    ///
    /// - Parameter goAge: how long ago the go began that the runner takes part in; nil where the limits are its own.
    package init(_ limits: JobSpec.Limits, now: MonotonicInstant, goAge: Duration? = nil) {
        self.limits = limits
        startedAt = now - (goAge ?? .zero)
        if goAge != nil { allotment = Allotment(pages: 0, isSpent: false, bytes: 0) }
    }

    /// Counts what was committed.
    ///
    /// - Returns: whether there was no room for more pages before, and there may be now.
    package mutating func add(_ change: RunProgress) -> Bool {
        pages += change.done + change.failed
        bytes += change.sizeDownload
        // Room that others are to give is not there yet.
        guard allotment == nil else { return false }
        defer { isFull = false }
        return isFull
    }

    /// Takes in what the runner may do.
    ///
    /// - Returns: whether there was no room for more pages before, and there may be now.
    package mutating func allot(_ new: Allotment) -> Bool {
        allotment = new
        bytes = max(bytes, new.bytes)
        guard new.pages > pages else { return false }
        defer { isFull = false }
        return isFull
    }

    /// Whether a new allotment is to be asked for now; it then counts as asked for.
    package mutating func asks(now: MonotonicInstant) -> Bool {
        guard allotment != nil, limits.pages > 0 || limits.bytes > 0 else { return false }
        if let askedAt, now < askedAt + (isFull ? RunBudget.waits.short : RunBudget.waits.long) {
            return false
        }
        askedAt = now
        return true
    }

    /// When it is to be asked for next; nil for never.
    package var asksAt: MonotonicInstant? {
        guard allotment != nil, limits.pages > 0 || limits.bytes > 0 else { return nil }
        return askedAt.map { $0 + (isFull ? RunBudget.waits.short : RunBudget.waits.long) }
    }

    /// Whether pages are wanted for which there is no room.
    package var isShort: Bool { isFull }

    /// How many pages may be claimed beside those that are claimed already.
    package mutating func room(claimed: Int) -> Int {
        guard limits.pages > 0 else { return .max }
        let most = min(Int64(limits.pages), allotment?.pages ?? .max)
        let room = max(0, Int(most - pages) - claimed)
        if room == 0 { isFull = true }
        return room
    }

    /// The limit that is met; nil while there is none.
    package func met(now: MonotonicInstant) -> Limit? {
        if limits.pages > 0, allotment?.isSpent ?? (pages >= limits.pages) { return .pages }
        if limits.bytes > 0, bytes >= limits.bytes { return .bytes }
        if limits.time > .zero, now - startedAt >= limits.time { return .time }
        return nil
    }

    /// How long until `limits.time` is reached; nil where there is no such limit.
    package func timeLeft(now: MonotonicInstant) -> Duration? {
        limits.time == .zero ? nil : max(.zero, limits.time - (now - startedAt))
    }
}
