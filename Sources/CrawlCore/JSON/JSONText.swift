/// Writes strings of JSON (RFC 8259, section 7).
package enum JSONText {
    /// Which characters are escaped beside the quote and the backslash.
    package enum Style {
        /// All control characters of ASCII. For what the program prints and sends.
        case printed
        /// The same, and what YAML takes for a line break, drops, or does not allow as it is. For text that is read as YAML
        /// again.
        case yaml
        /// Only the control characters that JSON does not allow. NUL becomes U+FFFD, since many programs end a text at it. For
        /// what is stored of pages.
        case stored
    }

    /// What stands between the quotes of a string.
    package static func escaped(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var text = text
        text.withUTF8 { escape(UnsafeRawBufferPointer($0), .printed, into: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Adds a text as a string, its quotes included.
    package static func append(_ text: String, _ style: Style, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0), style, to: &output) }
    }

    /// Adds UTF-8 as a string, its quotes included. Bytes that are no UTF-8 stay as they are.
    package static func append(
        _ bytes: UnsafeRawBufferPointer, _ style: Style, to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "\""))
        escape(bytes, style, into: &output)
        output.append(UInt8(ascii: "\""))
    }

    private static func escape(
        _ bytes: UnsafeRawBufferPointer, _ style: Style, into output: inout [UInt8]
    ) {
        // Bytes that stand for themselves are copied together.
        var copied = 0
        for position in bytes.indices {
            var length = 1
            let byte = bytes[position]
            let escape: Escape
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): escape = .letter(byte)
            case UInt8(ascii: "\n"): escape = .letter(UInt8(ascii: "n"))
            case UInt8(ascii: "\t"): escape = .letter(UInt8(ascii: "t"))
            case UInt8(ascii: "\r") where style != .stored: escape = .letter(UInt8(ascii: "r"))
            case 0 where style == .stored: escape = .replacement
            case 0..<0x20: escape = .number(UInt16(byte))
            case 0x7F where style != .stored: escape = .number(UInt16(byte))
            case 0x80... where style == .yaml:
                guard let character = specialOfYAML(bytes, at: position) else { continue }
                escape = .number(character.number)
                length = character.length
            default: continue
            }
            output.append(contentsOf: bytes[copied..<position])
            escape.write(to: &output)
            copied = position + length
        }
        output.append(contentsOf: bytes[copied...])
    }

    /// What stands in a character's place.
    private enum Escape {
        /// `\n` and its like.
        case letter(UInt8)
        /// `\u001f`.
        case number(UInt16)
        case replacement

        func write(to output: inout [UInt8]) {
            switch self {
            case .letter(let letter): output.append(contentsOf: [UInt8(ascii: "\\"), letter])
            case .number(let number):
                output.append(contentsOf: "\\u".utf8)
                for shift in [12, 8, 4, 0] { output.append(hexadecimal[Int(number >> shift & 15)]) }
            case .replacement: output.append(contentsOf: "\u{FFFD}".utf8)
            }
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// The character at a position of some UTF-8 where it is one of those beyond ASCII that YAML 1.2.2 does not allow as they are
    /// (section 5.1), or takes for more than a character: C1 controls, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF.
    private static func specialOfYAML(
        _ bytes: UnsafeRawBufferPointer, at position: Int
    ) -> (number: UInt16, length: Int)? {
        let rest = bytes[position...].prefix(3)
        switch (rest.first, rest.dropFirst().first, rest.dropFirst(2).first) {
        case (0xC2, .some(let trail), _) where 0x80...0x9F ~= trail: return (UInt16(trail), 2)
        case (0xE2, 0x80, 0xA8): return (0x2028, 3)
        case (0xE2, 0x80, 0xA9): return (0x2029, 3)
        case (0xEF, 0xBB, 0xBF): return (0xFEFF, 3)
        case (0xEF, 0xBF, 0xBE): return (0xFFFE, 3)
        case (0xEF, 0xBF, 0xBF): return (0xFFFF, 3)
        default: return nil
        }
    }
}
