import Glibc

/// A socket that listens on one of the server's addresses.
struct Listener: Sendable {
    let address: String
    let socket: Descriptor

    /// Listens on the same port of all addresses.
    ///
    /// - Parameter port: the port; 0 for one that is free on all of them.
    /// - Throws: ``LoopbackServer/Failure``.
    static func open(
        _ addresses: [String], port: Int
    ) throws(LoopbackServer.Failure) -> (listeners: [Listener], port: Int) {
        guard let first = addresses.first else { throw .noAddress }
        // The port that the kernel chooses for the first address may be taken on another one. Then it has to choose again.
        var attempts = port == 0 ? 50 : 1
        while true {
            attempts -= 1
            do {
                let (listener, bound) = try open(first, port: in_port_t(truncatingIfNeeded: port))
                var listeners = [listener]
                for address in addresses.dropFirst() {
                    listeners.append(try open(address, port: bound).listener)
                }
                return (listeners, Int(bound))
            } catch .system(_, EADDRINUSE) where attempts > 0 {
                continue
            } catch {
                throw error
            }
        }
    }

    /// Listens on one address.
    ///
    /// - Parameters:
    ///   - address: an address within 127.0.0.0/8, or `::1`.
    ///   - port: the port; 0 for one that is free.
    ///   - backlog: how many connections may wait to be accepted.
    static func open(
        _ address: String, port: in_port_t, backlog: Int32 = 4096
    ) throws(LoopbackServer.Failure) -> (listener: Listener, port: in_port_t) {
        var name = try LoopbackAddress(address, port: port)
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = try Descriptor(Glibc.socket(name.family, Int32(type), 0), of: "socket")
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout.size(ofValue: on))
        // Accepted sockets inherit this option. A piece that is sent by itself then travels in a packet of its own.
        _ = setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        // Connections of a server that was stopped may linger at its port. Linux lets another server use the port only when
        // both sockets allow it. With port 0 the option is set after the kernel has chosen, since otherwise two servers that
        // start together could be given the same port.
        let allowReuse = { _ = setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        if port != 0 { allowReuse() }

        let isBound =
            name.with { bind(socket.number, $0, $1) } == 0
            && name.with { getsockname(socket.number, $0, &$1) } == 0
        guard isBound else { throw .system(call: "bind", errno: errno) }
        guard listen(socket.number, backlog) == 0 else { throw .system(call: "listen", errno: errno) }
        allowReuse()
        return (Listener(address: address, socket: socket), name.port)
    }
}
