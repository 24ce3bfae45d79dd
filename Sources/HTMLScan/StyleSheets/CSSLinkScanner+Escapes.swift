internal import TrawlText

/// Escapes, which stand in names, strings and URLs alike (CSS Syntax 3, §4.3.7).
extension CSSLinkScanner {
    /// Reads a byte as part of an escape, where one is open.
    ///
    /// - Returns: Whether the byte belongs to it.
    mutating func readEscape(_ byte: UInt8) -> Bool {
        switch escape {
        case .none: return false
        case .begun:
            if let digit = byte.hexadecimalValue {
                escape = .hexadecimal(value: digit, digits: 1)
                return true
            }
            escape = .none
            if byte == UInt8(ascii: "\n") { return readEscapedLineEnd() }
            keep(byte)
            return true
        case .hexadecimal(let value, let digits):
            if digits < 6, let digit = byte.hexadecimalValue {
                escape = .hexadecimal(value: value << 4 | digit, digits: digits + 1)
                return true
            }
            endEscape()
            return byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
        }
    }

    /// Says that an open escape ends here.
    mutating func endEscape() {
        switch escape {
        case .none: return
        case .begun:
            // At the end of the sheet. In a string it is nothing.
            if case .url = state { keep("\u{FFFD}") }
        case .hexadecimal(let value, _):
            let scalar = value == 0 ? nil : Unicode.Scalar(value)
            keep(scalar ?? "\u{FFFD}")
        }
        escape = .none
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { keep(byte) }
    }

    /// A line end behind a backslash continues a string, and is no escape elsewhere.
    private mutating func readEscapedLineEnd() -> Bool {
        switch state {
        case .string, .badURL: return true
        case .url:
            state = .badURL
            return true
        default: return false
        }
    }
}
