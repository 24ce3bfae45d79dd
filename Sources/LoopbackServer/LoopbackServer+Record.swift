/// What the server saw. It may be read from any thread, while the server runs and after it was stopped.
///
/// A request is in flight from the moment its head is read until the last byte of its response is written. A response
/// without a delay is written before the next request is read, so that two of them never overlap. A test that has to see
/// an overlap delays the responses or holds them with a latch.
///
/// When a client has received the last byte of a response, the exchange is already finished here. That a client has closed
/// a connection is known only a moment later; use ``wait(until:)`` for it.
extension LoopbackServer {
    /// All requests so far, in the order in which they started; empty without `recordsExchanges`.
    package var log: [Exchange] { ledger.read(\.log) }

    /// The counters of all addresses together.
    package var counters: Counters { ledger.read(\.total) }

    /// The counters of one address.
    package func counters(of address: String) -> Counters { ledger.read { $0.counters(of: address) } }

    /// The highest number of requests that were in flight at the same time, on all addresses together.
    package var peakInFlight: Int { counters.peakInFlight }

    /// The highest number of requests that were in flight at the same time on one address.
    package func peakInFlight(of address: String) -> Int { counters(of: address).peakInFlight }

    /// The shortest time between the starts of two requests on one address; nil before the second one.
    package func leastGap(of address: String) -> Duration? { counters(of: address).leastGap }

    /// How many connections were accepted, on all addresses together.
    package var connections: Int { counters.connections }

    /// How often a path was requested.
    ///
    /// - Parameters:
    ///   - path: the path without the query, as it was sent.
    ///   - address: the address to count for. The default is all of them.
    package func hits(_ path: String, on address: String? = nil) -> Int {
        ledger.read { $0.hits(path, on: address) }
    }

    /// Waits for a condition of the counters, without polling.
    ///
    /// - Parameter condition: the condition, for the counters of all addresses together. It is called at each change, on
    ///   the server's thread, and must not use the server.
    /// - Returns: whether it has come true; false when the server was stopped or the task was cancelled before.
    @discardableResult
    package func wait(until condition: @escaping @Sendable (Counters) -> Bool) async -> Bool {
        await ledger.wait(until: condition)
    }
}
