/// A set of bytes, as the URL Standard's percent-encode sets and lists of forbidden code points (sections 1.3 and 3.1).
///
/// A byte from 0x80 up is always a member: no part of a URL may hold one unescaped. That is why the parser may work on
/// UTF-8 bytes where the standard works on code points: escaping a code point is escaping its bytes.
struct PercentEncodeSet: Sendable {
    /// Bytes 0x00 to 0x3F, one bit each.
    private let low: UInt64
    /// Bytes 0x40 to 0x7F, one bit each.
    private let high: UInt64

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether the byte must be escaped (or is forbidden).
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return true }
        return (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 != 0
    }

    /// The set with the ASCII characters of `characters` added.
    private func adding(_ characters: StaticString) -> PercentEncodeSet {
        characters.withUTF8Buffer { bytes in
            var (low, high) = (low, high)
            for byte in bytes {
                if byte < 0x40 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 0x3F) }
            }
            return PercentEncodeSet(low: low, high: high)
        }
    }

    /// The C0 control percent-encode set: C0 controls and everything above `~`.
    static let c0Control = PercentEncodeSet(low: 0xFFFF_FFFF, high: 1 << 63)
    /// The fragment percent-encode set.
    static let fragment = c0Control.adding(" \"<>`")
    /// The query percent-encode set.
    static let query = c0Control.adding(" \"#<>")
    /// The special-query percent-encode set.
    static let specialQuery = query.adding("'")
    /// The path percent-encode set.
    static let path = query.adding("?^`{}")
    /// The userinfo percent-encode set.
    static let userinfo = path.adding("/:;=@[\\]|")

    /// The forbidden host code points, and every byte that is not ASCII.
    static let forbiddenHost = PercentEncodeSet(low: 1, high: 0).adding("\t\n\r #/:<>?@[\\]^|")
    /// The forbidden domain code points, and every byte that is not ASCII.
    static let forbiddenDomain = PercentEncodeSet(low: 0xFFFF_FFFF, high: 1 << 63).adding(" #/:<>?@[\\]^|%")
    /// What keeps a host from being copied as it is: the forbidden domain code points, and capital letters.
    static let unusualDomain = forbiddenDomain.adding("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    /// What keeps the path of a special URL from being copied as it is, or ends it.
    static let unusualPath = path.adding("\\")
}
