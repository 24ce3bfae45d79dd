internal import CCurl
internal import Glibc

/// The address that a connection is about to be made to, as the system is given it.
public enum SocketAddress: Sendable, Hashable {
    /// An IPv4 address; its first octet is the highest.
    case ipv4(UInt32)
    /// An IPv6 address; its first octet is the highest of `high`.
    case ipv6(high: UInt64, low: UInt64)

    /// Reads what curl hands to CURLOPT_OPENSOCKETFUNCTION(3); nil for a family that is not the internet's.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        // Safe because curl has room for any kind of address there, whatever the type says.
        let bytes = UnsafeRawPointer(address) + offset
        switch address.pointee.family {
        case AF_INET:
            self = .ipv4(UInt32(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6:
            let address = bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self = withUnsafeBytes(of: address) { octets in
                .ipv6(
                    high: UInt64(bigEndian: octets.loadUnaligned(as: UInt64.self)),
                    low: UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        default:
            return nil
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The address as inet_ntop(3) writes it.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .ipv4(let value):
            var address = in_addr(s_addr: value.bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        case .ipv6(let high, let low):
            var octets = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &octets, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
