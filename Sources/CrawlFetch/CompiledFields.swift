public import CrawlCore
public import Extract

/// The fields of a job, compiled for one crawl loop: regular expressions and paths are read once a run and loop, not once a
/// page.
///
/// It is a table of lists of fields, of which a page's request chooses one. The first is that of the job itself.
public final class CompiledFields {
    private let extractors: [FieldExtractor?]

    /// Compiles lists of fields.
    ///
    /// - Throws: What is wrong with the first field that cannot be used.
    public init(_ lists: [[ExtractionField]]) throws(FieldError) {
        var extractors: [FieldExtractor?] = []
        for fields in lists { extractors.append(fields.isEmpty ? nil : try FieldExtractor(fields)) }
        self.extractors = extractors
    }

    /// The fields of a list; nil where it is empty.
    subscript(list: Int) -> FieldExtractor? { extractors[list] }
}
