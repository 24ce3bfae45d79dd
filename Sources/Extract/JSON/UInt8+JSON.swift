extension UInt8 {
    /// Whether the byte is an ASCII digit.
    var isDigit: Bool { self &- 0x30 < 10 }
    /// Whether the byte is an ASCII letter, a digit or an underscore.
    var isNameByte: Bool { isDigit || (self | 0x20) &- 0x61 < 26 || self == UInt8(ascii: "_") }
    /// Whether the byte is white space of JSON (RFC 8259, §2).
    var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
    /// Whether a number may have the byte in it (RFC 8259, §6).
    var isOfNumber: Bool { isDigit || "+-.eE".utf8.contains(self) }
    /// The value of a hexadecimal digit, or nil.
    var hexadecimalValue: UInt32? {
        if isDigit { return UInt32(self &- 0x30) }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}
