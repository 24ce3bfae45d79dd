/// The rules by which links are followed or skipped, as far as the URL decides: scope, depth, length and traps, in
/// this order.
///
/// Other parts of the program decide the rest: `URLFilter` by the job's regular expressions, the crawl loop by
/// robots.txt, and the store by whether the URL is known already.
package struct FollowRules: Sendable {
    /// Where links may lead. The owner inserts the run's seeds.
    package var scope: URLScope
    /// The normalization that is applied to each URL first, seeds included.
    package let normalization: URLNormalization
    private let depth: Int?
    private let urlLength: Int
    private let traps: TrapRule

    /// The rules of a job; nil where it follows nothing.
    package init?(_ spec: JobSpec) {
        guard let follow = spec.follow else { return nil }
        scope = URLScope(follow.scope)
        normalization = URLNormalization(spec.normalize)
        depth = follow.depth
        urlLength = spec.limits.urlLength
        traps = TrapRule(spec.limits.trap)
    }

    /// Why a link is not followed; nil where it is.
    ///
    /// - Parameters:
    ///   - url: the URL, normalised.
    ///   - depth: links from a seed to this URL: that of the page it stands on plus one.
    package func reasonToSkip(_ url: WebURL, depth: Int) -> SkipReason? {
        guard scope.contains(url) else { return .scope }
        if let limit = self.depth, depth > limit { return .depth }
        if urlLength > 0, url.offsets.fragmentStart > urlLength { return .limit }
        return traps.isTrap(url, depth: depth) ? .trap : nil
    }
}
