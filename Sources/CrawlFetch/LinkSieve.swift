public import CrawlCore
internal import Curl
internal import Extract
internal import HTMLScan

/// Makes of the links of a page what is to be requested of them. It belongs to one thread, that of its loop.
public final class LinkSieve {
    private var rules: FollowRules
    private let filter: URLFilter?
    private let obeysNofollow: Bool
    private let keepsSkipped: Bool
    /// Hosts on which curl agrees; bounded, so that memory does not grow with the crawl.
    private var agreedHosts: Set<String> = []
    private static let agreedHostsKept = 10_000

    /// A sieve for a job; nil where it follows nothing.
    ///
    /// - Parameter rules: those of the job, with the run's seeds in their scope.
    /// - Throws: `URLFilterError` where an expression of the job is none.
    public init?(_ spec: JobSpec, rules: FollowRules) throws {
        guard let follow = spec.follow else { return nil }
        self.rules = rules
        filter =
            follow.include.isEmpty && follow.exclude.isEmpty
            ? nil : try URLFilter(include: follow.include, exclude: follow.exclude)
        obeysNofollow = follow.nofollow == .obey
        keepsSkipped = spec.keepsSkipped
    }

    /// Adds a URL that a seed was redirected to: it says what is in scope as the seed does.
    public func insert(seed: WebURL) {
        rules.scope.insert(seed: seed)
    }

    /// What a page's links lead to.
    ///
    /// - Parameters:
    ///   - links: in the order of the page.
    ///   - base: what they are resolved against.
    ///   - depth: how many links lead to the page.
    ///   - isNofollow: whether the page asks that its links are not followed.
    func sift(_ links: [PageLink], base: WebURL, depth: Int, isNofollow: Bool) -> PageDiscovery? {
        guard !links.isEmpty else { return nil }
        var urls: [DiscoveredURL] = []
        var kept: [DiscoveredURL] = []
        var skipped: [SkipReason: Int] = [:]
        var seen = Set<String>(minimumCapacity: links.count)
        for link in links {
            // The page itself.
            guard link.href.utf8.first != UInt8(ascii: "#") else { continue }
            guard let parsed = try? WebURL(parsing: link.href, base: base) else {
                skipped[.invalidURL, default: 0] += 1
                continue
            }
            let url = rules.normalization.apply(to: parsed)
            let text = url.withoutCredentialsAndFragment
            guard seen.insert(text).inserted else { continue }
            var reason: SkipReason?
            if obeysNofollow, isNofollow || link.isNofollow {
                reason = .robots
            } else if let outside = rules.reasonToSkip(url, depth: depth + 1) {
                reason = outside
            } else if let filter, !filter.admits(text) {
                reason = .scope
            } else if !agrees(url) {
                reason = .invalidURL
            }
            var discovered = DiscoveredURL(url: text, hostKeyLength: url.hostKeyLength, depth: depth + 1)
            guard let reason else {
                urls.append(discovered)
                continue
            }
            skipped[reason, default: 0] += 1
            guard keepsSkipped, url.isHTTP else { continue }
            discovered.skipReason = reason
            kept.append(discovered)
        }
        return PageDiscovery(urls: urls + kept, skipped: skipped)
    }

    /// Judges a URL that a sitemap lists, as if it were a link of a page of depth -1; nil where it is not to be requested.
    func admit(_ url: WebURL, ofSitemap isNamedByJob: Bool) -> SkipReason? {
        // What the job's own sitemaps list are its own URLs.
        if isNamedByJob { return agrees(url) ? nil : .invalidURL }
        if let outside = rules.reasonToSkip(url, depth: 0) { return outside }
        if let filter, !filter.admits(url.withoutCredentialsAndFragment) { return .scope }
        return agrees(url) ? nil : .invalidURL
    }

    /// Whether curl will connect where the URL says. After normalisation the text up to the path is the host's key, letter by
    /// letter, so that one look a host is enough.
    private func agrees(_ url: WebURL) -> Bool {
        let key = url.hostKey
        if agreedHosts.contains(key) { return true }
        guard curlHost(of: key + "/") == url.host else { return false }
        if agreedHosts.count >= Self.agreedHostsKept { agreedHosts.removeAll(keepingCapacity: true) }
        agreedHosts.insert(key)
        return true
    }
}
