internal import CrawlCore

/// One loop's side of the permits that all loops of a crawl share.
struct LoopPermits {
    /// Which of the crawl's loops it is, from 0.
    let loop: Int
    let permits: RequestPermits
    /// Wakes the loops whose bits are set.
    let wakeLoops: @Sendable (UInt64) -> Void

    /// Takes a permit for one more request.
    ///
    /// - Parameter held: how many requests of the loop are running.
    /// - Returns: false when there is none. The loop is woken when there may be one.
    func acquire(holding held: Int) -> Bool { permits.acquire(loop: loop, holding: held) }

    /// Gives a permit back, and wakes loops that have fewer than their share.
    func release() { wakeLoops(permits.release(loop: loop)) }

    /// Notes whether the loop would take more permits, and wakes others when permits are left over.
    func settle(isWaiting: Bool) { wakeLoops(permits.settle(loop: loop, isWaiting: isWaiting)) }

    /// Whether anything may be started: the runner can be sure that its hosts are not others' by now.
    func isTrusted(at now: MonotonicInstant) -> Bool { permits.isTrusted(at: now) }

    /// Whether the job's rate allows a start now. If it does, the start counts.
    func takeStart(now: MonotonicInstant) -> Bool { permits.takeStart(now: now) }

    /// When the job's rate allows the next start; nil when the job has no rate.
    var nextStartAt: MonotonicInstant? { permits.nextStartAt }
}
