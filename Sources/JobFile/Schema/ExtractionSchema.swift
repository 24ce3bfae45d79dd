internal import CrawlCore
internal import Extract

/// The keys of `extract`: what is taken from each page.
enum ExtractionSchema {
    /// Reads the fields by name: `h1: {xpath: "//h1"}`.
    static func fields(_ cursor: Cursor) throws(JobFileError) -> [ExtractionField] {
        let entries = try cursor.entries()
        guard !entries.isEmpty else {
            throw cursor.failure("the mapping is empty; write at least one field, or remove the key")
        }
        var fields: [ExtractionField] = []
        for entry in entries {
            guard !entry.key.isEmpty else {
                throw cursor.source.failure(
                    at: entry.position, keyPath: cursor.path, "a field has no name; write one")
            }
            fields.append(try read(cursor.child(entry), named: entry.key))
        }
        return fields
    }

    private static func read(_ cursor: Cursor, named name: String) throws(JobFileError) -> ExtractionField {
        var draft = ExtractionFieldDraft()
        try schema.read(cursor, into: &draft)
        guard let (fieldSource, sourceCursor) = draft.source else {
            throw cursor.failure("nothing says where the value comes from; write xpath, regex or json")
        }
        let field = ExtractionField(name: name, source: fieldSource, isMany: draft.isMany)
        do throws(FieldError) {
            _ = try FieldExtractor([field])
        } catch {
            throw sourceCursor.failure(error.description)
        }
        return field
    }

    /// What the fields may be, by name.
    static let type = ValueType.mapping(
        names: ".", of: schema.type(defaults: ExtractionFieldDraft()), atLeast: 1)

    private static let schema = Schema<ExtractionFieldDraft>(
        sources + [.boolean("many", \.isMany, "all matches, as a list; else the first")],
        rules: [.oneOf(sources.map(\.name))])

    /// Where a value may come from; a field has one of these keys.
    private static let sources: [Field<ExtractionFieldDraft>] = [
        Field(
            "xpath", .someText,
            "from HTML; a field has one of `xpath`, `regex` and `json`", example: "//h1"
        ) { cursor, draft throws(JobFileError) in
            try draft.set(.xpath(try cursor.text()), cursor)
        },
        Field(
            "regex", .regularExpression, "from any text: the first group, or the whole match",
            example: "£([0-9.]+)"
        ) { cursor, draft throws(JobFileError) in
            try draft.set(.regex(try cursor.text()), cursor)
        },
        Field(
            "json", .someText, "from JSON: names, indexes, `[*]` and `..` of RFC 9535",
            example: "$.data.id"
        ) { cursor, draft throws(JobFileError) in
            try draft.set(.json(try cursor.text()), cursor)
        },
    ]
}

/// A field while its keys are read.
private struct ExtractionFieldDraft {
    private(set) var source: (ExtractionField.Source, Cursor)?
    var isMany = false

    mutating func set(_ source: ExtractionField.Source, _ cursor: Cursor) throws(JobFileError) {
        guard self.source == nil else {
            throw cursor.failure("a value has one source; write one of xpath, regex and json")
        }
        self.source = (source, cursor)
    }
}
