package import WARC

/// Keeps requests and responses as they were sent and received. It is called on the loops' threads, and never waits.
package protocol ExchangeKeeper: AnyObject, Sendable {
    /// Whether it can take more. When it cannot, no new request may be started.
    var hasRoom: Bool { get }
    /// Takes a request with its response.
    func keep(_ exchange: HTTPExchange)
}
