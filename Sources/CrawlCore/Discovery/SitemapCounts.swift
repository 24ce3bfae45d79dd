/// How much of a sitemap was read.
public struct SitemapCounts: Sendable, Equatable {
    /// Entries that were read.
    public var entries: Int
    /// Entries that were left out, as something is wrong with them.
    public var leftOut: Int

    /// The counts of a sitemap.
    public init(entries: Int, leftOut: Int) {
        self.entries = entries
        self.leftOut = leftOut
    }
}
