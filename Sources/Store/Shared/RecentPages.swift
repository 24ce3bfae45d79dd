package import CrawlCore

/// The pages met last, by their URLs. Of the URLs that share a place, it holds the last one.
///
/// URLs are compared by Swift's hash of 64 bits (SipHash). It is seeded anew in each process, so that nobody can make two URLs that
/// are taken for one.
package struct RecentPages: Sendable {
    private struct Place: Sendable {
        var hash = 0
        var page: Int64 = 0
        var depth: Int64 = 0
    }

    private static let capacity = 1 << 16
    private var places: [Place] = []

    /// None.
    package init() {}

    /// The page of a URL, where it needs no change: it is remembered as no deeper, and to be asked for in the same way.
    package func page(of url: DiscoveredURL) -> Int64? {
        guard !places.isEmpty else { return nil }
        let hash = RecentPages.hash(url)
        let place = places[hash & (RecentPages.capacity - 1)]
        return place.page != 0 && place.hash == hash && place.depth <= url.depth ? place.page : nil
    }

    private static func hash(_ url: DiscoveredURL) -> Int {
        guard url.kind == .check else { return url.url.hashValue }
        var hasher = Hasher()
        hasher.combine(url.url)
        hasher.combine(url.readsPlaces)
        return hasher.finalize()
    }

    /// Remembers a page.
    package mutating func remember(_ url: DiscoveredURL, page: Int64, depth: Int) {
        if places.isEmpty { places = Array(repeating: Place(), count: RecentPages.capacity) }
        let hash = RecentPages.hash(url)
        places[hash & (RecentPages.capacity - 1)] = Place(hash: hash, page: page, depth: Int64(depth))
    }
}
