/// What reading robots.txt and its kin asks of bytes.
extension Span<UInt8> {
    /// Whether the first bytes are those of `literal`, letters compared without regard to case.
    /// - Parameter literal: lower-case ASCII.
    func startsIgnoringCase(_ literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount
            && extracting(0..<literal.utf8CodeUnitCount).equalsIgnoringCase(literal)
    }

    /// Whether the bytes are those of `other`, letters of ASCII compared without regard to case.
    func equalsIgnoringCase(_ other: String) -> Bool {
        let other = other.utf8
        guard count == other.count else { return false }
        var index = 0
        for byte in other {
            if byte.asciiLowercased != self[index].asciiLowercased { return false }
            index += 1
        }
        return true
    }

    /// The part of a range that is left without the white space around it.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isASCIIWhitespace { start += 1 }
        while end > start, self[end - 1].isASCIIWhitespace { end -= 1 }
        return start..<end
    }
}

extension UInt8 {
    /// Whether the byte is ASCII white space as C has it: space, tab, line feed, vertical tab, form feed, carriage
    /// return.
    var isASCIIWhitespace: Bool { self == ASCII.space || self &- ASCII.tab < 5 }

    /// Whether a product token may hold the byte: a letter, a hyphen or an underscore (RFC 9309, section 2.2.1).
    var isProductTokenCharacter: Bool {
        isASCIIAlpha || self == ASCII.hyphen || self == UInt8(ascii: "_")
    }
}

extension String {
    /// The text of a range of UTF-8, mended where it is none.
    init(decoding bytes: Span<UInt8>, in range: Range<Int>) {
        self = bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
