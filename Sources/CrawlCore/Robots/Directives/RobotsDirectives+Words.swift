extension RobotsDirectives {
    /// The directives as they are stored: their names with a comma and a blank between; nil for none.
    package var words: String? {
        var words: [String] = []
        if contains(.noindex) { words.append("noindex") }
        if contains(.nofollow) { words.append("nofollow") }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// The directives that ``words`` stands for.
    package init(words: String?) {
        self = []
        guard let words else { return }
        if words.contains("noindex") { insert(.noindex) }
        if words.contains("nofollow") { insert(.nofollow) }
    }
}
