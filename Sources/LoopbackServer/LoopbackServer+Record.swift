/// What the server saw. Everything may be asked from any thread, while it serves and after it was stopped.
///
/// A request is in flight from its head being read to its response's last byte being written. A response without a
/// delay is written before the next request is read, so that two of them never overlap however many clients there
/// are: delay responses, or hold them by a latch, where an overlap is to be seen.
///
/// A client that has got a response's last byte finds the exchange finished here. That it closed a connection is
/// known only a moment later: ``wait(until:)`` for it.
extension LoopbackServer {
    /// Every request so far, in the order of their starts; empty without `recordsExchanges`.
    package var log: [Exchange] { ledger.read(\.log) }

    /// What has been counted on all addresses together.
    package var counters: Counters { ledger.read(\.total) }

    /// What has been counted on one address.
    package func counters(of address: String) -> Counters { ledger.read { $0.counters(of: address) } }

    /// The most requests that were in flight at any one time, on all addresses together.
    package var peakInFlight: Int { counters.peakInFlight }

    /// The most requests that were in flight at any one time on one address.
    package func peakInFlight(of address: String) -> Int { counters(of: address).peakInFlight }

    /// The least time between the starts of two requests on one address; nil before the second one.
    package func leastGap(of address: String) -> Duration? { counters(of: address).leastGap }

    /// How many connections were accepted, on all addresses together.
    package var connections: Int { counters.connections }

    /// How often a path was requested.
    ///
    /// - Parameters:
    ///   - path: the path without query, as it is sent.
    ///   - address: the address to count for. The default is all of them.
    package func hits(_ path: String, on address: String? = nil) -> Int {
        ledger.read { $0.hits(path, on: address) }
    }

    /// Waits for something to have been counted, without polling.
    ///
    /// - Parameter condition: what to wait for in the counters of all addresses together. It is asked at each
    ///   change, on the server's thread, and must not use the server.
    /// - Returns: whether it has come true; false where the server was stopped or the task cancelled before.
    @discardableResult
    package func wait(until condition: @escaping @Sendable (Counters) -> Bool) async -> Bool {
        await ledger.wait(until: condition)
    }
}
