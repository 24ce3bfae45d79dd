/// The characters of bytes 0x80 to 0x9F in windows-1252 (Encoding Standard, section 9).
///
/// Browsers read Latin-1 as windows-1252, and character references to these numbers too.
package enum Windows1252 {
    private static let characters: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
        0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// The character of a byte; nil where it is the one of its number.
    package static func character(_ byte: UInt32) -> UInt32? {
        0x80...0x9F ~= byte ? UInt32(characters[Int(byte - 0x80)]) : nil
    }

    /// The byte of a character beyond Latin-1; nil where it has none.
    package static func byte(_ character: UInt32) -> UInt8? {
        guard 0x100...0x2122 ~= character else { return nil }
        return characters.firstIndex { UInt32($0) == character }.map { UInt8($0 + 0x80) }
    }
}
