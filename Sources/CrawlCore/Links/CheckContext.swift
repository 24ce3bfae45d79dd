/// What is known of a URL that is only checked, beside its page.
///
/// It is a class, so that a page that is not one costs one nil.
package final class CheckContext: Sendable {
    /// Whether its host is one that the run's own list names.
    package let isOwn: Bool
    /// Whether HEAD will do. Otherwise it is asked for with GET: its places are wanted, or HEAD was tried.
    package let asksWithHEAD: Bool
    /// What the run before found out; nil for nothing.
    package let former: (verdict: LinkVerdict, reason: LinkReason?)?

    /// A context.
    package init(isOwn: Bool, asksWithHEAD: Bool, former: (verdict: LinkVerdict, reason: LinkReason?)? = nil)
    {
        self.isOwn = isOwn
        self.asksWithHEAD = asksWithHEAD
        self.former = former
    }
}
