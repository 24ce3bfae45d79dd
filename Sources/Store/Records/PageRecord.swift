package import CrawlCore

/// What the database says of one URL of a run.
package struct PageRecord: Sendable {
    /// Its row.
    package let row: ResultRow
    /// Until when it waits, in unix milliseconds; 0 for not at all.
    package let notBefore: Int64

    /// What it says.
    package init(row: ResultRow, notBefore: Int64) {
        self.row = row
        self.notBefore = notBefore
    }
}

/// What the database says of a host, for people.
package struct HostStanding: Sendable {
    /// Its row.
    package let id: HostID
    /// What people have set.
    package let overrides: HostOverrides
    /// The pid of the process that has it; nil where none has.
    package let runnerPID: Int32?
    /// Unix milliseconds until when it asked to be left alone.
    package let snoozedUntil: Int64?
    /// Starts a second that it takes; nil for any number.
    package let rate: Double?
    /// Failures to connect in a row.
    package let failures: Int
    /// Unix milliseconds; set aside until then.
    package let probeAt: Int64?
    /// Its pages of the run that are still to come, as far as they were looked at: a thousand at most.
    package let pendingPages: Int

    /// What it says.
    package init(
        id: HostID, overrides: HostOverrides, runnerPID: Int32?, snoozedUntil: Int64?, rate: Double?,
        failures: Int, probeAt: Int64?, pendingPages: Int
    ) {
        self.id = id
        self.overrides = overrides
        self.runnerPID = runnerPID
        self.snoozedUntil = snoozedUntil
        self.rate = rate
        self.failures = failures
        self.probeAt = probeAt
        self.pendingPages = pendingPages
    }
}

/// Which pages of a run are wanted: those for which all of it holds.
package struct ResultFilter: Sendable {
    /// How a page must stand.
    package var standing = Standing.any
    /// HTTP statuses, one of which it must have; empty for any, or none.
    package var statuses: [ClosedRange<Int>] = []
    /// Types, one of which its `Content-Type` must give: `text/html`, or `image/*`, in lower case; empty for any, or none.
    package var contentTypes: [String] = []
    /// An expression of SQL over the columns of the view `results`, which must be true; nil for none.
    package var condition: String?

    /// How a page may stand.
    package enum Standing: Sendable {
        case any
        /// It failed, or is a line of the list that is no URL.
        case failed
        case settled
    }

    /// A filter that all pages pass.
    package init() {}

    private init(_ standing: Standing) { self.standing = standing }

    /// All pages.
    package static let all = ResultFilter()
    /// Pages that failed, and lines of the list that are no URLs.
    package static let failed = ResultFilter(.failed)
    /// Pages that are settled.
    package static let settled = ResultFilter(.settled)
}
