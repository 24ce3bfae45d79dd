/// Texts of pages, made harmless wherever they are shown.
enum LinkText {
    /// A text for people. Beside what a terminal acts on, `##[` is made visible, which is a command in the log of some CI systems
    /// (actions/runner, `ActionCommand.TryParse`). Their other form, `::`, counts only at the beginning of a line.
    ///
    /// - Parameter limit: how many columns it may have; nil for any.
    static func shown(_ text: String, limit: Int? = nil) -> String {
        // What is far beyond the limit is not looked at.
        let text = limit.map { String(text.prefix($0 + 1)) } ?? text
        let safe = Terminal.sanitized(text).replacing("##[", with: "##\\u{5b}")
        return limit.map { DisplayWidth.cut(safe, columns: $0) } ?? safe
    }

    /// A text as the value of an attribute of XML 1.0, without the quotes. What a terminal acts on is made visible, as most of it
    /// cannot stand in XML at all (section 2.2).
    static func xml(_ text: String) -> String { XMLText.escaped(shown(text)) }

    /// A text as code in Markdown.
    static func markdownCode(_ text: String, limit: Int? = nil) -> String {
        ForeignText.markdownCode(shown(text, limit: limit))
    }
}

extension JSONLine {
    /// The object, with all that a terminal or the log of a CI system acts on as escapes. Such characters stand only in strings, where an escape means the same.
    var terminalLine: String { Terminal.escaped(line).replacing("##[", with: "##\\u005b") }
}
