/// What a page says of itself beside its title. What it does not say, or leaves empty, is nil.
public struct PageMetadata: Equatable, Sendable {
    /// The `href` of the first `link` with a `rel` of `canonical`, as it is written; relative to the page's base.
    public internal(set) var canonical: String?
    /// The `lang` of the `html` element; of XHTML the `xml:lang`, too.
    public internal(set) var language: String?
    /// The first `meta` of the name `description`: white space collapsed, at most 4,096 Unicode characters.
    public internal(set) var description: String?
    /// The `meta` elements of the name `robots`, joined by commas; at most 1,024 Unicode characters.
    public internal(set) var robots: String?
    /// The `meta` elements named for the crawler's own product token, joined by commas.
    public internal(set) var agentRobots: String?
    /// How many `a` and `area` elements there are that have a `href`.
    public internal(set) var linkCount = 0
}
