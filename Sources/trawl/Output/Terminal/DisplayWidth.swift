/// How many columns of a terminal a text needs.
enum DisplayWidth {
    /// The columns of a text that has no control characters.
    static func columns(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// The longest prefix that fits into so many columns.
    static func prefix(_ text: String, columns limit: Int) -> Substring {
        var room = limit
        return text.prefix { character in
            room -= columns(character)
            return room >= 0
        }
    }

    /// The text, or as much of its beginning as fits into so many columns, with an ellipsis.
    static func cut(_ text: String, columns limit: Int) -> String {
        guard columns(text) > limit else { return text }
        return prefix(text, columns: max(limit - 1, 0)) + (limit > 0 ? "…" : "")
    }

    /// The text, or as much of its beginning and its end as fits into so many columns, with an ellipsis between them.
    ///
    /// - Parameter parts: the beginning has one of so many parts of the room.
    static func middle(_ text: String, columns limit: Int, parts: Int = 2) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 2 else { return cut(text, columns: limit) }
        let beginning = prefix(text, columns: (limit - 1) / parts)
        let end = prefix(String(text.reversed()), columns: limit - 1 - columns(beginning)).reversed()
        return beginning + "…" + String(end)
    }

    private static func columns(_ character: Character) -> Int {
        character.unicodeScalars.contains(where: isWide) ? 2 : 1
    }

    /// The blocks that are wide or full-width as a whole (Unicode, UAX #11), and emoji.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3,
            0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x1b2ff, 0x1f200...0x1f2ff,
            0x20000...0x3fffd:
            true
        default:
            scalar.properties.isEmojiPresentation
        }
    }
}
