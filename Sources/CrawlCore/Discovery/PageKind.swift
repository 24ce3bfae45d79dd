/// What a page of a run is. The raw values are stored and are never renamed; a page proper is stored as null.
package enum PageKind: String, Sendable {
    case page
    /// A list of pages, or of such lists (sitemaps.org).
    case sitemap
    /// What is asked for once, to see whether it is there. It is not read for links of its own.
    case check
}
