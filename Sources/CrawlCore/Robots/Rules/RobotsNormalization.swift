/// How paths are made comparable (RFC 9309, section 2.2.2), the same for those of URLs and those of rules.
///
/// - An escaped unreserved character is unescaped: `%7E` is `~`.
/// - Another escaped octet stays so, in capital letters: `%2f` is `%2F`, and not `/`.
/// - What a URL cannot hold is escaped: `é` is `%C3%A9`, a space `%20`, `<` `%3C`. So are `*` and `$`, which have a
///   meaning in rules (section 2.2.3: a rule has `%2A` and `%24` where it means the characters), and `'` and brackets,
///   which browsers send one way or the other.
extension Span<UInt8> {
    /// Whether normalising would change nothing.
    var isNormalizedForRobots: Bool {
        var index = 0
        while index < count {
            let byte = self[index]
            index += 1
            if byte.isPlainInRobots { continue }
            guard byte == ASCII.percent else { return false }
            guard let escaped = escapedByte(at: index) else { continue }
            if escaped.isUnreserved || self[index] > 0x60 || self[index + 1] > 0x60 { return false }
        }
        return true
    }

    /// The octet that two hexadecimal digits after a percent sign mean; `nil` where they are none.
    func escapedByte(at index: Int) -> UInt8? {
        guard index + 1 < count, let high = self[index].hexDigitValue, let low = self[index + 1].hexDigitValue
        else { return nil }
        return high << 4 | low
    }
}

extension [UInt8] {
    /// Appends a path, normalised.
    ///
    /// - Parameter keepingStars: whether `*` is a wildcard, as in rules; runs of them are made one.
    /// - Returns: how many octets the path has, for ranking rules: an escape counts three, and what was written
    ///   unescaped one, unless it is beyond ASCII (as in robots.cc).
    mutating func appendNormalizedForRobots(_ path: Span<UInt8>, keepingStars: Bool) -> Int {
        var octets = 0
        var index = 0
        while index < path.count {
            let start = index
            while index < path.count, path[index].isPlainInRobots { index += 1 }
            append(path.extracting(start..<index))
            octets += index - start
            guard index < path.count else { break }

            let byte = path[index]
            index += 1
            octets += byte < 0x80 ? 1 : 3
            if byte == ASCII.percent {
                guard let escaped = path.escapedByte(at: index) else {
                    append(byte)
                    continue
                }
                index += 2
                if escaped.isUnreserved {
                    append(escaped)
                } else {
                    octets += 2
                    appendEscaped(escaped)
                }
            } else if byte == ASCII.star, keepingStars {
                if last != ASCII.star { append(byte) }
            } else {
                appendEscaped(byte)
            }
        }
        return octets
    }
}

extension UInt8 {
    /// Whether the byte is a letter, a digit or one of `-._~` (RFC 3986, section 2.3).
    var isUnreserved: Bool {
        switch self {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// Whether the byte stays as it is, and is another than its escape: an unreserved one, or one of those reserved
    /// (RFC 3986, section 2.2) that may have a meaning in a path or a query.
    var isPlainInRobots: Bool {
        switch self {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "&"),
            UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: ","),
            UInt8(ascii: "!"), UInt8(ascii: "("), UInt8(ascii: ")"):
            true
        default:
            false
        }
    }
}

extension ASCII {
    static let star = UInt8(ascii: "*")
    static let dollar = UInt8(ascii: "$")
}
