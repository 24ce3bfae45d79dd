/// Lines that stay at the same place of a terminal while they change.
///
/// Between two drawings the cursor waits at the first column of the first line. When a window becomes narrower, many terminals break lines
/// that were drawn before into several rows; the cursor stays with the character it is at, and so at the beginning of the block. From there
/// on all is cleared. So neither the old width nor the number of old rows has to be known.
enum LiveBlock {
    /// Clears the lines, from where the cursor waits.
    ///
    /// The first row is cleared as a whole (EL 2), since in tmux a row that went on in the next one else goes on doing so. The space keeps the
    /// cursor from the screen's first place: what is cleared from there (ED 0) tmux adds to what can be scrolled back to.
    static let clearing = "\r\u{1b}[2K \u{1b}[J\r"

    /// What draws lines over those that were there.
    static func drawing(_ lines: some Collection<String>) -> String {
        // Nothing is broken into rows, even if the window has become narrower meanwhile (DECAWM).
        let text = "\u{1b}[?7l" + clearing + lines.joined(separator: "\r\n")
        let up = lines.count > 1 ? "\u{1b}[\(lines.count - 1)A" : ""
        return text + up + "\r\u{1b}[?7h"
    }

    /// As many words as fit into a line, with commas between them. If the first alone is too long, it is cut.
    static func fitting(_ words: [String], columns: Int, indent: Int = 0, label: String = "") -> String {
        let start = String(repeating: " ", count: indent) + label
        var line = DisplayWidth.cut(start + (words.first ?? ""), columns: max(columns, 1))
        for word in words.dropFirst() {
            guard DisplayWidth.columns(line) + 2 + DisplayWidth.columns(word) <= columns else { break }
            line += ", " + word
        }
        return line
    }
}
