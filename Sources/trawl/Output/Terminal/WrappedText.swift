/// Text in lines that fit a terminal.
enum WrappedText {
    /// A line as several that have no more than so many columns, broken behind a comma, or else between two words. A word that is longer
    /// than a line is left to the terminal. Sequences that colour have no width.
    ///
    /// - Parameters:
    ///   - limit: the columns of a line; nil for any.
    ///   - hanging: how many spaces are before each line but the first.
    static func lines(_ text: String, columns limit: Int?, hanging: Int = 0) -> String {
        guard let limit, width(text) > limit else { return text }
        let indent = String(repeating: " ", count: hanging)
        var lines: [String] = []
        var line = ""
        func place(_ piece: some StringProtocol, after space: String) {
            if width(line) > hanging, width(line) + space.count + width(piece) > limit {
                lines.append(line)
                line = indent + piece
            } else {
                line += space + piece
            }
        }
        for (index, phrase) in phrases(text).enumerated() {
            let space = index == 0 ? "" : " "
            let room = limit - hanging
            guard width(phrase) > room || index == 0 else {
                place(phrase, after: space)
                continue
            }
            for (position, word) in phrase.split(separator: " ", omittingEmptySubsequences: false)
                .enumerated()
            {
                place(word, after: position == 0 ? space : " ")
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// The parts of a text that end with a comma, without the space behind it.
    private static func phrases(_ text: String) -> [String] {
        var phrases = [""]
        var previous: Character = " "
        for character in text {
            if character == " ", previous == "," {
                phrases.append("")
            } else {
                phrases[phrases.count - 1].append(character)
            }
            previous = character
        }
        return phrases
    }

    /// The columns of a text without its sequences (ESC [ … m).
    private static func width(_ text: some StringProtocol) -> Int {
        guard text.contains("\u{1b}") else { return DisplayWidth.columns(text) }
        var shown = ""
        var isSequence = false
        for character in text {
            if character == "\u{1b}" { isSequence = true }
            if !isSequence { shown.append(character) }
            if isSequence, character == "m" { isSequence = false }
        }
        return DisplayWidth.columns(shown)
    }
}
