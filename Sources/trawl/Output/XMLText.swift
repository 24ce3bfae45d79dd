/// Writes text of XML 1.0.
enum XMLText {
    /// A text as it stands between tags, or in an attribute in double quotes. Characters that XML 1.0 cannot hold, not even escaped
    /// (section 2.2), become U+FFFD.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { replacement(for: $0) != nil }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if let replacement = replacement(for: scalar) {
                escaped += replacement
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// What stands for a character; nil for itself.
    private static func replacement(for scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&apos;"
        // As they are, an attribute would have a space for them (section 3.3.3).
        case "\t", "\n", "\r": "&#\(scalar.value);"
        case "\0"..."\u{1f}", "\u{fffe}", "\u{ffff}": "\u{fffd}"
        default: nil
        }
    }
}
