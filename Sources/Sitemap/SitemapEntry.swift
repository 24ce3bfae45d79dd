/// One URL that a sitemap or feed names.
package struct SitemapEntry: Sendable, Equatable {
    /// What a URL of a sitemap leads to.
    package enum Kind: Sendable, Equatable {
        /// A page.
        case page
        /// Another sitemap: the one that was read is an index.
        case sitemap
        /// The next page of the same feed.
        case nextPage
    }

    /// What it leads to.
    package var kind: Kind
    /// The URL as it is written, without white space around it. It should be absolute; feeds have relative ones too. Bytes that are no
    /// UTF-8 are percent-encoded.
    package var location: String
    /// What a relative ``location`` is relative to: the values of `xml:base` around it, the outermost first, each relative to the one
    /// before and the first to the sitemap's own URL (XML Base, section 4). Empty where there are none.
    package var bases: [String]
    /// When the page was last changed, in unix milliseconds, as its site says; nil where it does not, or not in a form that is known.
    package var lastModified: Int64?
    /// How important the page is to its site, from 0 to 1 (sitemaps.org takes 0.5 where nothing is said); nil where it says nothing.
    package var priority: Double?

    /// An entry of this kind.
    package init(
        _ kind: Kind, location: String, bases: [String] = [], lastModified: Int64? = nil,
        priority: Double? = nil
    ) {
        self.kind = kind
        self.location = location
        self.bases = bases
        self.lastModified = lastModified
        self.priority = priority
    }
}
