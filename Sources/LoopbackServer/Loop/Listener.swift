import Glibc

/// A socket that listens on one of the server's addresses.
struct Listener: Sendable {
    let address: String
    let socket: Descriptor

    /// Listens on one free port of all of the addresses.
    ///
    /// - Throws: ``LoopbackServer/Failure``.
    static func open(_ addresses: [String]) throws(LoopbackServer.Failure) -> (
        listeners: [Listener], port: Int
    ) {
        guard !addresses.isEmpty else { throw .noAddress }
        // The port that the kernel chose for the first address may be taken on another one: then choose again.
        for _ in 0..<50 {
            if let found = try openOnce(addresses) { return found }
        }
        throw .system(call: "bind", errno: EADDRINUSE)
    }

    private static func openOnce(
        _ addresses: [String]
    ) throws(LoopbackServer.Failure) -> (listeners: [Listener], port: Int)? {
        var listeners: [Listener] = []
        var port: in_port_t = 0
        for address in addresses {
            do {
                let (listener, bound) = try open(address, port: port)
                listeners.append(listener)
                port = bound
            } catch .system(_, EADDRINUSE) where port != 0 {
                return nil
            } catch {
                throw error
            }
        }
        return (listeners, Int(in_port_t(bigEndian: port)))
    }

    /// Listens on one address; the port is in network byte order, 0 for any.
    private static func open(
        _ address: String, port: in_port_t
    ) throws(LoopbackServer.Failure) -> (listener: Listener, port: in_port_t) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port
        guard inet_pton(AF_INET, address, &name.sin_addr) == 1,
            in_addr_t(bigEndian: name.sin_addr.s_addr) >> 24 == 127
        else { throw .notLoopback(address) }

        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = try Descriptor(Glibc.socket(AF_INET, Int32(type), 0), of: "socket")
        // Accepted sockets inherit it: a piece that is sent on its own shall travel on its own.
        var on: Int32 = 1
        _ = setsockopt(
            socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout.size(ofValue: on)))

        var length = socklen_t(MemoryLayout.size(ofValue: name))
        let bound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket.number, generic, length) == 0 && getsockname(socket.number, generic, &length) == 0
            }
        }
        guard bound else { throw .system(call: "bind", errno: errno) }
        guard listen(socket.number, 4096) == 0 else { throw .system(call: "listen", errno: errno) }
        return (Listener(address: address, socket: socket), name.sin_port)
    }
}
