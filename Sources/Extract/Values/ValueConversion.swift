internal import CrawlCore

/// Makes the values of a field into what its `type` says.
struct ValueConversion {
    private let type: ExtractionField.ValueType
    /// What addresses are relative to; nil where that is no URL.
    private let base: WebURL?
    /// Unix milliseconds.
    private let now: Int64

    init(_ type: ExtractionField.ValueType, base: WebURL?, now: Int64) {
        self.type = type
        self.base = base
        self.now = now
    }

    /// What a value is that cannot be converted, after the name of its field.
    var mistake: String {
        switch type {
        case .url: "is no URL"
        case .number: "is no number"
        case .integer: "is no whole number"
        case .date: "is no date"
        }
    }

    /// A text that was converted, as JSON; nil where it cannot be.
    func json(_ text: String) -> String? {
        switch type {
        case .url:
            guard let url = try? WebURL(parsing: text, base: base) else { return nil }
            return "\"\(JSONText.escaped(url.href))\""
        case .number: return NumberText(text)?.json
        case .integer: return NumberText(text)?.integer.map { "\($0)" }
        case .date: return DateText(text, now: now).map { "\"\($0.iso8601)\"" }
        }
    }

    /// A number that was converted, as JSON; nil where it cannot be.
    func json(number: String) -> String? {
        switch type {
        case .number, .integer: json(number)
        case .url, .date: nil
        }
    }
}
