/// What a job does to a URL beyond what the URL Standard does: the parameters of its query sorted, some of them left out.
///
/// Nothing else is touched: parameters that are given twice stay so, in their order, as servers tell them apart.
package struct URLNormalization: Sendable, Equatable {
    private let sortsQuery: Bool
    private let drop: [NamePattern]

    /// What a job asks for.
    package init(_ rules: JobSpec.Normalize) {
        sortsQuery = rules.sortsQuery
        drop = rules.drop.map(NamePattern.init)
    }

    /// A URL as the job means it: the same where there is nothing to do.
    ///
    /// A query whose last parameter goes loses its question mark too. Names are compared as they are written, escapes
    /// included.
    package func apply(to url: WebURL) -> WebURL {
        guard sortsQuery || !drop.isEmpty, url.offsets.queryStart < url.offsets.fragmentStart else {
            return url
        }
        let href = Array(url.href.utf8)
        let query = Int(url.offsets.queryStart) + 1..<Int(url.offsets.fragmentStart)
        let parts = href[query].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)

        var kept = parts.filter { part in
            let name = Self.name(of: part)
            return !drop.contains { $0.matches(name.span) }
        }
        if sortsQuery {
            // Swift's sort is stable, though its documentation does not promise it: position decides.
            kept = kept.map { (name: Self.name(of: $0), part: $0) }
                .sorted {
                    $0.name == $1.name
                        ? $0.part.startIndex < $1.part.startIndex : $0.name.lexicographicallyPrecedes($1.name)
                }
                .map(\.part)
        }
        guard kept != parts else { return url }

        let end = kept.isEmpty ? query.lowerBound - 1 : query.lowerBound
        let text = [
            href[..<end], ArraySlice(kept.joined(separator: [UInt8(ascii: "&")])), href[query.upperBound...],
        ]
        // Pieces of a normalised query are one: this parses.
        return (try? WebURL(parsing: String(decoding: text.joined(), as: UTF8.self))) ?? url
    }

    private static func name(of parameter: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        parameter.prefix { $0 != UInt8(ascii: "=") }
    }
}
