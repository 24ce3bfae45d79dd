package import CrawlCore

/// The runs of a job before one, as far as that takes anything over from them.
package struct FormerRuns: Sendable, Equatable {
    /// The job.
    package let job: JobID
    /// The job's latest finished run. What it knew and did not read itself is in `unread_pages`.
    package let latest: RunID
    /// The finished runs of the same spec. With another spec other requests were sent, other links followed, or other fields taken.
    package let alike: Set<RunID>
    /// Whether there is anything in `unread_pages`.
    package let hasUnread: Bool

    /// Whether a page of theirs can say by what to ask whether it has changed.
    package var hasAlike: Bool { !alike.isEmpty }

    /// Runs; nothing is looked up.
    package init(job: JobID, latest: RunID, alike: Set<RunID>, hasUnread: Bool) {
        self.job = job
        self.latest = latest
        self.alike = alike
        self.hasUnread = hasUnread
    }
}
