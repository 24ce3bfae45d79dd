/// How much of a sitemap was read.
package struct SitemapCounts: Sendable, Equatable {
    /// Entries that were read.
    package var entries: Int
    /// Entries that were left out, as something is wrong with them.
    package var leftOut: Int

    /// The counts of a sitemap.
    package init(entries: Int, leftOut: Int) {
        self.entries = entries
        self.leftOut = leftOut
    }
}
