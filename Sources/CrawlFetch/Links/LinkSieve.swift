package import CrawlCore
internal import Curl
internal import Extract
internal import HTMLScan
internal import Sitemap

/// Selects which links of a page, and which entries of a sitemap, are to be requested.
///
/// It belongs to one thread, that of its loop.
package final class LinkSieve {
    /// Which links are followed; nil when the job reads sitemaps and follows no links.
    private var rules: FollowRules?
    private let filter: URLFilter?
    private let obeysNofollow: Bool
    private let keepsSkipped: Bool
    private let selection: LinkSelection
    /// Hosts that curl reads out of a URL as we do.
    private var agreedHosts = AgreedHosts()

    private let normalization: URLNormalization
    private let urlLength: Int
    /// Entries of sitemaps that were last changed before this instant, in unix milliseconds, are skipped; nil when none are.
    private let newerThan: Int64?

    /// Makes links of what pages refer to; nil where the job keeps none.
    private var reader: LinkReader?
    /// The folder that stands for the site; nil for none.
    private let folder: FolderSite?

    /// A sieve for a job; nil when it follows nothing and keeps no links.
    ///
    /// - Parameters:
    ///   - rules: those of the job, with the run's seeds in their scope; nil when it follows sitemaps only.
    ///   - start: when the run began, in unix milliseconds.
    ///   - folder: stands for the site; nil, the default, for none.
    /// - Throws: `URLFilterError` when an expression of the job is not valid.
    package init?(_ spec: JobSpec, rules: FollowRules?, runFrom start: Int64, folder: FolderSite? = nil)
        throws
    {
        guard spec.discoversPages || spec.keepsLinks else { return nil }
        self.folder = folder
        reader = try LinkReader(spec)
        let follow = spec.follow ?? JobSpec.Follow()
        self.rules = rules
        normalization = URLNormalization(spec.normalize)
        urlLength = spec.limits.urlLength
        newerThan = spec.newerThan?.instant(ofRunFrom: start)
        filter =
            follow.include.isEmpty && follow.exclude.isEmpty
            ? nil : try URLFilter(include: follow.include, exclude: follow.exclude)
        obeysNofollow = follow.nofollow == .obey
        keepsSkipped = spec.keepsSkipped
        selection = LinkSelection(follow.links)
    }

    /// Whether the links of pages are kept.
    var keepsLinks: Bool { reader != nil }

    /// What a page or a stylesheet leads to, with its links.
    ///
    /// - Parameter followed: what of it is followed; nil for nothing.
    func keep(_ source: LinkReader.Source, followed: PageDiscovery?) -> PageDiscovery? {
        guard
            let (links, checks) = reader?.read(
                source, followed: followed?.urls ?? [], isOwn: ownership(for: source.page))
        else { return followed }
        return PageDiscovery(
            urls: (followed?.urls ?? []) + checks, skipped: followed?.skipped ?? [:], links: links)
    }

    /// What is to be checked where a page redirects to and the run does not follow; nil for nothing.
    ///
    /// - Parameter target: where the redirect leads, as the server wrote it.
    func check(redirectTo target: WebURL, of page: ClaimedPage) -> PageDiscovery? {
        guard let home = try? WebURL(parsing: page.url),
            let found = reader?.check(
                normalization.apply(to: target), depth: page.depth, isOwn: ownership(for: home))
        else { return nil }
        return PageDiscovery(urls: [found])
    }

    /// Whether a URL is of the site that is crawled, as a page sees it.
    private func ownership(for page: WebURL) -> (WebURL) -> Bool {
        let (rules, folder) = (rules, folder)
        return { url in
            folder?.stands(for: url) ?? rules?.scope.contains(url) ?? (url.hostKey == page.hostKey)
        }
    }

    /// Adds a URL that a seed was redirected to. It extends the scope as a seed does.
    package func insert(seed: WebURL) {
        rules?.scope.insert(seed: seed)
    }

    /// The URLs of a page's links that are requested, and how many are not and why.
    ///
    /// - Parameters:
    ///   - links: the links, in the order of the page.
    ///   - page: the page's URL.
    ///   - base: the URL that the links are relative to.
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
            // Links within the page, and kinds of links that the job does not follow.
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
            } else if !agreedHosts.admit(url) {
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

    /// Why the redirect of a page that was found is not followed; nil when it is. A link to the same place would not be
    /// followed for the same reason.
    ///
    /// - Parameter target: where the redirect leads, as the server wrote it.
    func reasonToSkip(redirectTo target: WebURL, of page: ClaimedPage) -> SkipReason? {
        guard let rules else { return nil }
        let url = rules.normalization.apply(to: target)
        if let reason = rules.reasonToSkip(url, depth: page.depth) { return reason }
        guard let filter, !filter.admits(url.withoutCredentialsAndFragment) else { return nil }
        return .scope
    }

    /// How many URLs are reached only by kinds of links that the job does not follow. The page's own URL does not count.
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

    /// The URLs of a sitemap's entries that are requested, and how many are not and why.
    ///
    /// The entries of the job's own sitemaps are taken like the URLs of its list. Those of a sitemap that a robots.txt names
    /// must be in scope.
    ///
    /// - Parameters:
    ///   - url: the sitemap's own, to which its entries are relative.
    ///   - leftOut: how many more entries the sitemap has.
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
            let isSitemap = entry.kind != .page
            let url = isSitemap ? parsed : normalization.apply(to: parsed)
            var found = DiscoveredURL(
                url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength,
                kind: isSitemap ? .sitemap : .page, depth: isSitemap ? sitemap.depth + 1 : 0)
            found.lastModified = entry.lastModified
            found.priority = entry.priority
            guard let reason = reasonToSkip(found, url, entry.kind) else {
                urls.append(found)
                continue
            }
            skipped[reason, default: 0] += 1
            // What has not changed is not gone: it has a row whatever the job says of others.
            guard keepsSkipped || reason == .notNewer else { continue }
            found.skipReason = reason
            kept.append(found)
        }
        return PageDiscovery(
            urls: urls + kept, skipped: skipped,
            sitemap: SitemapCounts(entries: entries.count, leftOut: leftOut))
    }

    private func reasonToSkip(
        _ found: DiscoveredURL, _ url: WebURL, _ kind: SitemapEntry.Kind
    ) -> SkipReason? {
        guard agreedHosts.admit(url) else { return .invalidURL }
        if urlLength > 0, found.url.utf8.count > urlLength { return .limit }
        switch kind {
        case .sitemap: return found.depth <= SitemapReader.maximumNesting ? nil : .depth
        case .nextPage: return found.depth <= SitemapReader.maximumPages ? nil : .depth
        case .page: break
        }
        if let reason = rules?.reasonToSkip(url, depth: 0) { return reason }
        if let filter, !filter.admits(found.url) { return .scope }
        // The date of a sitemap in an index does not count: many sites set it wrong.
        if let newerThan, let changed = found.lastModified, changed < newerThan { return .notNewer }
        return nil
    }
}

/// The URL that the entries of a sitemap are relative to. Most entries of a feed have the same bases, so the last are kept.
private struct EntryBase {
    private let url: WebURL
    private var bases: [String] = []
    private var base: WebURL

    init(_ url: WebURL) {
        self.url = url
        base = url
    }

    /// The base that results from values of `xml:base`, the outermost first. A value that is no URL is ignored.
    mutating func resolving(_ bases: [String]) -> WebURL {
        if bases != self.bases {
            self.bases = bases
            base = bases.reduce(url) { base, text in (try? WebURL(parsing: text, base: base)) ?? base }
        }
        return base
    }
}
