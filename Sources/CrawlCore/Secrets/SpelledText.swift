/// One way to read a text at a position: what stands there, escaped or as it is.
struct Reading: Equatable {
    /// A character, half a surrogate pair, or a byte.
    var value: UInt32
    /// What follows it where an HTML name stands for two characters; 0 for nothing.
    var second: UInt32 = 0
    /// Whether it is a byte of some encoding rather than a character.
    var isByte = false
    /// Where the text goes on.
    var end: Int

    /// Whether it is an ASCII character.
    func isASCII(_ character: UInt8) -> Bool { value == UInt32(character) }
}

/// A text as it is stored, in units of one byte or two.
struct SpelledText {
    /// How the text's characters lie in its bytes.
    enum Units {
        /// A byte each, of UTF-8 or an encoding of one byte a character.
        case bytes
        /// Two bytes each, of UTF-16.
        case utf16(isBigEndian: Bool)
    }

    let bytes: UnsafeRawBufferPointer
    let units: Units

    /// Bytes of a unit.
    var step: Int {
        if case .bytes = units { 1 } else { 2 }
    }

    /// The unit at a position; nil at the end.
    func unit(at position: Int) -> UInt32? {
        switch units {
        case .bytes:
            return position < bytes.count ? UInt32(bytes[position]) : nil
        case .utf16(let isBigEndian):
            guard position + 1 < bytes.count else { return nil }
            let (first, second) = (UInt32(bytes[position]), UInt32(bytes[position + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
    }

    /// The character that begins with a byte beyond ASCII, where the text is UTF-8 there.
    func character(at position: Int, _ lead: UInt32) -> Reading? {
        guard case .bytes = units, lead >= 0xC2 else { return nil }
        let count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard position + count <= bytes.count else { return nil }
        var value = lead & (0x7F >> UInt32(count))
        for index in (position + 1)..<(position + count) {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
        }
        return Reading(value: value, end: position + count)
    }
}
