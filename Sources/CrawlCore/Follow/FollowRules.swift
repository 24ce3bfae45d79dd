/// What is followed of the links of a run's pages, as far as a URL tells: scope, depth and traps, in this order.
///
/// What the job's regular expressions say is `URLFilter`'s, what robots.txt says the host's, and whether the URL is known
/// already the store's.
package struct FollowRules: Sendable {
    /// Where links may lead. The run's seeds are to be inserted.
    package var scope: URLScope
    /// What is done to each URL first, also to the seeds.
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
