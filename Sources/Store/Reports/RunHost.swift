package import CrawlCore

/// A host of a run: what became of its pages, and how it is treated.
package struct RunHost: Sendable {
    /// Its row.
    package let id: HostID
    /// Its key: scheme, name and port.
    package let key: String
    /// Pages of the run.
    package var pages: Int64 = 0
    /// Of these, the settled ones with success.
    package var done: Int64 = 0
    /// Of these, the settled ones without.
    package var failed: Int64 = 0
    /// Of these, the ones that were never to be requested, or whose body was not read.
    package var skipped: Int64 = 0
    /// The mean of its pages' times, in milliseconds; nil where none was requested.
    package var meanMilliseconds: Int64?
    /// The longest of them, in milliseconds.
    package var maxMilliseconds: Int64?
    /// Bytes that came over the network.
    package var sizeDownload: Int64 = 0
    /// Tries that did not settle their page.
    package var retries: Int64 = 0
    /// The longest wait before a further try of a page, in milliseconds: what `Retry-After` or the job asked for; nil for none.
    package var longestWaitMilliseconds: Int64?
    /// What people have set for it.
    package var overrides = HostOverrides()
    /// Starts a second that it takes, as it has said that it gets too many; nil for any number.
    package var rate: Double?
    /// Unix milliseconds until when it asked to be left alone; nil where it never did.
    package var snoozedUntil: Int64?
    /// Unix milliseconds when its robots.txt was fetched; nil where it is not known.
    package var robotsFetchedAt: Int64?
    /// The status that its robots.txt came with; nil where there was no answer.
    package var robotsStatusCode: Int?

    /// A host without pages.
    package init(id: HostID, key: String) {
        self.id = id
        self.key = key
    }
}
