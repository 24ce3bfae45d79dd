/// The value of a member of a row; nil is nothing.
enum FieldValue {
    case text(String?)
    case number(Int64?)
    case flag(Bool)
    /// JSON, as it is.
    case json(String?)

    /// The value as text; empty for nothing.
    var text: String {
        switch self {
        case .text(let value), .json(let value): value ?? ""
        case .number(let value): value.map(String.init) ?? ""
        case .flag(let value): value ? "true" : "false"
        }
    }

    /// The value as a field of CSV (RFC 4180).
    var csv: String { csv(isRaw: false) }

    /// The same; where it is raw, a text that a spreadsheet would take for a formula is left as it is.
    func csv(isRaw: Bool) -> String {
        switch self {
        case .text: ForeignText.csv(text, isRaw: isRaw)
        case .json: ForeignText.csv(isRaw ? text : RowShield(isOn: true).json(text), isRaw: isRaw)
        case .number, .flag: text
        }
    }
}

extension JSONLine {
    /// Adds a member of a row.
    mutating func add(_ key: String, _ value: FieldValue) {
        switch value {
        case .text(let text): add(key, text)
        case .number(let number): add(key, number)
        case .flag(let flag): add(key, json: flag ? "true" : "false")
        case .json(let json): add(key, json: json ?? "null")
        }
    }
}
