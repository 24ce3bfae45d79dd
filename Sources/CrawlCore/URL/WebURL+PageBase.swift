extension WebURL {
    /// The URL that a page's links are relative to (HTML Standard, §2.4.3).
    ///
    /// - Parameters:
    ///   - href: the `href` of the page's `base`; nil where it has none. One that is no URL, or whose scheme is `data` or
    ///     `javascript`, does not count.
    ///   - page: the page's own URL.
    package static func base(_ href: String?, of page: WebURL) -> WebURL {
        guard let href, let base = try? WebURL(parsing: href, base: page) else { return page }
        return base.scheme == "data" || base.scheme == "javascript" ? page : base
    }
}
