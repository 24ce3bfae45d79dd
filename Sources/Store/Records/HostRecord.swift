package import CrawlCore

/// What the database knows of a host.
package struct HostRecord: Sendable, Equatable {
    /// When the last request to it may have begun, in unix milliseconds, where another runner had it before.
    package var lastStartedAt: Int64?
    /// How it has been doing, as of now.
    package var condition = HostCondition()
    /// What people have set.
    package var overrides = HostOverrides()

    /// A host of which nothing is known.
    package init() {}

    /// Forgets the host's rate if the last request to it began more than an hour ago: what a host took last night says little
    /// of what it takes tonight, and at a low rate it takes a night to find out.
    ///
    /// - Parameter now: in unix milliseconds.
    package mutating func forgetOldRate(now: Int64) {
        guard let lastStartedAt, now - lastStartedAt > HostRecord.rateLifetime else { return }
        condition.rate = nil
    }

    /// Milliseconds in an hour.
    private static let rateLifetime: Int64 = 3_600_000
}

/// What people have set for a host, by an UPDATE of its row, in place of what a job says.
package struct HostOverrides: Sendable, Equatable {
    /// The most requests under way; 0 for none for now; nil for the job's.
    package var perHost: Int?
    /// The least time between two starts; nil for the job's.
    package var delay: Duration?
    /// Whether its pages are given up.
    package var isBlocked = false

    /// Nothing is set.
    package init() {}
}

/// A host's robots.txt as it was fetched.
package struct RobotsRecord: Sendable, Equatable {
    /// The status that it came with; nil where none was to be had, such as behind too many redirects.
    package var statusCode: Int?
    /// Its first 500 KiB; nil where there is none, which allows everything.
    package var body: [UInt8]?
    /// Where redirects led to it; nil where it is the host's own `/robots.txt`.
    package var url: String?
    /// Unix milliseconds.
    package var fetchedAt: Int64
    /// Unix milliseconds; not to be used from then on.
    package var expiresAt: Int64

    /// A robots.txt that is good for a day (RFC 9309, section 2.4).
    package init(statusCode: Int?, body: [UInt8]?, url: String? = nil, fetchedAt: Int64) {
        self.url = url
        self.statusCode = statusCode
        self.body = body
        self.fetchedAt = fetchedAt
        expiresAt = fetchedAt + RobotsRecord.lifetime
    }

    /// Milliseconds in a day.
    package static let lifetime: Int64 = 86_400_000
}
