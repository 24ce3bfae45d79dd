internal import ArgumentParser
internal import FlyingSocks
internal import Glibc

/// An address and port to listen at: `9464`, `127.0.0.1:9464` or `[::1]:9464`.
struct ListenAddress: ExpressibleByArgument {
    enum SocketAddress: Sendable {
        case ipv4(sockaddr_in)
        case ipv6(sockaddr_in6)
    }

    let text: String
    let socketAddress: SocketAddress
    /// Whether only this machine can reach it.
    let isLoopback: Bool

    init?(argument: String) {
        let parts = argument.split(separator: ":")
        guard let word = parts.last, let port = UInt16(word),
            word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        text = argument
        let host = argument.dropLast(word.count).dropLast()
        if host.isEmpty || !host.hasPrefix("[") {
            let name = host.isEmpty ? "127.0.0.1" : String(host)
            guard let address = try? sockaddr_in.inet(ip4: name, port: port) else { return nil }
            socketAddress = .ipv4(address)
            isLoopback = name.hasPrefix("127.")
        } else {
            let name = String(host.dropFirst().dropLast())
            guard let address = try? sockaddr_in6.inet6(ip6: name, port: port) else { return nil }
            socketAddress = .ipv6(address)
            isLoopback = name == "::1"
        }
    }
}
