internal import CrawlCore

/// One JSON object on one line, its members in the order they were added.
struct JSONLine {
    private var text = "{"

    mutating func add(_ key: String, _ value: String?) {
        begin(key)
        text += value.map(JSONLine.quoted) ?? "null"
    }

    mutating func add(_ key: String, _ value: Int64?) {
        begin(key)
        text += value.map(String.init) ?? "null"
    }

    mutating func add(_ key: String, _ value: Int?) {
        add(key, value.map(Int64.init))
    }

    /// Adds a member whose value is JSON already.
    mutating func add(_ key: String, json: String) {
        begin(key)
        text += json
    }

    /// The finished object, without a line end.
    var line: String { text + "}" }

    /// An array of strings.
    static func array(_ values: [String]) -> String {
        "[" + values.map(quoted).joined(separator: ",") + "]"
    }

    private mutating func begin(_ key: String) {
        if text.utf8.count > 1 { text += "," }
        text += JSONLine.quoted(key) + ":"
    }

    /// A string as JSON writes it (RFC 8259, section 7).
    private static func quoted(_ value: String) -> String { "\"" + JSONText.escaped(value) + "\"" }
}
