internal import CrawlCore
internal import Curl
internal import Extract
internal import HTMLScan

/// The values that a job takes from responses.
extension PageFetcher {
    /// Takes the fields from a response.
    ///
    /// - Parameters:
    ///   - scanner: has read the body; nil where nothing of it is read.
    ///   - url: the URL that answered.
    func fields(_ extractor: FieldExtractor?, from scanner: PageScanner?, url: String) -> ExtractedFields? {
        guard let extractor, let transfer else { return nil }
        let response = FieldResponse(url: url, now: environment.wallClock(), header: transfer.headers)
        return extractor.extract(from: scanner, response)
    }

    /// Adds to the outcome the fields of a response's header, where the body is not read.
    func readHeaderFields(_ request: PageRequest, _ outcome: inout PageOutcome) {
        // A page that has not changed keeps the fields that it had.
        guard let status = outcome.response.statusCode, status != 304, outcome.verdict.isSettled,
            let extractor = reader.extractor(of: request.page?.message?.extract), extractor.readsHeader,
            let fields = fields(extractor, from: nil, url: request.url)
        else { return }
        outcome.response.content = PageContent(
            canonicalURL: outcome.response.content?.canonicalURL, extracted: fields.json)
        outcome.note(fields)
    }
}

extension PageOutcome {
    /// Says which fields of a page are null although something was found.
    mutating func note(_ fields: ExtractedFields?) {
        guard verdict == .done, error == nil, let mistakes = fields?.mistakes else { return }
        error = "extract: " + mistakes
    }
}
