package import CrawlCore

/// How many of a run's pages have a verdict for a reason.
package struct VerdictCount: Sendable, Equatable {
    /// The verdict; nil for pages of which nothing is known yet.
    package let verdict: LinkVerdict?
    /// The reason; nil for none.
    package let reason: LinkReason?
    /// How many pages.
    package let pages: Int

    /// A count.
    package init(verdict: LinkVerdict?, reason: LinkReason?, pages: Int) {
        self.verdict = verdict
        self.reason = reason
        self.pages = pages
    }
}
