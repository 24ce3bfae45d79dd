import Glibc

/// A loopback address and a port in the kernel's format.
struct LoopbackAddress {
    let family: Int32
    private var storage = sockaddr_storage()
    private let length: socklen_t

    /// - Parameter text: an address within 127.0.0.0/8, or `::1`.
    /// - Throws: ``LoopbackServer/Failure/notLoopback(_:)``.
    init(_ text: String, port: in_port_t) throws(LoopbackServer.Failure) {
        var name = sockaddr_in()
        var name6 = sockaddr_in6()
        if inet_pton(AF_INET, text, &name.sin_addr) == 1,
            in_addr_t(bigEndian: name.sin_addr.s_addr) >> 24 == 127
        {
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            family = AF_INET
            length = socklen_t(MemoryLayout.size(ofValue: name))
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: name, as: sockaddr_in.self) }
        } else if text == "::1", inet_pton(AF_INET6, text, &name6.sin6_addr) == 1 {
            name6.sin6_family = sa_family_t(AF_INET6)
            name6.sin6_port = port.bigEndian
            family = AF_INET6
            length = socklen_t(MemoryLayout.size(ofValue: name6))
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: name6, as: sockaddr_in6.self) }
        } else {
            throw .notLoopback(text)
        }
    }

    /// Calls a system function with the address.
    mutating func with(_ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Int32) -> Int32 {
        var length = length
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }

    /// The port. It has the same place in both kinds of address.
    var port: in_port_t {
        withUnsafeBytes(of: storage) { in_port_t(bigEndian: $0.load(fromByteOffset: 2, as: in_port_t.self)) }
    }
}
