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

    private static let schema = Schema<ExtractionFieldDraft>([
        source("css") { .css($0) },
        source("xpath") { .xpath($0) },
        source("regex") { .regex($0) },
        source("json") { .json($0) },
        source("jsonld") { .jsonLD($0) },
        source("header") { .header($0) },
        Field("type") { cursor, draft throws(JobFileError) in
            draft.type = try cursor.choice()
        },
        .boolean("many", \.isMany),
    ])

    /// A key that says where a value comes from.
    private static func source(
        _ name: String, _ source: @escaping @Sendable (String) -> ExtractionField.Source
    ) -> Field<ExtractionFieldDraft> {
        Field(name) { cursor, draft throws(JobFileError) in
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
