/// A URL that a page or a sitemap led to, judged and ready for the frontier.
package struct DiscoveredURL: Sendable, Equatable {
    /// The URL to request: normalised, without fragment.
    package let url: String
    /// How many bytes at its beginning are its host's key: scheme, name and port.
    package let hostKeyLength: Int
    /// What it is.
    package let kind: PageKind
    /// How many links lead to it from a URL of the job.
    package let depth: Int
    /// The order among a host's pages of a depth, from 0 to 1 for the first; nil for 0.5 (sitemaps.org, "priority").
    package var priority: Double?
    /// When it was last changed, in unix milliseconds, as a sitemap says; nil where none does.
    package var lastModified: Int64?
    /// Why it is not to be requested but kept as a row; nil where it is to be requested.
    package var skipReason: SkipReason?
    /// Of what is only checked: whether the places that fragments name are wanted, so that it has to be read.
    package var readsPlaces = false

    /// A discovered URL; nothing is checked.
    package init(url: String, hostKeyLength: Int, kind: PageKind = .page, depth: Int) {
        self.url = url
        self.hostKeyLength = hostKeyLength
        self.kind = kind
        self.depth = depth
    }

    /// Its host's key: scheme, name and port.
    package var hostKey: Substring { url.prefixOfBytes(hostKeyLength) }

    /// The order in which a host's pages are requested: breadth first, then by priority. Lower is earlier.
    package var rank: Int {
        let priority = min(max(priority ?? 0.5, 0), 1)
        return depth * 1001 + Int((0.5 - priority) * 1000)
    }
}

extension String {
    fileprivate func prefixOfBytes(_ count: Int) -> Substring {
        self[..<utf8.index(startIndex, offsetBy: count)]
    }
}
