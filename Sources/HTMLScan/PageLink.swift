/// A link of a page: what an `a` or `area` element refers to.
public struct PageLink: Equatable, Sendable {
    /// The `href` as it is written, with its references resolved and without white space around it.
    ///
    /// Of a page that is not in UTF-8 the query is percent-encoded in the page's encoding where it is not ASCII, as the URL
    /// Standard asks (§4.4, query state).
    public let href: String
    /// The `rel`, as it is written; empty where there is none.
    public let rel: String

    /// Whether the page says that this link is not to be followed: `nofollow` is among the words of its `rel`.
    public var isNofollow: Bool { rel.hasWord("nofollow") }

    init(href: String, rel: String) {
        self.href = href
        self.rel = rel
    }
}

extension String {
    /// Whether a word is among those of a list, whose letters may be of either case.
    ///
    /// Words are separated by white space and commas.
    func hasWord(_ word: StaticString) -> Bool {
        utf8.split { $0.isASCIIWhitespace || $0 == UInt8(ascii: ",") }
            .contains { $0.elementsEqual(word.bytes) { $0.asciiLowercased == $1 } }
    }
}
