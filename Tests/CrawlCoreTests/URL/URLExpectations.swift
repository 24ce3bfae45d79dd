import CrawlCore
import Testing

/// What `input` serialises to against `base`, or the description of why it does not parse.
func href(_ input: String, base: String? = nil) -> String {
    do throws(WebURL.ParseFailure) {
        var baseURL: WebURL?
        if let base { baseURL = try WebURL(parsing: base) }
        return try WebURL(parsing: input, base: baseURL).href
    } catch {
        return error.description
    }
}

/// Checks that `input` does not parse, and for which reason.
func expectFailure(
    _ reason: WebURL.ParseFailure, parsing input: String, base: WebURL? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(throws: reason, "\(input.debugDescription)", sourceLocation: sourceLocation) {
        try WebURL(parsing: input, base: base)
    }
}
