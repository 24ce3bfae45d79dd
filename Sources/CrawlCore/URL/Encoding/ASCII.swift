/// The bytes of ASCII that the URL Standard gives a meaning to, by name.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let hash = UInt8(ascii: "#")
    static let percent = UInt8(ascii: "%")
    static let plus = UInt8(ascii: "+")
    static let hyphen = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let question = UInt8(ascii: "?")
    static let at = UInt8(ascii: "@")
    static let openBracket = UInt8(ascii: "[")
    static let backslash = UInt8(ascii: "\\")
    static let closeBracket = UInt8(ascii: "]")
    static let pipe = UInt8(ascii: "|")
}

extension UInt8 {
    /// Whether the byte is one of `0` to `9`.
    var isASCIIDigit: Bool { self &- 0x30 < 10 }

    /// Whether the byte is an ASCII letter of either case.
    var isASCIIAlpha: Bool { (self | 0x20) &- 0x61 < 26 }

    /// The byte with `A` to `Z` made lower case, and every other byte as it is.
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit, 0 to 15; `nil` for any other byte.
    var hexDigitValue: UInt8? {
        if isASCIIDigit { return self &- 0x30 }
        let lower = self | 0x20
        return lower &- 0x61 < 6 ? lower &- 0x61 &+ 10 : nil
    }
}

extension Span<UInt8> {
    /// Whether the bytes are those of `literal`.
    func equals(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && starts(with: literal)
    }

    /// Whether the first bytes are those of `literal`.
    func starts(with literal: StaticString) -> Bool {
        guard count >= literal.utf8CodeUnitCount else { return false }
        return literal.withUTF8Buffer { bytes in
            for index in 0..<bytes.count where self[index] != bytes[index] { return false }
            return true
        }
    }

    /// Whether the bytes are those of `literal`, letters compared without regard to case.
    /// - Parameter literal: lower-case ASCII.
    func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        return literal.withUTF8Buffer { bytes in
            for index in 0..<count where self[index].asciiLowercased != bytes[index] { return false }
            return true
        }
    }
}

extension [UInt8] {
    /// Appends every byte of `bytes`.
    mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends `number` in decimal, without leading zeros.
    mutating func appendDecimal(_ number: some FixedWidthInteger & UnsignedInteger) {
        if number > 9 { appendDecimal(number / 10) }
        append(ASCII.zero + UInt8(number % 10))
    }
}
