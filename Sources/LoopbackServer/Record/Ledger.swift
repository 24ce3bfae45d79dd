/// What a server records: counters by address, hits by path, and the log.
struct Ledger: Sendable {
    /// A request in flight.
    struct Entry: Sendable {
        fileprivate let host: Int
        /// Its index in the log; nil when no log is kept.
        fileprivate let index: Int?
    }

    private struct Host {
        var counters = LoopbackServer.Counters()
        var hits: [String: Int] = [:]
    }

    private(set) var total = LoopbackServer.Counters()
    private(set) var log: [LoopbackServer.Exchange] = []
    private var hosts: [Host]
    private let addresses: [String]
    private let recordsExchanges: Bool

    init(addresses: [String], recordsExchanges: Bool) {
        self.addresses = addresses
        self.recordsExchanges = recordsExchanges
        hosts = Array(repeating: Host(), count: addresses.count)
    }

    /// The counters of an address; all 0 for an address that is not served.
    func counters(of address: String) -> LoopbackServer.Counters {
        addresses.firstIndex(of: address).map { hosts[$0].counters } ?? LoopbackServer.Counters()
    }

    /// How often a path was requested on one address; nil for all addresses.
    func hits(_ path: String, on address: String?) -> Int {
        var sum = 0
        for (host, name) in zip(hosts, addresses) where address == nil || address == name {
            sum += host.hits[path, default: 0]
        }
        return sum
    }

    mutating func connect(host: Int) {
        total.connect()
        hosts[host].counters.connect()
    }

    mutating func disconnect(host: Int) {
        total.disconnect()
        hosts[host].counters.disconnect()
    }

    mutating func reject(host: Int) {
        total.malformedRequests += 1
        hosts[host].counters.malformedRequests += 1
    }

    /// Counts a request as in flight.
    ///
    /// - Returns: the entry to finish the request with, and how often its path had been requested on that address before.
    mutating func start(
        _ head: RequestHead, host: Int, connection: Int, at instant: ContinuousClock.Instant
    ) -> (entry: Entry, hit: Int) {
        total.start(at: instant)
        hosts[host].counters.start(at: instant)
        hosts[host].hits[head.path, default: 0] += 1
        let hit = hosts[host].hits[head.path, default: 1] - 1
        guard recordsExchanges else { return (Entry(host: host, index: nil), hit) }
        log.append(
            LoopbackServer.Exchange(
                address: addresses[host], connection: connection, method: head.method, target: head.target,
                path: head.path, headers: head.headers, startedAt: instant))
        return (Entry(host: host, index: log.count - 1), hit)
    }

    mutating func finish(
        _ entry: Entry, _ end: LoopbackServer.Exchange.End, bytesSent: Int,
        at instant: ContinuousClock.Instant
    ) {
        total.finish(bytesSent: bytesSent)
        hosts[entry.host].counters.finish(bytesSent: bytesSent)
        guard let index = entry.index else { return }
        log[index].finishedAt = instant
        log[index].end = end
        log[index].bytesSent = bytesSent
    }
}
