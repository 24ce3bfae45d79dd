import CrawlCore

/// A gate by reference: the test macros do not take calls that change a value.
final class TestGate {
    private var gate: HostGate

    private let limits: HostLimits

    init(
        perHost: Int, delay: Duration, spread: Duration = .zero,
        circuit: HostCircuit.Policy = HostCircuit.Policy(), burst: StartBurst? = nil,
        pools: [String: PoolRule] = [:]
    ) {
        var limits = HostLimits(perHost: perHost, delay: delay, spread: spread)
        limits.burst = burst
        self.limits = limits
        gate = HostGate(limits: limits, circuitPolicy: circuit, pools: pools)
    }

    var queued: Int { gate.queued }
    var readyRequests: Int { gate.readyRequests }
    var waitingHosts: Int { gate.waitingHosts }
    var nextWake: MonotonicInstant? { gate.nextWake }

    func hold(_ host: Int64, until instant: MonotonicInstant) {
        let now = instant - .milliseconds(1)
        gate.open(
            HostID(rawValue: host), limits: limits, condition: HostCondition(), rest: .milliseconds(1),
            now: now)
        gate.close(HostID(rawValue: host), now: now)
    }
    func open(
        _ host: Int64, limits: HostLimits? = nil, condition: HostCondition = HostCondition(),
        now: MonotonicInstant
    ) {
        gate.open(
            HostID(rawValue: host), limits: limits ?? self.limits, condition: condition, now: now)
    }
    func limit(_ host: Int64, _ limits: HostLimits, now: MonotonicInstant) {
        gate.limit(HostID(rawValue: host), limits, now: now)
    }
    func conditions(now: MonotonicInstant) -> [Int64: HostCondition] {
        Dictionary(uniqueKeysWithValues: gate.takeChangedConditions(now: now).map { ($0.0.rawValue, $0.1) })
    }
    func slowings(of host: Int64) -> Int { gate.slowings(of: HostID(rawValue: host)) }
    func removeAll(of host: Int64) -> [Int64] {
        gate.removeAll(of: HostID(rawValue: host)).compactMap { $0.page?.id.rawValue }
    }
    func add(_ request: PageRequest, first: Bool = false, now: MonotonicInstant) {
        gate.add(request, first: first, now: now)
    }
    func isReady(now: MonotonicInstant) -> Bool { gate.isReady(now: now) }
    func next(now: MonotonicInstant) -> (request: PageRequest, slot: HostGate.Slot)? {
        gate.next(now: now)
    }
    /// - Parameter fraction: chooses the delay of a host whose delays differ.
    func sent(_ slot: HostGate.Slot, fraction: Double = 0, now: MonotonicInstant) {
        gate.sent(slot, fraction: fraction, now: now)
    }
    @discardableResult
    func finished(
        _ slot: HostGate.Slot, wasSent: Bool, _ signal: HostSignal = .answered,
        allowance: RateAllowance? = nil, name: String? = nil, now: MonotonicInstant
    ) -> HostCircuit.Verdict {
        gate.finished(slot, wasSent: wasSent, signal, fraction: 0, allowance: allowance, name: name, now: now)
    }
    var hasConditions: Bool { gate.hasChangedConditions }
    var hasUrgentConditions: Bool { gate.hasUrgentConditions }
    func pause(of request: PageRequest, now: MonotonicInstant) -> Duration {
        gate.pause(of: request, now: now)
    }
    func takePaused(
        _ slot: HostGate.Slot, for least: Duration, now: MonotonicInstant
    ) -> [(request: PageRequest, wait: Duration)] {
        gate.takePaused(slot, for: least, now: now)
    }
    func removeAll() -> [PageRequest] { gate.removeAll() }

    /// Starts one, and gives its page.
    func startOne(now: MonotonicInstant) -> Int64? { next(now: now)?.request.page?.id.rawValue }

    /// Starts all that may be started now, and gives the pages in the order of their starts.
    func startAll(now: MonotonicInstant) -> [Int64] {
        var pages: [Int64] = []
        while let (request, _) = next(now: now) {
            if let page = request.page { pages.append(page.id.rawValue) }
        }
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
