internal import CCurl
internal import CrawlCore
internal import Glibc

extension IPAddress {
    /// Reads what curl hands to CURLOPT_OPENSOCKETFUNCTION(3); nil for a family that is not the internet's.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        // Safe because curl has room for any kind of address there, whatever the type says.
        let bytes = UnsafeRawPointer(address) + offset
        switch address.pointee.family {
        case AF_INET:
            self = .v4(UInt32(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6:
            let address = bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self = .v6(
                UInt128(bigEndian: withUnsafeBytes(of: address) { $0.loadUnaligned(as: UInt128.self) }))
        default:
            return nil
        }
    }
}
