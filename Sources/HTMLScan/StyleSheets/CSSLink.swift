/// A URL in a style sheet.
package struct CSSLink: Equatable, Sendable {
    /// What a URL stands in; the raw value is how users are told.
    package enum Origin: String, Sendable {
        /// The function `url()`, or a string of `image-set()`.
        case url = "url()"
        /// An `@import`.
        case `import` = "@import"
    }

    /// What the URL stands in.
    package let origin: Origin
    /// The URL as it is written, with its escapes resolved; at most ``CSSLinkScanner/urlLimit`` bytes of it.
    package let url: String
    /// Whether the URL is longer than what is kept of it.
    package let isCutOff: Bool
    /// The line on which the URL begins; the first is 1.
    package let line: Int

    /// A URL; nothing is checked.
    package init(_ origin: Origin, _ url: String, isCutOff: Bool = false, line: Int) {
        self.origin = origin
        self.url = url
        self.isCutOff = isCutOff
        self.line = line
    }
}
