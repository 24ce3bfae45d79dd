internal import ArgumentParser
internal import Glibc

/// An address and port to listen at: `9464`, `127.0.0.1:9464` or `[::1]:9464`.
struct ListenAddress: ExpressibleByArgument {
    let text: String
    /// The address without the brackets of IPv6, as it was written.
    let host: String
    /// The port; 0 for one that is free.
    let port: UInt16
    /// Whether it is one of IPv6.
    let isIPv6: Bool
    /// Whether only this machine can reach it.
    let isLoopback: Bool

    init?(argument: String) {
        let parts = argument.split(separator: ":")
        guard let word = parts.last, let port = UInt16(word),
            word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        text = argument
        self.port = port
        let written = argument.dropLast(word.count).dropLast()
        isIPv6 = written.hasPrefix("[")
        if isIPv6 {
            guard written.hasSuffix("]") else { return nil }
            host = String(written.dropFirst().dropLast())
            isLoopback = host == "::1"
        } else {
            host = written.isEmpty ? "127.0.0.1" : String(written)
            isLoopback = host.hasPrefix("127.")
        }
        guard Self.isAddress(host, isIPv6 ? AF_INET6 : AF_INET) else { return nil }
    }

    /// Whether a text is an address of a family, in its usual form (inet_pton(3)).
    static func isAddress(_ text: String, _ family: Int32) -> Bool {
        var bytes = in6_addr()
        return inet_pton(family, text, &bytes) == 1
    }

    /// Calls a function with the address as the kernel takes it.
    func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return Self.pass(&address, body)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return Self.pass(&address, body)
    }

    private static func pass<Address, Value>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        let size = socklen_t(MemoryLayout<Address>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}
