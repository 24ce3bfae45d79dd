/// Where the Encoding Standard's gb18030 (§10.2) differs from the C library's.
enum GB18030 {
    /// The character of two or four bytes, or nil where the C library has the right one.
    static func character(_ bytes: UnsafeRawBufferPointer) -> UInt16? {
        if bytes.count == 2 { return twoByteCharacter(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) }
        guard bytes.count == 4, 0x81...0xFE ~= bytes[2], bytes[3].isASCIIDigit else { return nil }
        let index =
            ((Int(bytes[0]) - 0x81) * 10 + Int(bytes[1]) - 0x30) * 1260 + (Int(bytes[2]) - 0x81) * 10
            + Int(bytes[3]) - 0x30
        // Characters that have two bytes as well, since the edition of 2005, keep the four that they had.
        for (first, character) in [(first: 19_057, character: 0x9FB4), (first: 39_076, character: 0xFE10)]
            as [(Int, Int)]
        {
            let offset = index - first
            if offset >= 0, offset < (character == 0x9FB4 ? 8 : 10) { return UInt16(character + offset) }
        }
        return nil
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
