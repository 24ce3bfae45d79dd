internal import CrawlCore

extension DocumentNode {
    /// How keys and texts are written on one line.
    enum Style {
        /// In double quotes.
        case json
        /// Without quotes where YAML needs none: keys, and texts that are words.
        case yaml
    }

    /// The value on one line, with spaces between its parts.
    func line(_ style: Style) -> String {
        switch content {
        case .null, .boolean, .number: json
        case .text(let text, let isQuoted): isQuoted || style == .json ? json : text
        case .list(let elements): "[" + elements.map { $0.line(style) }.joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{"
                + entries.map { "\(Self.key($0.key, style)): \($0.value.line(style))" }.joined(
                    separator: ", ") + "}"
        }
    }

    /// The value as JSON for people: on one line where that is short, else a line an element or key.
    ///
    /// - Parameter indent: how far the lines after the first are indented.
    func indentedJSON(indent: String = "") -> String {
        let line = line(.json)
        if line.count <= 100 { return line }
        let inner = indent + "  "
        func block(_ open: String, _ lines: [String], _ close: String) -> String {
            open + "\n" + lines.map { inner + $0 }.joined(separator: ",\n") + "\n" + indent + close
        }
        return switch content {
        case .null, .boolean, .number, .text: line
        case .list(let elements): block("[", elements.map { $0.indentedJSON(indent: inner) }, "]")
        case .mapping(let entries):
            block(
                "{",
                entries.map { "\(Self.key($0.key, .json)): \($0.value.indentedJSON(indent: inner))" }, "}")
        }
    }

    private static func key(_ key: String, _ style: Style) -> String {
        let isWord =
            key.first?.isLetter == true
            && key.utf8.allSatisfy { byte in
                (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
        if style == .yaml, isWord, case .text = Content(plain: key) { return key }
        return DocumentNode.text(key).json
    }
}
