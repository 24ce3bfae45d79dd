/// What a page led to. A class, so that the outcome of a page that led to nothing carries no more than a nil.
package final class PageDiscovery: Sendable {
    /// The URLs in the order of the page, each once, followed by those to be kept as skipped rows.
    package let urls: [DiscoveredURL]
    /// How many links were not followed, by reason.
    package let skipped: [SkipReason: Int]

    /// How much of a sitemap was read; nil for a page.
    package let sitemap: SitemapCounts?

    /// What a page led to.
    package init(urls: [DiscoveredURL], skipped: [SkipReason: Int] = [:], sitemap: SitemapCounts? = nil) {
        self.sitemap = sitemap
        self.urls = urls
        self.skipped = skipped
    }
}
