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
            throw cursor.failure(
                "nothing says where the value comes from; write css, xpath, regex, json, jsonld or header")
        }
        let field = ExtractionField(name: name, source: fieldSource, isMany: draft.isMany, type: draft.type)
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
        sources + [
            Field(
                "type", .words(ExtractionField.ValueType.self),
                "what the value is made into; null where it cannot be"
            ) { cursor, draft throws(JobFileError) in
                draft.type = try cursor.choice()
            },
            .boolean("many", \.isMany, "all matches, as a list; else the first"),
        ],
        rules: [.oneOf(sources.map(\.name))])

    /// Where a value may come from; a field has one of these keys.
    private static let sources: [Field<ExtractionFieldDraft>] = [
        source(
            "css",
            "from HTML and XML; a field has one of `css`, `xpath`, `regex`, `json`, `jsonld` and `header`",
            example: "h1.title::text"
        ) { .css($0) },
        source("xpath", "from HTML and XML", example: "//h1") { .xpath($0) },
        source(
            "regex", "from any text: the first group, or the whole match", type: .regularExpression,
            example: "£([0-9.]+)"
        ) { .regex($0) },
        source("json", "from JSON: names, indexes, `[*]` and `..` of RFC 9535", example: "$.data.id") {
            .json($0)
        },
        source("jsonld", "from the JSON-LD of HTML, `@graph` included", example: "$.offers.price") {
            .jsonLD($0)
        },
        source("header", "from the response's header", example: "x-total-count") { .header($0) },
    ]

    /// A key that says where a value comes from.
    private static func source(
        _ name: String, _ meaning: String, type: ValueType = .someText, example: DocumentNode,
        _ source: @escaping @Sendable (String) -> ExtractionField.Source
    ) -> Field<ExtractionFieldDraft> {
        Field(name, type, meaning, example: example) { cursor, draft throws(JobFileError) in
            try draft.set(source(try cursor.text()), cursor)
        }
    }
}

/// A field while its keys are read.
private struct ExtractionFieldDraft {
    private(set) var source: (ExtractionField.Source, Cursor)?
    var isMany = false
    var type: ExtractionField.ValueType?

    mutating func set(_ source: ExtractionField.Source, _ cursor: Cursor) throws(JobFileError) {
        guard self.source == nil else {
            throw cursor.failure(
                "a value has one source; write one of css, xpath, regex, json, jsonld and header")
        }
        self.source = (source, cursor)
    }
}
