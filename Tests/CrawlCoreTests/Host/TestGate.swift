import CrawlCore

/// A gate by reference: the test macros do not take calls that change a value.
final class TestGate {
    private var gate: HostGate

    init(perHost: Int, delay: Duration) { gate = HostGate(perHost: perHost, delay: delay) }

    var queued: Int { gate.queued }
    var waitingHosts: Int { gate.waitingHosts }
    var nextWake: ContinuousClock.Instant? { gate.nextWake }

    func hold(_ host: Int64, until instant: ContinuousClock.Instant) {
        gate.hold(HostID(rawValue: host), until: instant)
    }
    func add(_ request: PageRequest, first: Bool = false, now: ContinuousClock.Instant) {
        gate.add(request, first: first, now: now)
    }
    func isReady(now: ContinuousClock.Instant) -> Bool { gate.isReady(now: now) }
    func next(now: ContinuousClock.Instant) -> (request: PageRequest, slot: HostGate.Slot)? {
        gate.next(now: now)
    }
    func sent(_ slot: HostGate.Slot, now: ContinuousClock.Instant) { gate.sent(slot, now: now) }
    func finished(_ slot: HostGate.Slot, wasSent: Bool, now: ContinuousClock.Instant) {
        gate.finished(slot, wasSent: wasSent, now: now)
    }
    func removeAll() -> [PageRequest] { gate.removeAll() }

    /// Starts all that may be started now, and gives the pages in the order of their starts.
    func startAll(now: ContinuousClock.Instant) -> [Int64] {
        var pages: [Int64] = []
        while let (request, _) = next(now: now) { pages.append(request.page.id.rawValue) }
        return pages
    }
}

/// A page's first request at a host.
func request(_ page: Int64, at host: Int64 = 1) -> PageRequest {
    PageRequest(
        ClaimedPage(
            id: PageID(rawValue: page), host: HostID(rawValue: host), batch: BatchID(rawValue: 1),
            url: "http://h\(host)/\(page)", attempts: 0, name: nil))
}
