internal import CrawlCore
internal import Extract

extension Cursor {
    /// What is to be taken from a page, by name: `h1: {xpath: "//h1"}`.
    func extractionFields() throws(JobFileError) -> [ExtractionField] {
        let entries = try entries()
        guard !entries.isEmpty else {
            throw failure("the mapping is empty; write at least one field, or remove the key")
        }
        var fields: [ExtractionField] = []
        for entry in entries {
            guard !entry.key.isEmpty else {
                throw source.failure(at: entry.position, keyPath: path, "a field has no name; write one")
            }
            fields.append(try child(entry).extractionField(named: entry.key))
        }
        return fields
    }

    private func extractionField(named name: String) throws(JobFileError) -> ExtractionField {
        var draft = ExtractionFieldDraft()
        try Self.extractionField.read(self, into: &draft)
        guard let (fieldSource, cursor) = draft.source else {
            throw failure("nothing says where the value comes from; write xpath, regex or json")
        }
        let field = ExtractionField(name: name, source: fieldSource, isMany: draft.isMany)
        do throws(FieldError) {
            _ = try FieldExtractor([field])
        } catch {
            throw cursor.failure(error.description)
        }
        return field
    }

    private static let extractionField = Schema<ExtractionFieldDraft>([
        Field("xpath") { cursor, draft throws(JobFileError) in
            try draft.set(.xpath(try cursor.text()), cursor)
        },
        Field("regex") { cursor, draft throws(JobFileError) in
            try draft.set(.regex(try cursor.text()), cursor)
        },
        Field("json") { cursor, draft throws(JobFileError) in
            try draft.set(.json(try cursor.text()), cursor)
        },
        .boolean("many", \.isMany),
    ])
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
