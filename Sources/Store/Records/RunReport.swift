/// What was read of a run's sitemaps.
package struct SitemapReport: Sendable, Equatable {
    /// Sitemaps that were read, also in part.
    package var sitemaps: Int64 = 0
    /// Entries that were read.
    package var entries: Int64 = 0
    /// Entries that were left out, as something is wrong with them.
    package var leftOut: Int64 = 0
    /// The first sitemap with which something is wrong, as its URL and what it is; nil for none.
    package var firstMistake: String?

    /// Nothing was read.
    package init() {}
}

/// A host of a run, for the summary.
package struct HostReport: Sendable {
    /// Its key: scheme, name and port.
    package let host: String
    /// Pages that were requested of it.
    package let pages: Int64
    /// The mean of its pages' times, in milliseconds.
    package let meanMilliseconds: Int64
    /// The longest of them, in milliseconds.
    package let maxMilliseconds: Int64

    /// What it says.
    package init(host: String, pages: Int64, meanMilliseconds: Int64, maxMilliseconds: Int64) {
        self.host = host
        self.pages = pages
        self.meanMilliseconds = meanMilliseconds
        self.maxMilliseconds = maxMilliseconds
    }
}

/// Pages of a run that failed in the same way.
package struct FailureCount: Sendable, Equatable {
    /// What went wrong, as an ``ErrorKind``'s raw value.
    package let kind: String
    /// The HTTP status that was not accepted; nil where something else went wrong.
    package let status: Int?
    /// How many pages.
    package let pages: Int64
    /// Whether they can be requested again: a URL of another scheme cannot.
    package let isRetryable: Bool

    /// What it says.
    package init(kind: String, status: Int?, pages: Int64, isRetryable: Bool) {
        self.kind = kind
        self.status = status
        self.pages = pages
        self.isRetryable = isRetryable
    }
}

/// What a run looks like in sum.
package struct RunReport: Sendable {
    /// How many pages ended with each status, by status.
    package let statuses: [(status: Int, pages: Int64)]
    /// How many pages failed in each way, the most first.
    package let errors: [(kind: String, pages: Int64)]
    /// How many pages were skipped for each reason, the most first.
    package let skips: [(reason: String, pages: Int64)]
    /// How many links were not followed for each reason, the most first.
    package let skippedLinks: [(reason: String, links: Int64)]
    /// What was read of its sitemaps; nil where it has none.
    package let sitemaps: SitemapReport?
    /// The hosts with the largest mean time, the slowest first.
    package let slowestHosts: [HostReport]

    /// What it says.
    package init(
        statuses: [(status: Int, pages: Int64)], errors: [(kind: String, pages: Int64)],
        skips: [(reason: String, pages: Int64)], skippedLinks: [(reason: String, links: Int64)],
        sitemaps: SitemapReport?, slowestHosts: [HostReport]
    ) {
        self.statuses = statuses
        self.errors = errors
        self.skips = skips
        self.skippedLinks = skippedLinks
        self.sitemaps = sitemaps
        self.slowestHosts = slowestHosts
    }
}
