/// The counters of a run, as they stand in its row.
package struct RunProgress: Sendable, Equatable {
    /// Pages that wait for a request, or for their next try.
    package var pending: Int64 = 0
    /// Pages that are settled with success.
    package var done: Int64 = 0
    /// Pages that are settled without.
    package var failed: Int64 = 0
    /// Pages that are never requested.
    package var skipped: Int64 = 0
    /// Of the skipped ones, those whose URL did not parse.
    package var invalid: Int64 = 0
    /// Requests sent, redirects and retries included.
    package var requests: Int64 = 0
    /// Microseconds that all attempts took together.
    package var requestMicroseconds: Int64 = 0
    /// Bytes on the wire.
    package var sizeDownload: Int64 = 0
    /// Milliseconds that runners have worked on the run.
    package var elapsedMilliseconds: Int64 = 0

    /// All zero.
    package init() {}

    /// Adds what changed.
    package mutating func add(_ change: RunProgress) {
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
    package var pages: Int64 { pending + done + failed + skipped }
}
