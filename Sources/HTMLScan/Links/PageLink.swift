internal import TrawlText

/// A link of a page, in one of its elements or in a field of its response's header.
package struct PageLink: Equatable, Sendable {
    /// The element or field that holds a link.
    package enum Origin: UInt8, Sendable, CaseIterable {
        /// An `a` of HTML.
        case anchor
        case area
        /// An `a` of SVG that has a `href`.
        case svgAnchor
        /// An `a` of SVG that has an `xlink:href` only.
        case xlinkAnchor
        case frame
        case iframe
        /// A `meta` with `http-equiv=refresh`.
        case metaRefresh
        /// A `link`.
        case link
        /// The header field `Link` (RFC 8288).
        case linkField
        /// The header field `Refresh`.
        case refreshField

        /// The element's name; nil for a field.
        package var element: String? {
            switch self {
            case .anchor, .svgAnchor, .xlinkAnchor: "a"
            case .area: "area"
            case .frame: "frame"
            case .iframe: "iframe"
            case .metaRefresh: "meta"
            case .link: "link"
            case .linkField, .refreshField: nil
            }
        }

        /// The name of the attribute or, where there is no element, of the field.
        package var attribute: String {
            switch self {
            case .anchor, .area, .svgAnchor, .link: "href"
            case .xlinkAnchor: "xlink:href"
            case .frame, .iframe: "src"
            case .metaRefresh: "content"
            case .linkField: "Link"
            case .refreshField: "Refresh"
            }
        }
    }

    /// How the target of a `link`, or of a `Link` field, is related to the page.
    package struct Relations: OptionSet, Sendable {
        /// One bit a relation.
        package let rawValue: UInt8
        /// Relations of bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The next page of a series: `next`.
        package static let next = Relations(rawValue: 1)
        /// The previous page of a series: `prev` or `previous`.
        package static let previous = Relations(rawValue: 2)
        /// The address that the page itself should have: `canonical`.
        package static let canonical = Relations(rawValue: 4)
        /// The page in another form: `alternate`. An alternative style sheet does not count.
        package static let alternate = Relations(rawValue: 8)
    }

    /// The address as it is written, with its references resolved and without white space around it.
    ///
    /// In a page that is not in UTF-8, the query's characters beyond ASCII are percent-encoded in the page's
    /// encoding, as the URL Standard asks (§4.4, query state).
    package let href: String
    /// The `rel`, as it is written; empty where there is none.
    package let rel: String
    /// The element or field that holds the link.
    package let origin: Origin

    /// Whether `nofollow` is among the words of its `rel`.
    package var isNofollow: Bool { rel.hasWord("nofollow") }

    /// How the target is related to the page, by the link's `rel`.
    package var relations: Relations { Relations(rel: rel) }

    /// A link; nothing is checked.
    package init(href: String, rel: String, origin: Origin) {
        self.href = href
        self.rel = rel
        self.origin = origin
    }
}

extension PageLink.Relations {
    /// The relations that are among the words of a `rel`.
    package init(rel: String) {
        self = []
        var isStyleSheet = false
        for word in rel.words {
            switch word.count {
            case 4 where word.matches("next"): insert(.next)
            case 4 where word.matches("prev"), 8 where word.matches("previous"): insert(.previous)
            case 9 where word.matches("canonical"): insert(.canonical)
            case 9 where word.matches("alternate"): insert(.alternate)
            case 10 where word.matches("stylesheet"): isStyleSheet = true
            default: break
            }
        }
        if isStyleSheet { remove(.alternate) }
    }
}

extension String {
    /// Whether a word is among those of a list, whose letters may be of either case.
    ///
    /// Words are separated by white space and commas.
    func hasWord(_ word: StaticString) -> Bool { words.contains { $0.matches(word) } }

    fileprivate var words: [Substring.UTF8View] {
        utf8.split { $0.isASCIIWhitespace || $0 == UInt8(ascii: ",") }
    }
}

extension Substring.UTF8View {
    fileprivate func matches(_ word: StaticString) -> Bool {
        elementsEqual(word.bytes) { $0.asciiLowercased == $1 }
    }
}
