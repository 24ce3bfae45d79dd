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
    /// Only those to hosts that the run's own list does not name.
    package var isExternal = false
    /// The order in which they come.
    package var order = Order.any

    /// An order of links.
    package enum Order: Sendable {
        /// The database's own, in which the first come at once.
        case any
        /// Those of one page come one after the other.
        case page
        /// Those to one URL come one after the other.
        case target
    }

    /// All links of a job.
    package init(job: String) {
        self.job = job
    }

    /// Whether those to one URL come one after the other.
    package var isGrouped: Bool {
        get { order == .target }
        set { order = newValue ? .target : .any }
    }
}
