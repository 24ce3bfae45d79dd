/// The links that a page led to. It is a class, so that the outcome of a page without links costs one nil.
package final class PageDiscovery: Sendable {
    /// The URLs in the order of the page, each once, followed by those to be kept as skipped rows.
    package let urls: [DiscoveredURL]
    /// How many links were not followed, by reason.
    package let skipped: [SkipReason: Int]

    /// How much of a sitemap was read; nil for a page.
    package let sitemap: SitemapCounts?

    /// What the page refers to, where the job keeps links; else nil.
    package let links: PageLinks?

    /// What a page led to.
    package init(
        urls: [DiscoveredURL], skipped: [SkipReason: Int] = [:], sitemap: SitemapCounts? = nil,
        links: PageLinks? = nil
    ) {
        self.sitemap = sitemap
        self.links = links
        self.urls = urls
        self.skipped = skipped
    }
}
