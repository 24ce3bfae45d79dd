import Glibc

/// A loopback port that does not answer: an attempt to connect is neither accepted nor refused, so that it runs
/// into the client's connect time-out.
///
/// For a port that refuses, stop a ``LoopbackServer`` and go on using its URL.
package final class BlackHole: Sendable {
    /// The address.
    package let address: String
    /// The port.
    package let port: Int

    private let listener: Descriptor
    /// What fills the queue of connections that nobody accepts: from then on Linux drops what else comes
    /// (listen(2), tcp(7)).
    private let fillers: [Descriptor]

    /// Opens one.
    ///
    /// - Parameter address: where, within 127.0.0.0/8. The default is 127.0.0.1.
    /// - Throws: ``LoopbackServer/Failure`` for an address that is not loopback, and when the system refuses.
    package init(address: String = "127.0.0.1") throws(LoopbackServer.Failure) {
        let (listener, port) = try Listener.open(address, port: 0, backlog: 0)
        var fillers: [Descriptor] = []
        // A backlog of zero holds one connection; a second attempt makes sure.
        for _ in 0..<2 {
            let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
            let filler = try Descriptor(Glibc.socket(AF_INET, Int32(type), 0), of: "socket")
            var name = try LoopbackAddress(address, port: port)
            // The attempt is under way, which is all that is wanted; it is not waited for.
            _ = name.with { connect(filler.number, $0, $1) }
            fillers.append(filler)
        }
        self.address = address
        self.port = Int(port)
        self.listener = listener.socket
        self.fillers = fillers
    }

    /// The URL of a path there.
    ///
    /// - Parameter target: path and query, with the leading slash.
    package func url(_ target: String) -> String {
        "http://\(address):\(port)\(target)"
    }
}
