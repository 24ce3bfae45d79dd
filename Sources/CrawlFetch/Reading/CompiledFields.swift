package import CrawlCore
package import Extract

/// The fields of a job, compiled for one crawl loop: regular expressions and paths are read once a run and loop, not once a
/// page. Requests may have fields of their own.
package final class CompiledFields {
    /// Those of the job; nil where it has none.
    let jobs: FieldExtractor?
    private let jobsFields: [ExtractionField]
    /// Those of requests, compiled as they come.
    private var others: [(fields: [ExtractionField], extractor: FieldExtractor?)] = []
    /// So many different lists are kept.
    private static let kept = 64

    /// Compiles a job's fields.
    ///
    /// - Throws: What is wrong with the first field that cannot be used.
    package init(_ fields: [ExtractionField]) throws(FieldError) {
        jobsFields = fields
        jobs = fields.isEmpty ? nil : try FieldExtractor(fields)
    }

    /// What takes the fields of a request; nil where it has none, or one that cannot be used.
    func extractor(of fields: [ExtractionField]) -> FieldExtractor? {
        if fields.isEmpty { return nil }
        if fields == jobsFields { return jobs }
        if let known = others.first(where: { $0.fields == fields }) { return known.extractor }
        // They were compiled once already, as the job was read.
        let extractor = try? FieldExtractor(fields)
        if others.count >= CompiledFields.kept { others.removeAll() }
        others.append((fields, extractor))
        return extractor
    }
}
