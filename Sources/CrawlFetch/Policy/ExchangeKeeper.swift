package import WARC

/// Who keeps what is sent and received, beside what becomes of it. Called on the loops' threads, and never waits.
package protocol ExchangeKeeper: AnyObject, Sendable {
    /// Whether it can take more; where it cannot, nothing new is to be started.
    var hasRoom: Bool { get }
    /// Takes an exchange.
    func keep(_ exchange: HTTPExchange)
}
