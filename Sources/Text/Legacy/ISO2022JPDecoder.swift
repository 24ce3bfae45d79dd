/// Decodes ISO-2022-JP (Encoding Standard, §12.2).
struct ISO2022JPDecoder: StreamDecoder {
    /// The set of characters that bytes stand for.
    private enum CharacterSet { case ascii, roman, katakana, jis0208 }

    private var set = CharacterSet.ascii
    /// Whether the last thing was an escape sequence; two in a row are an error.
    private var isAfterEscape = false
    /// An escape sequence, or a first byte of two, that is not complete.
    private var pending: [UInt8] = []
    private let codePage932 = Iconv(from: "CP932")

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        for byte in bytes { decode(byte, into: &output) }
    }

    mutating func finish(into output: inout [UInt8]) {
        guard !pending.isEmpty else { return }
        let left = pending
        pending = []
        append("\u{FFFD}", to: &output)
        // After a broken escape its other bytes are read as text.
        if left[0] == 0x1B { for byte in left.dropFirst() { decode(byte, into: &output) } }
    }

    private mutating func decode(_ byte: UInt8, into output: inout [UInt8]) {
        switch pending.first {
        case 0x1B: decodeEscape(byte, into: &output)
        case .some(let lead): decodeTrail(byte, after: lead, into: &output)
        case nil: decodeFirst(byte, into: &output)
        }
    }

    private mutating func decodeFirst(_ byte: UInt8, into output: inout [UInt8]) {
        if byte == 0x1B {
            pending.append(byte)
            return
        }
        isAfterEscape = false
        switch set {
        case .ascii where byte < 0x80 && byte != 0x0E && byte != 0x0F: output.append(byte)
        case .roman where byte == 0x5C: append("\u{A5}", to: &output)
        case .roman where byte == 0x7E: append("\u{203E}", to: &output)
        case .roman where byte < 0x80 && byte != 0x0E && byte != 0x0F: output.append(byte)
        case .katakana where 0x21...0x5F ~= byte:
            append(Unicode.Scalar(0xFF61 - 0x21 + UInt16(byte)) ?? "\u{FFFD}", to: &output)
        case .jis0208 where 0x21...0x7E ~= byte: pending.append(byte)
        default: append("\u{FFFD}", to: &output)
        }
    }

    private mutating func decodeTrail(_ byte: UInt8, after lead: UInt8, into output: inout [UInt8]) {
        pending.removeAll(keepingCapacity: true)
        if byte == 0x1B {
            pending.append(byte)
            return append("\u{FFFD}", to: &output)
        }
        let isTrail = 0x21...0x7E ~= byte
        if !isTrail || !JIS0208.convert(lead, byte, by: codePage932, into: &output) {
            append("\u{FFFD}", to: &output)
        }
    }

    private mutating func decodeEscape(_ byte: UInt8, into output: inout [UInt8]) {
        if pending.count == 1 {
            if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "(") {
                pending.append(byte)
                return
            }
            return breakEscape(byte, into: &output)
        }
        let next: CharacterSet
        switch (pending[1], byte) {
        case (UInt8(ascii: "("), UInt8(ascii: "B")): next = .ascii
        case (UInt8(ascii: "("), UInt8(ascii: "J")): next = .roman
        case (UInt8(ascii: "("), UInt8(ascii: "I")): next = .katakana
        case (UInt8(ascii: "$"), UInt8(ascii: "@")), (UInt8(ascii: "$"), UInt8(ascii: "B")): next = .jis0208
        default: return breakEscape(byte, into: &output)
        }
        pending.removeAll(keepingCapacity: true)
        set = next
        if isAfterEscape { append("\u{FFFD}", to: &output) }
        isAfterEscape = true
    }

    /// Reports an escape sequence that is none, and reads its bytes as text.
    private mutating func breakEscape(_ byte: UInt8, into output: inout [UInt8]) {
        let second = pending.count > 1 ? pending[1] : nil
        pending.removeAll(keepingCapacity: true)
        isAfterEscape = false
        append("\u{FFFD}", to: &output)
        if let second { decode(second, into: &output) }
        decode(byte, into: &output)
    }

    private func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        UTF8.encode(scalar)?.forEach { output.append($0) }
    }
}
