/// A page's metadata beside its title. What is missing or empty is nil.
package struct PageMetadata: Equatable, Sendable {
    /// The `href` of the first `link` with a `rel` of `canonical`, as it is written; relative to the page's base.
    package internal(set) var canonical: String?
    /// The `lang` of the `html` element; of XHTML the `xml:lang`, too.
    package internal(set) var language: String?
    /// The first `meta` of the name `description`: white space collapsed, at most 4,096 Unicode characters.
    package internal(set) var description: String?
    /// The `meta` elements of the name `robots`, joined by commas; at most 1,024 Unicode characters.
    package internal(set) var robots: String?
    /// The `meta` elements named for the crawler's own product token, joined by commas.
    package internal(set) var agentRobots: String?
    /// How many `a` and `area` elements there are that have a `href`.
    package internal(set) var linkCount = 0
}
