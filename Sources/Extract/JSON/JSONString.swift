/// Reads strings of JSON (RFC 8259, §7), and cleans JSON that is stored as it came. `JSONText` writes strings.
enum JSONString {
    /// U+FFFD. It stands for NUL, at which many programs end a text.
    private static let replacement = Array("\u{FFFD}".utf8)

    /// Adds a text of JSON, in which NUL and the halves of surrogate pairs become U+FFFD, escaped or not: `->>`, Python and
    /// spreadsheets read no text that has them.
    static func append(json bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var copied = 0
        var position = 0
        while position < bytes.count {
            let (length, isReplaced) = unit(bytes, at: position)
            if isReplaced {
                output.append(contentsOf: bytes[copied..<position])
                output.append(contentsOf: replacement)
                copied = position + length
            }
            position += length
        }
        output.append(contentsOf: bytes[copied...])
    }

    /// How long the character or escape at a position is, and whether it is one that must not be.
    private static func unit(_ bytes: UnsafeRawBufferPointer, at position: Int) -> (
        length: Int, isReplaced: Bool
    ) {
        guard bytes[position] == UInt8(ascii: "\\") else { return (1, bytes[position] == 0) }
        guard let number = number(bytes, at: position) else { return (min(2, bytes.count - position), false) }
        guard 0xD800...0xDFFF ~= number else { return (6, number == 0) }
        let isPair = number < 0xDC00 && 0xDC00...0xDFFF ~= self.number(bytes, at: position + 6) ?? 0
        return isPair ? (12, false) : (6, true)
    }

    /// The number of an escape `\u00e9`; nil where there is none.
    private static func number(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt32? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        var number: UInt32 = 0
        for index in (position + 2)..<(position + 6) {
            guard let digit = bytes[index].hexadecimalValue else { return nil }
            number = number << 4 | digit
        }
        return number
    }

    /// How many bytes an escape takes at the start of some; nil where it is none.
    static func escapeLength(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let kind = bytes.dropFirst().first else { return nil }
        switch kind {
        case UInt8(ascii: "u"):
            let digits = bytes.dropFirst(2).prefix(4)
            return digits.count == 4 && digits.allSatisfy { $0.hexadecimalValue != nil } ? 6 : nil
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        default: return nil
        }
    }

    /// The text of a string's inside, its escapes resolved; half a surrogate pair becomes U+FFFD.
    static func unescaped(_ bytes: Slice<UnsafeRawBufferPointer>) -> String.UTF8View {
        var units: [UInt16] = []
        var text = ""
        func flush() {
            text += String(decoding: units, as: UTF16.self)
            units.removeAll()
        }
        var rest = bytes
        while let byte = rest.first {
            guard byte == UInt8(ascii: "\\"), let kind = rest.dropFirst().first else {
                flush()
                let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
                text += String(decoding: plain, as: UTF8.self)
                rest = rest[plain.endIndex...]
                continue
            }
            switch kind {
            case UInt8(ascii: "u"):
                let number = rest.dropFirst(2).prefix(4).reduce(0) { $0 << 4 | ($1.hexadecimalValue ?? 0) }
                units.append(UInt16(truncatingIfNeeded: number))
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            default: units.append(UInt16(kind))
            }
            rest = rest.dropFirst(kind == UInt8(ascii: "u") ? 6 : 2)
        }
        flush()
        return text.utf8
    }
}
