import Glibc

/// A loopback port that does not answer: connecting to it neither succeeds nor fails, until the client's time-out for
/// connecting.
///
/// For a port that refuses connections, stop a ``LoopbackServer`` and go on using its URL.
package final class BlackHole: Sendable {
    /// The address.
    package let address: String
    /// The port.
    package let port: Int

    private let listener: Descriptor
    /// Connections that fill the queue of the listener, which accepts none. Linux drops all further attempts (listen(2),
    /// tcp(7)).
    private let fillers: [Descriptor]

    /// Opens a port.
    ///
    /// - Parameter address: an address within 127.0.0.0/8. The default is 127.0.0.1.
    /// - Throws: ``LoopbackServer/Failure`` for an address that is not loopback, and when a system call fails.
    package init(address: String = "127.0.0.1") throws(LoopbackServer.Failure) {
        let (listener, port) = try Listener.open(address, port: 0, backlog: 0)
        var fillers: [Descriptor] = []
        // A backlog of zero holds one connection. The second attempt is there to be sure.
        for _ in 0..<2 {
            let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
            let filler = try Descriptor(Glibc.socket(AF_INET, Int32(type), 0), of: "socket")
            var name = try LoopbackAddress(address, port: port)
            // Starting to connect is enough, so nobody waits for the result.
            _ = name.with { connect(filler.number, $0, $1) }
            fillers.append(filler)
        }
        self.address = address
        self.port = Int(port)
        self.listener = listener.socket
        self.fillers = fillers
    }

    /// The URL of a path at this port.
    ///
    /// - Parameter target: path and query, with the leading slash.
    package func url(_ target: String) -> String {
        "http://\(address):\(port)\(target)"
    }
}
