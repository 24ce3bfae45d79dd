/// Why a page is settled without its content. A closed list: the raw values are stored, and are never renamed.
package enum SkipReason: String, Sendable, CaseIterable {
    /// The host's robots.txt disallows it.
    case robots
    /// The host's robots.txt could not be had, which disallows everything (RFC 9309, section 2.3.1.4).
    case robotsUnreachable = "robots_unreachable"
    /// Outside the scope that the job follows.
    case scope
    /// Deeper than the job follows.
    case depth
    /// The same request is already part of the run.
    case duplicate
    /// A limit of the job was reached.
    case limit
    /// The address is private or otherwise not to be connected to.
    case blockedAddress = "blocked_address"
    /// It looks like a link into an endless set of URLs.
    case trap
    /// The URL does not parse.
    case invalidURL = "invalid_url"
    /// Its response has a type that the job does not take.
    case contentType = "content_type"
    /// Its sitemap says that it was last changed before the job's date.
    case notNewer = "not_newer"
}
