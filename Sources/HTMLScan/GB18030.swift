/// Where the Encoding Standard's gb18030 (§10.2) differs from the C library's.
enum GB18030 {
    /// The character of two or four bytes, or nil where the C library has the right one.
    static func character(_ bytes: UnsafeRawBufferPointer) -> UInt16? {
        if bytes.count == 2 { return bytes[0] == 0xA3 && bytes[1] == 0xA0 ? 0x3000 : nil }
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
}
