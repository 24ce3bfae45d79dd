internal import CrawlCore

/// The search for hosts with pages that wait: over all hosts of the run in the order of their ids, a slice at a
/// time, then again when there is a reason to.
struct HostSweep {
    /// The host to go on behind; meaningless while not under way.
    private(set) var cursor: HostID?
    private(set) var isUnderWay = true
    /// When the next sweep may find something, in unix milliseconds; nil where it finds nothing before something changes.
    private(set) var nextAt: Int64?
    private var startedAt: Int64

    /// Hosts looked at in one transaction.
    static let slice = 64
    /// The least time between the starts of two sweeps.
    private static let interval: Int64 = 100

    init(now: Int64) {
        startedAt = now
    }

    /// Notes that from an instant on there is something for a sweep to find.
    mutating func expect(at instant: Int64) {
        nextAt = min(nextAt ?? instant, instant)
    }

    /// Begins anew where it is time to.
    mutating func start(now: Int64) {
        guard !isUnderWay, let due = nextAt, due <= now, startedAt + HostSweep.interval <= now else { return }
        isUnderWay = true
        cursor = nil
        nextAt = nil
        startedAt = now
    }

    /// Notes how far it has come; `isLast`: there are no more hosts.
    mutating func advance(to host: HostID?, isLast: Bool) {
        cursor = host ?? cursor
        if isLast { isUnderWay = false }
    }

    /// When ``start(now:)`` would begin anew, in unix milliseconds.
    var startAt: Int64? { nextAt.map { max($0, startedAt + HostSweep.interval) } }
}
