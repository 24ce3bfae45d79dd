package import CrawlCore
package import Extract

/// The fields of a job, compiled for one crawl loop, so that expressions and paths are compiled once a run and loop instead
/// of once a page. Requests may have fields of their own.
package final class CompiledFields {
    /// Takes the job's fields; nil when it has none.
    let jobs: FieldExtractor?
    private let jobsFields: [ExtractionField]
    /// The fields of requests, compiled when they are first met.
    private var others: [(fields: [ExtractionField], extractor: FieldExtractor?)] = []
    /// How many different lists of such fields are kept.
    private static let kept = 64

    /// Compiles a job's fields.
    ///
    /// - Throws: what is wrong with the first field that cannot be used.
    package init(_ fields: [ExtractionField]) throws(FieldError) {
        jobsFields = fields
        jobs = fields.isEmpty ? nil : try FieldExtractor(fields)
    }

    /// Takes the fields of a request; nil when it has none, or one that cannot be used.
    func extractor(of fields: [ExtractionField]) -> FieldExtractor? {
        if fields.isEmpty { return nil }
        if fields == jobsFields { return jobs }
        if let known = others.first(where: { $0.fields == fields }) { return known.extractor }
        // A field that does not compile was refused when the job was read.
        let extractor = try? FieldExtractor(fields)
        if others.count >= CompiledFields.kept { others.removeAll() }
        others.append((fields, extractor))
        return extractor
    }
}
