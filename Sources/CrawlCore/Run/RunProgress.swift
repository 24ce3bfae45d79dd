/// The counters of a run, as they stand in its row.
public struct RunProgress: Sendable, Equatable {
    /// Pages that wait for a request, or for their next try.
    public var pending: Int64 = 0
    /// Pages that are settled with success.
    public var done: Int64 = 0
    /// Pages that are settled without.
    public var failed: Int64 = 0
    /// Pages that are never requested.
    public var skipped: Int64 = 0
    /// Of the skipped ones, those whose URL did not parse.
    public var invalid: Int64 = 0
    /// Requests sent, redirects and retries included.
    public var requests: Int64 = 0
    /// Microseconds that all attempts took together.
    public var requestMicroseconds: Int64 = 0
    /// Bytes on the wire.
    public var sizeDownload: Int64 = 0
    /// Milliseconds that runners have worked on the run.
    public var elapsedMilliseconds: Int64 = 0

    /// All zero.
    public init() {}

    /// Adds what changed.
    public mutating func add(_ change: RunProgress) {
        pending += change.pending
        done += change.done
        failed += change.failed
        skipped += change.skipped
        invalid += change.invalid
        requests += change.requests
        requestMicroseconds += change.requestMicroseconds
        sizeDownload += change.sizeDownload
        elapsedMilliseconds += change.elapsedMilliseconds
    }

    /// Pages in all.
    public var pages: Int64 { pending + done + failed + skipped }
}
