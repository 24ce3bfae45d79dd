package import CrawlCore
internal import Curl
internal import Extract
internal import HTMLScan
internal import Sitemap

/// Makes of the links of a page what is to be requested of them. It belongs to one thread, that of its loop.
package final class LinkSieve {
    /// Nil where links are not followed, and sitemaps are all.
    private var rules: FollowRules?
    private let filter: URLFilter?
    private let obeysNofollow: Bool
    private let keepsSkipped: Bool
    private let selection: LinkSelection
    private var agreement = HostAgreement()
    private let normalization: URLNormalization
    private let urlLength: Int

    /// A sieve for a job; nil where it follows nothing.
    ///
    /// - Parameter rules: those of the job, with the run's seeds in their scope; nil where it follows sitemaps only.
    /// - Throws: `URLFilterError` where an expression of the job is none.
    package init?(_ spec: JobSpec, rules: FollowRules?) throws {
        guard spec.discoversPages else { return nil }
        let follow = spec.follow ?? JobSpec.Follow()
        self.rules = rules
        normalization = URLNormalization(spec.normalize)
        urlLength = spec.limits.urlLength
        filter =
            follow.include.isEmpty && follow.exclude.isEmpty
            ? nil : try URLFilter(include: follow.include, exclude: follow.exclude)
        obeysNofollow = follow.nofollow == .obey
        keepsSkipped = spec.keepsSkipped
        selection = LinkSelection(follow.links)
    }

    /// Adds a URL that a seed was redirected to: it says what is in scope as the seed does.
    package func insert(seed: WebURL) {
        rules?.scope.insert(seed: seed)
    }

    /// What a page's links lead to.
    ///
    /// - Parameters:
    ///   - links: in the order of the page.
    ///   - page: the page's URL.
    ///   - base: what the links are resolved against.
    ///   - depth: how many links lead to the page.
    ///   - isNofollow: whether the page asks that its links are not followed.
    func sift(_ links: [PageLink], page: WebURL, base: WebURL, depth: Int, isNofollow: Bool) -> PageDiscovery?
    {
        guard !links.isEmpty, let rules else { return nil }
        var urls: [DiscoveredURL] = []
        var kept: [DiscoveredURL] = []
        var skipped: [SkipReason: Int] = [:]
        var seen = Set<String>(minimumCapacity: links.count)
        for link in links {
            // The page itself, and what is of a kind that is not followed.
            guard link.href.utf8.first != UInt8(ascii: "#"), selection.contains(link) else { continue }
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
            } else if !agreement.holds(for: url) {
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
        let others = countOthers(links, page, base, rules, &seen)
        if others > 0 { skipped[.scope, default: 0] += others }
        return PageDiscovery(urls: urls + kept, skipped: skipped)
    }

    /// Why a page that was found is not asked for where it redirects to; nil where it is. A link to there would be left for the
    /// same reason.
    ///
    /// - Parameter target: where the redirect leads, as the server says it.
    func reasonToSkip(redirectTo target: WebURL, of page: ClaimedPage) -> SkipReason? {
        guard let rules else { return nil }
        let url = rules.normalization.apply(to: target)
        if let reason = rules.reasonToSkip(url, depth: page.depth) { return reason }
        guard let filter, !filter.admits(url.withoutCredentialsAndFragment) else { return nil }
        return .scope
    }

    /// How many URLs are reached by no links but such as are not followed. A page that names itself is not counted.
    private func countOthers(
        _ links: [PageLink], _ page: WebURL, _ base: WebURL, _ rules: FollowRules, _ seen: inout Set<String>
    ) -> Int {
        var count = 0
        var own: String?
        for link in links where !selection.contains(link) {
            guard let parsed = try? WebURL(parsing: link.href, base: base) else { continue }
            let text = rules.normalization.apply(to: parsed).withoutCredentialsAndFragment
            own = own ?? rules.normalization.apply(to: page).withoutCredentialsAndFragment
            if text != own, seen.insert(text).inserted { count += 1 }
        }
        return count
    }

    /// What a sitemap leads to.
    ///
    /// What the job's own sitemaps list are the job's own URLs, as if they stood in `urls`; of those that a robots.txt names only
    /// what is in scope counts.
    ///
    /// - Parameters:
    ///   - url: the sitemap's own, which entries are relative to.
    ///   - leftOut: how many entries the sitemap has beside these.
    func sift(_ entries: [SitemapEntry], at url: WebURL, of sitemap: ClaimedPage, leftOut: Int)
        -> PageDiscovery
    {
        var base = EntryBase(url)
        var urls: [DiscoveredURL] = []
        var kept: [DiscoveredURL] = []
        var skipped: [SkipReason: Int] = [:]
        for entry in entries {
            guard let parsed = try? WebURL(parsing: entry.location, base: base.resolving(entry.bases)),
                parsed.isHTTP
            else {
                skipped[.invalidURL, default: 0] += 1
                continue
            }
            let isSitemap = entry.kind == .sitemap
            let url = isSitemap ? parsed : normalization.apply(to: parsed)
            var found = DiscoveredURL(
                url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength,
                kind: isSitemap ? .sitemap : .page, depth: isSitemap ? sitemap.depth + 1 : 0)
            found.lastModified = entry.lastModified
            found.priority = entry.priority
            guard let reason = reasonToSkip(found, url) else {
                urls.append(found)
                continue
            }
            skipped[reason, default: 0] += 1
            guard keepsSkipped else { continue }
            found.skipReason = reason
            kept.append(found)
        }
        return PageDiscovery(
            urls: urls + kept, skipped: skipped,
            sitemap: SitemapCounts(entries: entries.count, leftOut: leftOut))
    }

    private func reasonToSkip(_ found: DiscoveredURL, _ url: WebURL) -> SkipReason? {
        guard agreement.holds(for: url) else { return .invalidURL }
        if urlLength > 0, found.url.utf8.count > urlLength { return .limit }
        if found.kind == .sitemap { return found.depth <= SitemapReader.maximumNesting ? nil : .depth }
        if let reason = rules?.reasonToSkip(url, depth: 0) { return reason }
        if let filter, !filter.admits(found.url) { return .scope }
        return nil
    }
}

/// What the entries of a sitemap are relative to. Those of a feed mostly have the same bases, so the last ones are kept.
private struct EntryBase {
    private let url: WebURL
    private var bases: [String] = []
    private var base: WebURL

    init(_ url: WebURL) {
        self.url = url
        base = url
    }

    /// The base that some values of `xml:base` give, the outermost first. One that is no URL is passed over.
    mutating func resolving(_ bases: [String]) -> WebURL {
        if bases != self.bases {
            self.bases = bases
            base = bases.reduce(url) { base, text in (try? WebURL(parsing: text, base: base)) ?? base }
        }
        return base
    }
}
