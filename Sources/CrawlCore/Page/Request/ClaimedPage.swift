/// A page that a runner has taken from the frontier to request it.
///
/// A class, so that its request, its fetch and its outcome hold one reference each rather than copies of all of it.
package final class ClaimedPage: Sendable {
    /// The page's row.
    package let id: PageID
    /// The host that the page's own URL names; redirects may lead to others.
    package let host: HostID
    /// The batch it was claimed in.
    package let batch: BatchID
    /// The URL to request: normalised, without fragment.
    package let url: String
    /// Tries that were made before this one.
    package let attempts: Int
    /// The name of the request, where it has one.
    package let name: String?
    /// What it is.
    package let kind: PageKind
    /// How many links lead to it from a URL of the job; of a sitemap, how many sitemaps.
    package let depth: Int
    /// Whether the run's own list names it; others were found by links, redirects or sitemaps.
    package let isNamed: Bool
    /// The page as the run before found it; nil where it did not, or where that says nothing about this run.
    package let previous: PreviousPage?
    /// What is sent, where that is more than a GET with what the job says; nil for that, and until it is known.
    package let message: RequestMessage?

    /// What its line of a list says beside its request, a JSON object; nil for nothing.
    package let input: String?

    /// A claimed page; nothing is checked.
    package init(
        id: PageID, host: HostID, batch: BatchID, url: String, attempts: Int, name: String?,
        kind: PageKind = .page, depth: Int = 0, isNamed: Bool = true, previous: PreviousPage? = nil,
        message: RequestMessage? = nil, input: String? = nil
    ) {
        self.id = id
        self.host = host
        self.batch = batch
        self.url = url
        self.attempts = attempts
        self.name = name
        self.kind = kind
        self.depth = depth
        self.isNamed = isNamed
        self.previous = previous
        self.message = message
        self.input = input
    }

    /// Whether it is nothing but a GET of its URL, and no sitemap: what a link could lead to.
    package var isPlain: Bool { kind == .page && message == nil && name == nil }

    /// The page, in another batch.
    package func moved(to batch: BatchID) -> ClaimedPage {
        ClaimedPage(
            id: id, host: host, batch: batch, url: url, attempts: attempts, name: name, kind: kind,
            depth: depth, isNamed: isNamed, previous: previous, message: message, input: input)
    }

    /// The page, with what its request sends; nil for a GET with what the job says.
    package func sending(_ message: RequestMessage?) -> ClaimedPage {
        ClaimedPage(
            id: id, host: host, batch: batch, url: url, attempts: attempts, name: name, kind: kind,
            depth: depth, isNamed: isNamed, previous: previous, message: message, input: input)
    }
}
