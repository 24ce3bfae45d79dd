/// What the HTML and Encoding Standards ask of single bytes.
extension UInt8 {
    /// Whether the byte is ASCII white space: tab, line feed, form feed, carriage return or space.
    @inline(__always)
    var isASCIIWhitespace: Bool {
        self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D || self == 0x0C
    }

    /// Whether the byte is an ASCII letter.
    @inline(__always)
    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// Whether the byte is an ASCII digit.
    @inline(__always)
    var isASCIIDigit: Bool { self &- 0x30 < 10 }

    /// The byte in lower case where it is an ASCII capital, else itself.
    @inline(__always)
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    var hexadecimalValue: UInt32? {
        if isASCIIDigit { return UInt32(self &- 0x30) }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}
