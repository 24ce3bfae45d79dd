internal import CrawlCore
internal import Synchronization

/// The last sign of life of a crawl: of its driver and of each of its loops, whichever is the oldest.
final class Heartbeat: Sendable {
    private let base = MonotonicInstant.now
    private let beat = Atomic<Int64>(0)

    func beat(at instant: MonotonicInstant) {
        beat.store((instant - base).wholeMilliseconds, ordering: .relaxed)
    }

    /// How long ago it was.
    var age: Duration {
        MonotonicInstant.now - (base + .milliseconds(beat.load(ordering: .relaxed)))
    }
}
