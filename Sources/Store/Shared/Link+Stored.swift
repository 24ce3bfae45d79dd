package import CrawlCore

extension Link {
    /// Whether its URL is one that a run may have a page of.
    package var hasPage: Bool {
        reason != .malformed && (url.hasPrefix("http://") || url.hasPrefix("https://"))
    }
}
