/// Something that a job takes from its pages, by a name.
package struct ExtractionField: Equatable, Sendable {
    /// Where the value comes from.
    package enum Source: Equatable, Sendable {
        /// An XPath 1.0 expression, for HTML pages.
        case xpath(String)
        /// A regular expression in RE2's syntax, for any text: its first group, or all of it where it has none.
        case regex(String)
        /// A JSON path (a part of RFC 9535), for JSON.
        case json(String)
    }

    /// The name of the value in the result.
    package let name: String
    /// Where the value comes from.
    package let source: Source
    /// Whether all that matches is taken, as a list; else the first. The default is the first.
    package let isMany: Bool

    /// A field, which is not checked here.
    package init(name: String, source: Source, isMany: Bool = false) {
        self.name = name
        self.source = source
        self.isMany = isMany
    }
}
