/// The characters of the Encoding Standard's gb18030 (§10.2) that the C library decodes otherwise.
enum GB18030 {
    /// The character of two or four bytes, or nil where the C library has the right one.
    static func character(_ bytes: UnsafeRawBufferPointer) -> UInt16? {
        if bytes.count == 2 { return twoByteCharacter(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) }
        guard bytes.count == 4, 0x81...0xFE ~= bytes[2], bytes[3].isASCIIDigit else { return nil }
        let index =
            ((Int(bytes[0]) - 0x81) * 10 + Int(bytes[1]) - 0x30) * 1260 + (Int(bytes[2]) - 0x81) * 10
            + Int(bytes[3]) - 0x30
        // Characters that have two bytes as well, since the edition of 2005, keep the four that they had.
        switch index {
        case 19_057..<19_065: return UInt16(0x9FB4 + index - 19_057)
        case 39_076..<39_086: return UInt16(0xFE10 + index - 39_076)
        default: return nil
        }
    }

    /// The codes of four bytes for the characters of the basic multilingual plane, and some that have none.
    static var fourByteCodesOfBasicPlane: some Sequence<UInt32> {
        (0..<39_420).lazy.map { fourByteCode(at: $0) }
    }

    /// The code of four bytes for a character beyond the basic multilingual plane.
    static func fourByteCode(of scalar: Unicode.Scalar) -> UInt32 {
        fourByteCode(at: scalar.value - 0x10000 + 189_000)
    }

    /// Characters of the private use area that were decoded from these codes before the edition of 2022, and are still encoded so
    /// (Encoding Standard, §10.2.2).
    static let formerPrivateCodes: [Unicode.Scalar: UInt32] = [
        "\u{E78D}": 0xA6D9, "\u{E78E}": 0xA6DA, "\u{E78F}": 0xA6DB, "\u{E790}": 0xA6DC, "\u{E791}": 0xA6DD,
        "\u{E792}": 0xA6DE, "\u{E793}": 0xA6DF, "\u{E794}": 0xA6EC, "\u{E795}": 0xA6ED, "\u{E796}": 0xA6F3,
        "\u{E81E}": 0xFE59, "\u{E826}": 0xFE61, "\u{E82B}": 0xFE66, "\u{E82C}": 0xFE67, "\u{E832}": 0xFE6D,
        "\u{E843}": 0xFE7E, "\u{E854}": 0xFE90, "\u{E864}": 0xFEA0,
    ]

    private static func fourByteCode(at index: UInt32) -> UInt32 {
        (index / 12_600 + 0x81) << 24 | (index / 1260 % 10 + 0x30) << 16 | (index / 10 % 126 + 0x81) << 8
            | (index % 10 + 0x30)
    }

    private static func twoByteCharacter(_ code: UInt16) -> UInt16? {
        switch code {
        case 0xA3A0: 0x3000
        // The six that the edition of 2022 left in the private use area.
        case 0xFE51...0xFE53: 0xE816 + (code - 0xFE51)
        case 0xFE6C: 0xE831
        case 0xFE76: 0xE83B
        case 0xFE91: 0xE855
        default: nil
        }
    }
}
