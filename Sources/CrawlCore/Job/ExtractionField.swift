/// Something that a job takes from its pages, by a name.
package struct ExtractionField: Equatable, Sendable {
    /// Where the value comes from.
    package enum Source: Equatable, Sendable {
        /// An XPath 1.0 expression, for HTML and XML.
        case xpath(String)
        /// CSS selectors, which may end in `::text` or `::attr(name)`, for HTML and XML.
        case css(String)
        /// A regular expression in RE2's syntax, for any text: its first group, or all of it where it has none.
        case regex(String)
        /// A JSON path (a part of RFC 9535), for JSON.
        case json(String)
        /// A JSON path for each object of JSON-LD in an HTML page.
        case jsonLD(String)
        /// The name of a field of the response's header.
        case header(String)

        /// The key that it has in a job file.
        package var key: String {
            switch self {
            case .xpath: "xpath"
            case .css: "css"
            case .regex: "regex"
            case .json: "json"
            case .jsonLD: "jsonld"
            case .header: "header"
            }
        }
    }

    /// What a value is made into.
    package enum ValueType: String, CaseIterable, Sendable {
        /// An absolute URL.
        case url
        /// A number.
        case number
        /// A whole number of 64 bits.
        case integer
        /// A day or an instant, as ISO 8601 writes it.
        case date
    }

    /// The name of the value in the result.
    package let name: String
    /// Where the value comes from.
    package let source: Source
    /// Whether all that matches is taken, as a list; else the first. The default is the first.
    package let isMany: Bool
    /// What the value is made into; nil for nothing: it stays as it is found. The default is nil.
    package let type: ValueType?

    /// A field, which is not checked here.
    package init(name: String, source: Source, isMany: Bool = false, type: ValueType? = nil) {
        self.name = name
        self.source = source
        self.isMany = isMany
        self.type = type
    }
}
