extension WebURL {
    /// The address that the host is, however it was written ("0x7f.1", "[::1]"); nil where it is a name, or there is
    /// no host.
    ///
    /// What connects through a proxy never sees the address it ends at: there, and before anything is looked up, this
    /// is the place to check.
    package var hostAddress: IPAddress? {
        let bytes = href.utf8.span
        let host = bytes.extracting(Int(offsets.hostStart)..<Int(offsets.hostEnd))
        if host.count > 2, host[0] == ASCII.openBracket {
            return .v6(Self.ipv6Value(ofSerialized: host.extracting(1..<host.count - 1)))
        }
        guard IPv4Address.isMeant(by: host) else { return nil }
        return IPv4Address(parsing: host).map { .v4($0.value) }
    }

    /// Whether the host is a name of the machine itself, wherever it is looked up (RFC 6761, section 6.3).
    package var isLocalhost: Bool {
        guard var name = host?[...] else { return false }
        if name.last == "." { name.removeLast() }
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    /// Whether the host has a name that is set aside for examples and tests (RFC 2606, and RFC 6761, section 6), so that no
    /// real server has it.
    package var isReservedName: Bool {
        guard var name = host?[...] else { return false }
        if name.last == "." { name.removeLast() }
        return Self.reservedNames.contains { name == $0 || name.hasSuffix("." + $0) }
    }

    private static let reservedNames = [
        "test", "example", "invalid", "localhost", "example.com", "example.net", "example.org",
    ]

    /// The value of an IPv6 address as the serializer writes it: hexadecimal pieces, and "::" for those that are zero.
    private static func ipv6Value(ofSerialized text: Span<UInt8>) -> UInt128 {
        var head: UInt128 = 0
        var tail: UInt128 = 0
        var piece: UInt128 = 0
        /// Bits that `tail` and `piece` hold.
        var bits = 0
        for index in 0..<text.count {
            if let digit = text[index].hexDigitValue {
                piece = piece << 4 | UInt128(digit)
                if index == 0 || text[index - 1] == ASCII.colon { bits += 16 }
            } else if index > 0, text[index - 1] == ASCII.colon {
                // What came before the "::" begins the address, what follows ends it.
                head = tail << (128 - bits)
                tail = 0
                bits = 0
            } else {
                tail = tail << 16 | piece
                piece = 0
            }
        }
        return head | tail << 16 | piece
    }
}
