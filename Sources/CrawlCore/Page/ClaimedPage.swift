/// A page that a runner has taken from the frontier to request it.
public struct ClaimedPage: Sendable {
    /// The page's row.
    public let id: PageID
    /// The host that the page's own URL names; redirects may lead to others.
    public let host: HostID
    /// The batch it was claimed in.
    public var batch: BatchID
    /// The URL to request: normalised, without fragment.
    public let url: String
    /// Tries that were made before this one.
    public let attempts: Int
    /// The name of the request, where it has one.
    public let name: String?
    /// What it is.
    public var kind = PageKind.page
    /// How many links lead to it from a URL of the job; of a sitemap, how many sitemaps.
    public var depth = 0
    /// The page as the run before found it; nil where it did not, or where that says nothing about this run.
    public var previous: PreviousPage?
    /// What is sent, where that is more than a GET with what the job says; nil for that, and until it is known.
    public var message: RequestMessage?

    /// A claimed page; nothing is checked.
    public init(id: PageID, host: HostID, batch: BatchID, url: String, attempts: Int, name: String?) {
        self.id = id
        self.host = host
        self.batch = batch
        self.url = url
        self.attempts = attempts
        self.name = name
    }
}
