/// The address of a machine, and whether it is one of the public internet.
package enum IPAddress: Hashable, Sendable {
    /// An address of IPv4; 127.0.0.1 is 0x7f000001.
    case v4(UInt32)
    /// An address of IPv6; ::1 is 1.
    case v6(UInt128)

    /// The address that 4 or 16 bytes are, in network order: what `sin_addr` and `sin6_addr` of a socket address
    /// hold. Nil for any other number of bytes.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }
}

extension IPAddress {
    /// What the address is set aside for. IPv4 addresses inside of IPv6 ones are looked at: ::ffff:127.0.0.1 is
    /// loopback.
    ///
    /// A prefix for NAT64 that a network has chosen for itself (RFC 6052, section 2.2) cannot be recognised.
    package var kind: AddressKind {
        switch self {
        case .v4(let value):
            return AddressRange.ipv4.first { $0.contains(UInt128(value)) }?.kind ?? .global
        case .v6(let value):
            guard let range = AddressRange.ipv6.first(where: { $0.contains(value) }) else { return .reserved }
            let isGlobal = range.kind == .global
            guard let shift = range.embedded ?? (isGlobal && Self.isISATAP(value) ? 0 : nil) else {
                return range.kind
            }
            let inner = IPAddress.v4(UInt32(truncatingIfNeeded: value >> shift)).kind
            return inner == .global ? range.kind : inner
        }
    }

    /// Whether the address is one that a server of the public internet may have.
    package var isGlobal: Bool { kind == .global }

    /// Whether the address is of a tunnel to the IPv4 address at its end, under any prefix (RFC 5214, section 6.1).
    private static func isISATAP(_ value: UInt128) -> Bool {
        let interface = UInt32(truncatingIfNeeded: value >> 32)
        return interface == 0x0000_5efe || interface == 0x0200_5efe
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address as text: dotted, or as RFC 5952 has it.
    package var description: String {
        var text: [UInt8] = []
        switch self {
        case .v4(let value):
            for shift in [24, 16, 8, 0] as [UInt32] {
                text.appendDecimal(value >> shift & 0xff)
                if shift > 0 { text.append(ASCII.dot) }
            }
        case .v6(let value):
            let pieces = stride(from: 112, through: 0, by: -16).map {
                String(UInt16(truncatingIfNeeded: value >> $0), radix: 16)
            }
            IPv6Address(parsing: pieces.joined(separator: ":").utf8.span)?.serialize(into: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
