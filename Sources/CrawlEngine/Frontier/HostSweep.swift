internal import CrawlCore

/// The search for hosts with pages that wait: over all hosts of the run in the order of their ids, a slice at a
/// time, then again when there is a reason to.
struct HostSweep {
    /// The host to go on behind; meaningless while not under way.
    private(set) var cursor: HostID?
    private(set) var isUnderWay = true
    /// When the next sweep may find something, in unix milliseconds; nil where it finds nothing before something changes.
    private(set) var nextAt: Int64?
    /// Whether the run's other runners had hosts with pages as the last sweep ended.
    var hasOthers = false
    private var startedAt: Int64
    /// How many sweeps in a row have got nothing of what others have.
    private var fruitless = 0
    /// Whether this sweep waits for others.
    private var waitsForOthers = false

    /// Hosts looked at in one transaction.
    static let slice = 64
    /// The least time between the starts of two sweeps.
    private static let interval: Int64 = 100
    /// The most time until hosts that others have are looked for again, in milliseconds: at first, and after many sweeps that got
    /// nothing. What is waited for at the database is kept for three seconds.
    static let (shortestWait, longestWait): (Int64, Int64) = (500, 2_000)
    /// After how many fruitless sweeps the wait is the longest.
    private static let doublings = 2

    init(now: Int64) {
        startedAt = now
    }

    /// Whether so many sweeps in a row have got nothing that the wait is the longest one.
    var isPatient: Bool { fruitless >= HostSweep.doublings && waitsForOthers }

    /// Notes that from an instant on there is something for a sweep to find.
    mutating func expect(at instant: Int64) {
        nextAt = min(nextAt ?? instant, instant)
    }

    /// Notes that others have hosts, which are looked for again: soon at first, then after a wait that doubles with each sweep that
    /// got nothing.
    ///
    /// - Parameter fraction: from 0 to 1, by chance, so that runners that began together look at different times. It makes up a
    ///   quarter of the wait.
    mutating func waitForOthers(now: Int64, fraction: Double) {
        waitsForOthers = true
        let most = min(
            HostSweep.shortestWait << Int64(min(fruitless, HostSweep.doublings)), HostSweep.longestWait)
        expect(at: now + Int64(Double(most) * (0.75 + 0.25 * fraction)))
    }

    /// Notes that a host was got.
    mutating func gain() {
        fruitless = 0
    }

    /// Begins anew where it is time to.
    mutating func start(now: Int64) {
        guard !isUnderWay, let due = nextAt, due <= now, startedAt + HostSweep.interval <= now else { return }
        if waitsForOthers { fruitless += 1 }
        waitsForOthers = false
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
