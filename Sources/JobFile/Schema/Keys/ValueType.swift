/// What a value of a job file may be, for people and for editors. What a ``Field`` reads decides; this describes it.
struct ValueType: Sendable {
    /// How it is written, where no keyword says so; empty for nothing.
    let hint: String
    /// The keywords of JSON Schema (2020-12), a mapping.
    let keywords: DocumentNode

    init(hint: String = "", _ keywords: DocumentNode) {
        self.hint = hint
        self.keywords = keywords
    }

    /// Either of two types that share no type of JSON: each keyword then applies to one of them.
    func or(_ other: ValueType) -> ValueType {
        guard case .mapping(let entries) = other.keywords.content else { return self }
        var keywords = keywords
        for entry in entries where entry.key != "type" { keywords.set(entry.key, to: entry.value) }
        keywords.set("type", to: DocumentNode(.list(jsonTypes + other.jsonTypes)))
        return ValueType(hint: hint, keywords)
    }

    private var jsonTypes: [DocumentNode] {
        guard let type = keywords["type"] else { return [] }
        if case .list(let types) = type.content { return types }
        return [type]
    }
}

/// How values with a unit are written. Messages about mistakes say it, and so does `trawl schema`.
enum ValueHint {
    static let duration = "a number with ms, s, m, h or d, for example 30s"
    static let durationRange = "\(duration), or two with .. between them"
    static let size = "bytes, or a number with KiB, MiB or GiB, for example 10MiB"
    static let rate = "a number a second, minute, hour or day, for example 60/min"
    static let status = #"100 to 599, or a range in quotes such as "200-299""#
}

extension ValueType {
    static let any = ValueType([:])
    static let boolean = ValueType(["type": "boolean"])
    static let text = ValueType(["type": "string"])
    /// A text that is not empty.
    static let someText = ValueType(["type": "string", "minLength": 1])
    /// A text that ends up in a header field (RFC 9110, section 5.5).
    static let line = ValueType(["type": "string", "pattern": #"^[^\x00-\x08\x0a-\x1f\x7f]*$"#])
    static let url = ValueType(
        ["type": "string", "minLength": 1, "examples": ["https://example.org/"]])
    static let regularExpression = ValueType(["type": "string", "minLength": 1])
    /// A text, number or truth value, which is sent as it is written.
    static let scalar = ValueType(["type": ["string", "number", "boolean"]])

    static let duration = ValueType(
        hint: ValueHint.duration,
        [
            "type": ["string", "number"], "pattern": #"^(0+(\.0+)?|[0-9]+(\.[0-9]{1,9})?(ms|s|m|h|d))$"#,
            "minimum": 0, "maximum": 0, "patternErrorMessage": .text("write \(ValueHint.duration)"),
            "examples": ["500ms", "30s", "1.5h"],
        ])
    /// A duration, or two with `..` between them.
    static let durationRange: ValueType = {
        let one = #"(0+(\.0+)?|[0-9]+(\.[0-9]{1,9})?(ms|s|m|h|d))"#
        return ValueType(
            hint: ValueHint.durationRange,
            [
                "type": ["string", "number"], "pattern": .text("^\(one)(\\.\\.\(one))?$"), "minimum": 0,
                "maximum": 0, "patternErrorMessage": .text("write \(ValueHint.durationRange)"),
                "examples": ["500ms", "30s", "1s..3s"],
            ])
    }()
    static let size = ValueType(
        hint: ValueHint.size,
        [
            "type": ["string", "integer"], "pattern": #"^[0-9]+(\.[0-9]{1,9})?(B|[kK]B|[MGT]B|[KMGT]iB)?$"#,
            "minimum": 0, "patternErrorMessage": .text("write \(ValueHint.size)"),
            "examples": ["10MiB", "1.5GB"],
        ])
    static let rate = ValueType(
        hint: ValueHint.rate,
        [
            "type": "string",
            "pattern": #"^0*[1-9][0-9]{0,6}/(s|sec|second|m|min|minute|h|hour|d|day)$"#,
            "patternErrorMessage": .text("write \(ValueHint.rate)"), "examples": ["60/min", "10/s"],
        ])

    /// A status of HTTP or a range of them, or one of some words in its place.
    static func status(or words: String...) -> ValueType {
        let pattern = (["[1-5][0-9]{2}(-[1-5][0-9]{2})?"] + words).joined(separator: "|")
        return ValueType(
            hint: ValueHint.status,
            [
                "type": ["integer", "string"], "minimum": 100, "maximum": 599,
                "pattern": .text("^(\(pattern))$"),
                "patternErrorMessage": .text(
                    "write \(([ValueHint.status] + words).joined(separator: ", or "))"),
            ])
    }

    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> ValueType {
        var keywords: DocumentNode = ["type": "integer", "minimum": .number(range.lowerBound)]
        if range.upperBound < .max { keywords.set("maximum", to: .number(range.upperBound)) }
        return ValueType(keywords)
    }

    /// One of a few words.
    static func words(_ words: [String]) -> ValueType {
        ValueType(["enum": .texts(words)])
    }

    /// One of a few words, or a mapping.
    static func words(_ words: String..., or mapping: ValueType) -> ValueType {
        let pattern = "^(" + words.joined(separator: "|") + ")$"
        return ValueType(["type": "string", "pattern": .text(pattern)]).or(mapping)
    }

    /// One of the words of a type.
    static func words<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> ValueType {
        words(Choice.allCases.map(\.rawValue))
    }

    /// A list of values of one type.
    static func list(of element: ValueType, atLeast count: Int = 0) -> ValueType {
        var keywords: DocumentNode = ["type": "array", "items": element.keywords]
        if count > 0 { keywords.set("minItems", to: .number(count)) }
        return ValueType(hint: element.hint, keywords)
    }

    /// A mapping whose keys are names that the user chooses.
    ///
    /// - Parameter names: the regular expression that a name must match; nil for any name.
    static func mapping(names: String? = nil, of value: ValueType, atLeast count: Int = 0) -> ValueType {
        var keywords: DocumentNode = ["type": "object", "additionalProperties": value.keywords]
        if let names { keywords.set("propertyNames", to: ["pattern": .text(names)]) }
        if count > 0 { keywords.set("minProperties", to: .number(count)) }
        return ValueType(hint: value.hint, keywords)
    }
}
