/// The classes of bytes that the HTML and Encoding Standards use.
extension UInt8 {
    /// Whether the byte is ASCII white space: tab, line feed, form feed, carriage return or space.
    @inlinable @inline(__always)
    package var isASCIIWhitespace: Bool {
        self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D || self == 0x0C
    }

    /// Whether the byte is an ASCII letter.
    @inlinable @inline(__always)
    package var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// Whether the byte is an ASCII digit.
    @inlinable @inline(__always)
    package var isASCIIDigit: Bool { self &- 0x30 < 10 }

    /// The byte in lower case where it is an ASCII capital, else itself.
    @inlinable @inline(__always)
    package var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit, or nil.
    @inlinable @inline(__always)
    package var hexadecimalValue: UInt32? {
        if isASCIIDigit { return UInt32(self &- 0x30) }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Whether the bytes are a text, without regard to the case of their letters. The text is in lower case.
    @inlinable @inline(__always)
    package func matches(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && elementsEqual(text.bytes) { $0.asciiLowercased == $1 }
    }
}
