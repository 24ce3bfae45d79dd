import CLinux
import Glibc

/// A scripted HTTP/1.1 server in the test's own process. It can misbehave on purpose, and records what it sees.
///
/// It listens on one free port of one or several loopback addresses, each of which is a host of its own to a crawler. One
/// thread serves everything. A slow response needs a timer and no thread, so hundreds of them may wait at the same time,
/// and ``stop()`` returns without waiting for any.
///
/// ```swift
/// let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
///     request.hit < 2 ? .status(503, retryAfter: .seconds(1)) : .html(title: request.path)
/// }
/// fetch(server.url("/a", on: "127.0.0.2"))
/// #expect(server.peakInFlight(of: "127.0.0.2") == 1)
/// ```
package final class LoopbackServer: Sendable {
    /// Returns the response to a request. It runs on the server's only thread and must not block.
    package typealias Handler = @Sendable (Request) -> Response

    /// The loopback addresses that are served, in the order in which they were given.
    package let addresses: [String]
    /// The port, the same on every address.
    package let port: Int

    let ledger: SharedLedger
    private let thread: LoopThread

    /// Starts a server. It answers requests from the moment this returns.
    ///
    /// - Parameters:
    ///   - addresses: the addresses to listen on, within 127.0.0.0/8 or `::1`. The default is 127.0.0.1 alone.
    ///   - port: the port to listen on, for a server that replaces one that was stopped. The default is 0: a port that is
    ///     free on all of the addresses.
    ///   - recordsExchanges: whether ``log`` is kept. Without it there are only counters, for millions of requests. The
    ///     default is true.
    ///   - handler: returns the response to a request.
    /// - Throws: ``Failure`` for an address that is not loopback, and when a system call fails.
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
    ///   - host: the host in the URL: one of ``addresses``, or a name that resolves to one. The default is the first
    ///     address.
    package func url(_ target: String, on host: String? = nil) -> String {
        let host = host ?? addresses[0]
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(target)"
    }

    /// Closes the port and all connections, even those that wait for something. Further calls do nothing.
    ///
    /// Afterwards connections to ``port`` are refused. What was recorded can still be read.
    package func stop() {
        thread.stop()
    }
}

extension LoopbackServer {
    /// Why a server could not be started.
    package enum Failure: Error, Equatable {
        /// No address was given.
        case noAddress
        /// The text is neither an address within 127.0.0.0/8 nor `::1`.
        case notLoopback(String)
        /// A system call failed, with this `errno`.
        case system(call: String, errno: Int32)
    }
}
