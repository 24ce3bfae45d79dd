/// Counts the characters and errors of bytes that may be UTF-8.
package struct UTF8Check {
    /// How many characters take more than one byte.
    private(set) var characters = 0
    /// How many errors there are: as many as a decoder would write U+FFFD. A character cut off at the end does not
    /// count.
    private(set) var errors = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            let lead = bytes[position]
            guard lead >= 0x80 else {
                position += 1
                continue
            }
            let length = Self.length(of: bytes, at: position)
            if length.isComplete {
                characters += 1
            } else if position + length.count < bytes.count {
                errors += 1
            }
            position += length.count
        }
    }

    /// Whether the bytes are read as UTF-8: they have no error, or at least ten characters for each error.
    package var isUTF8: Bool { errors == 0 || characters >= 10 * errors }

    /// How many bytes the character takes at a position, or as much of one as is there; at least 1.
    ///
    /// - Precondition: There is no ASCII character.
    package static func length(of bytes: UnsafeRawBufferPointer, at position: Int) -> (
        count: Int, isComplete: Bool
    ) {
        let lead = bytes[position]
        let needed: Int
        // The second byte of some is restricted, so that no character has two forms (Unicode Standard, table 3-7).
        var range: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: needed = 2
        case 0xE0: (needed, range) = (3, 0xA0...0xBF)
        case 0xED: (needed, range) = (3, 0x80...0x9F)
        case 0xE1...0xEF: needed = 3
        case 0xF0: (needed, range) = (4, 0x90...0xBF)
        case 0xF4: (needed, range) = (4, 0x80...0x8F)
        case 0xF1...0xF3: needed = 4
        default: return (1, false)
        }
        var count = 1
        while count < needed {
            guard position + count < bytes.count, range ~= bytes[position + count] else {
                return (count, false)
            }
            range = 0x80...0xBF
            count += 1
        }
        return (count, true)
    }
}
