/// Which links of a job's latest run are wanted.
package struct LinkQuery: Sendable, Equatable {
    /// The job's name.
    package var job: String
    /// Only those that are broken.
    package var isBroken = false
    /// Only those of this page.
    package var from: String?
    /// Only those to this URL, without its fragment.
    package var to: String?
    /// Only those whose `rel` has this word.
    package var rel: String?
    /// Whether those to one URL come one after the other. Otherwise the order is the database's own, and the first come at once.
    package var isGrouped = false

    /// All links of a job.
    package init(job: String) {
        self.job = job
    }
}
