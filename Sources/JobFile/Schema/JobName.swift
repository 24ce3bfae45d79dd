/// The rules for names of jobs, which stand in file names, in terminals and in SQL.
enum JobName {
    /// The longest name in bytes, as the database has it.
    static let maxBytes = 200

    /// What a name may be. The schema counts characters, and ``problem(with:)`` bytes.
    static let type = ValueType([
        "type": "string", "minLength": 1, "maxLength": .number(maxBytes),
        "pattern":
            #"^(?!-$)(?!.*\.(yaml|yml|json)$)[^\s/\x00-\x1f\x7f]([^/\x00-\x1f\x7f]*[^\s/\x00-\x1f\x7f])?$"#,
        "patternErrorMessage": "write a name without slashes, such as docs",
    ])

    /// What is wrong with a name and what to do about it, nil where nothing is.
    static func problem(with name: String) -> String? {
        if name.isEmpty { return "the name is empty; write one, for example docs" }
        if name.utf8.count > maxBytes {
            return "the name is longer than \(maxBytes) bytes; write a shorter one"
        }
        for scalar in name.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                return "the name holds a line break or control character; remove it"
            default:
                if scalar == "/" { return "\"\(name)\" holds a slash; use a hyphen instead" }
            }
        }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            return "\"\(name)\" begins or ends with a space; remove it"
        }
        if name == "-" || [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) {
            return "\"\(name)\" would be taken for a file on the command line; write another name"
        }
        return nil
    }
}
