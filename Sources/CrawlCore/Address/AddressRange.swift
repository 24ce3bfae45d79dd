/// A block of addresses and what it is set aside for.
///
/// The tables follow IANA's special-purpose address registries (RFC 6890, RFC 8190; as of October 2025) and, for what
/// no registry of that kind has, the address space registries. They are stricter in one way: blocks of which single
/// addresses are "globally reachable" anycast (192.0.0.9 and others) are refused whole, since it is the nearest
/// machine that answers there, and that is in one's own network.
struct AddressRange {
    /// The first address.
    let prefix: UInt128
    /// Bits of a 128-bit number that all the block's addresses share.
    let length: Int
    let kind: AddressKind
    /// Where an IPv4 address is inside, as the bits to its right. A packet ends there, so the kind is that of the IPv4
    /// address unless that is global.
    let embedded: Int?

    /// A block of IPv4, as a 128-bit number with zeros in front.
    init(v4 a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, length: Int, _ kind: AddressKind) {
        prefix = UInt128(a) << 24 | UInt128(b) << 16 | UInt128(c) << 8 | UInt128(d)
        self.length = 96 + length
        self.kind = kind
        embedded = nil
    }

    /// A block of IPv6, by the pieces before "::".
    init(v6 pieces: UInt16..., length: Int, embedded: Int? = nil, _ kind: AddressKind) {
        prefix = pieces.reduce(0) { $0 << 16 | UInt128($1) } << (128 - 16 * pieces.count)
        self.length = length
        self.kind = kind
        self.embedded = embedded
    }

    /// Whether the address is of the block.
    func contains(_ address: UInt128) -> Bool {
        (address ^ prefix) >> (128 - length) == 0
    }
}

extension AddressRange {
    /// The first that an address is in counts; one that is in none is global.
    static let ipv4: [AddressRange] = [
        .init(v4: 0, 0, 0, 0, length: 8, .unspecified),  // RFC 791, section 3.2
        .init(v4: 10, 0, 0, 0, length: 8, .private),  // RFC 1918
        .init(v4: 100, 64, 0, 0, length: 10, .shared),  // RFC 6598
        .init(v4: 127, 0, 0, 0, length: 8, .loopback),  // RFC 1122, section 3.2.1.3
        // The wire server of every machine on Azure (Microsoft, "What is IP address 168.63.129.16?").
        .init(v4: 168, 63, 129, 16, length: 32, .cloudService),
        .init(v4: 169, 254, 0, 0, length: 16, .linkLocal),  // RFC 3927
        .init(v4: 172, 16, 0, 0, length: 12, .private),  // RFC 1918
        .init(v4: 192, 0, 0, 0, length: 24, .protocolAssignment),  // RFC 6890, section 2.1
        .init(v4: 192, 0, 2, 0, length: 24, .documentation),  // RFC 5737
        .init(v4: 192, 88, 99, 0, length: 24, .tunnel),  // RFC 7526, relays to 6to4
        .init(v4: 192, 168, 0, 0, length: 16, .private),  // RFC 1918
        .init(v4: 198, 18, 0, 0, length: 15, .benchmarking),  // RFC 2544
        .init(v4: 198, 51, 100, 0, length: 24, .documentation),  // RFC 5737
        .init(v4: 203, 0, 113, 0, length: 24, .documentation),  // RFC 5737
        .init(v4: 224, 0, 0, 0, length: 4, .multicast),  // RFC 5771
        .init(v4: 255, 255, 255, 255, length: 32, .broadcast),  // RFC 919
        .init(v4: 240, 0, 0, 0, length: 4, .reserved),  // RFC 1112, section 4
    ]

    /// The first that an address is in counts; one that is in none is reserved.
    static let ipv6: [AddressRange] = [
        .init(v6: 0, 0, 0, 0, 0, 0, 0, 0, length: 128, .unspecified),  // RFC 4291, section 2.5.2
        .init(v6: 0, 0, 0, 0, 0, 0, 0, 1, length: 128, .loopback),  // RFC 4291, section 2.5.3
        .init(v6: 0, length: 96, embedded: 0, .reserved),  // IPv4-compatible, section 2.5.5.1
        .init(v6: 0, 0, 0, 0, 0, 0xffff, length: 96, embedded: 0, .global),  // IPv4-mapped, section 2.5.5.2
        .init(v6: 0, 0, 0, 0, 0xffff, 0, length: 96, embedded: 0, .reserved),  // IPv4-translated, RFC 2765
        .init(v6: 0x64, 0xff9b, length: 96, embedded: 0, .global),  // NAT64, RFC 6052
        .init(v6: 0x64, 0xff9b, 1, length: 48, .translation),  // local NAT64, RFC 8215
        .init(v6: 0x100, length: 64, .discard),  // RFC 6666
        .init(v6: 0x100, 0, 0, 1, length: 64, .discard),  // RFC 9780
        .init(v6: 0x2001, 0, length: 32, .tunnel),  // Teredo, RFC 4380
        .init(v6: 0x2001, 2, length: 48, .benchmarking),  // RFC 5180
        .init(v6: 0x2001, 0, length: 23, .protocolAssignment),  // RFC 2928; ORCHID (RFC 7343) and others
        .init(v6: 0x2001, 0xdb8, length: 32, .documentation),  // RFC 3849
        .init(v6: 0x2002, length: 16, embedded: 80, .global),  // 6to4, RFC 3056
        .init(v6: 0x3fff, length: 20, .documentation),  // RFC 9637
        .init(v6: 0x2000, length: 3, .global),  // RFC 4291, section 2.4: all that has been handed out
        .init(v6: 0x5f00, length: 16, .segmentRouting),  // RFC 9602
        .init(v6: 0xfc00, length: 7, .uniqueLocal),  // RFC 4193
        .init(v6: 0xfe80, length: 10, .linkLocal),  // RFC 4291, section 2.5.6
        .init(v6: 0xfec0, length: 10, .siteLocal),  // RFC 3879
        .init(v6: 0xff00, length: 8, .multicast),  // RFC 4291, section 2.7
    ]
}
