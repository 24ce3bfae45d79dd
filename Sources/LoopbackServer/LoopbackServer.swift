import CLinux
import Glibc

/// A scripted HTTP/1.1 server inside the test's own process, which misbehaves on purpose and records what it sees.
///
/// It listens on one ephemeral port of one or several loopback addresses, each of which is a host of its own
/// to a crawler. One thread serves everything: a slow answer costs a timer, not a thread, so hundreds of them
/// may wait at once and ``stop()`` returns without waiting for any.
///
/// ```swift
/// let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
///     request.hit < 2 ? .status(503, retryAfter: .seconds(1)) : .html(title: request.path)
/// }
/// fetch(server.url("/a", on: "127.0.0.2"))
/// #expect(server.peakInFlight(of: "127.0.0.2") == 1)
/// ```
package final class LoopbackServer: Sendable {
    /// Decides what a request is answered with. It runs on the server's only thread and must not block.
    package typealias Handler = @Sendable (Request) -> Response

    /// The loopback addresses that are served, in the order that they were given in.
    package let addresses: [String]
    /// The port, the same on every address.
    package let port: Int

    let ledger: SharedLedger
    private let thread: LoopThread

    /// Starts to listen; requests are answered from the moment this returns.
    ///
    /// - Parameters:
    ///   - addresses: what to listen on, within 127.0.0.0/8 or `::1`. The default is 127.0.0.1 alone.
    ///   - port: the port to listen on, for a server that comes back in place of one that was stopped. The
    ///     default is 0: any that is free on all of the addresses.
    ///   - recordsExchanges: whether ``log`` is kept. Without it only counters are, for load of millions of
    ///     requests. The default is true.
    ///   - handler: what to answer.
    /// - Throws: ``Failure`` for an address that is not loopback, and when the system refuses.
    package init(
        addresses: [String] = ["127.0.0.1"], port: Int = 0, recordsExchanges: Bool = true,
        handler: @escaping Handler
    ) throws(Failure) {
        let (listeners, port) = try Listener.open(addresses, port: port)
        let ledger = SharedLedger(
            Ledger(addresses: addresses, recordsExchanges: recordsExchanges))
        self.addresses = addresses
        self.port = port
        self.ledger = ledger
        thread = try LoopThread(
            EventLoop.Setup(
                listeners: listeners,
                poller: Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1"),
                timer: Timer(),
                waker: Waker(),
                ledger: ledger,
                handler: handler))
    }

    deinit {
        stop()
    }

    /// The URL of a path on this server.
    ///
    /// - Parameters:
    ///   - target: path and query, with the leading slash.
    ///   - host: the host to name in it: one of ``addresses``, or a name that resolves to one. The default is
    ///     the first address.
    package func url(_ target: String, on host: String? = nil) -> String {
        let host = host ?? addresses[0]
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(target)"
    }

    /// Closes the port and every connection, whatever they wait for. Further calls do nothing.
    ///
    /// Afterwards connections to ``port`` are refused; what was recorded stays readable.
    package func stop() {
        thread.stop()
    }
}

extension LoopbackServer {
    /// Why a server could not be started.
    package enum Failure: Error, Equatable {
        /// There was no address to listen on.
        case noAddress
        /// An address that is not a literal within 127.0.0.0/8.
        case notLoopback(String)
        /// A call of the system that failed, with its `errno`.
        case system(call: String, errno: Int32)
    }
}
