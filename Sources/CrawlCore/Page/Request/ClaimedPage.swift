/// A page that a runner has claimed from the frontier to request it.
///
/// It is a class, so that its request, its fetch and its outcome hold one reference each instead of copies.
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
    /// Whether it is a page proper, a sitemap, or something that is only checked.
    package let kind: PageKind
    /// How many links lead to it from a URL of the job; of a sitemap, how many sitemaps.
    package let depth: Int
    /// Whether the run's own list names it; others were found by links, redirects or sitemaps.
    package let isNamed: Bool
    /// The page as the run before found it; nil where that run did not have it, or where its result cannot be used.
    package let previous: PreviousPage?
    /// What is known of a page that is only checked; nil for others.
    package let check: CheckContext?
    /// The request's message; nil for a plain GET with the job's settings, and until the message is known.
    package let message: RequestMessage?

    /// The keys of its list line that are not part of a request, as a JSON object; nil for none.
    package let input: String?

    /// A claimed page; nothing is checked.
    package init(
        id: PageID, host: HostID, batch: BatchID, url: String, attempts: Int, name: String?,
        kind: PageKind = .page, depth: Int = 0, isNamed: Bool = true, previous: PreviousPage? = nil,
        message: RequestMessage? = nil, input: String? = nil, check: CheckContext? = nil
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
        self.check = check
    }

    /// Whether it is a plain GET of its URL and no sitemap, so that a link could lead to it.
    package var isPlain: Bool { kind == .page && message == nil && name == nil }

    /// The page, in another batch.
    package func moved(to batch: BatchID) -> ClaimedPage {
        ClaimedPage(
            id: id, host: host, batch: batch, url: url, attempts: attempts, name: name, kind: kind,
            depth: depth, isNamed: isNamed, previous: previous, message: message, input: input, check: check)
    }

    /// The page with the message of its request; nil for a plain GET with the job's settings.
    package func sending(_ message: RequestMessage?) -> ClaimedPage {
        ClaimedPage(
            id: id, host: host, batch: batch, url: url, attempts: attempts, name: name, kind: kind,
            depth: depth, isNamed: isNamed, previous: previous, message: message, input: input, check: check)
    }
}
