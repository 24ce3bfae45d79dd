/// A URL that a page, a style sheet or the header of a response refers to, and where it stands.
package struct PageReference: Equatable, Sendable {
    /// The longest URL that is kept whole, in bytes.
    package static let urlLimit = 8 << 10
    /// How much is kept of a URL whose scheme is `data` or `javascript`: these hold content, and lead nowhere.
    static let contentURLLimit = 128
    /// How many characters (Unicode scalar values) of a text are kept.
    package static let textLimit = 200

    /// What the URL is for.
    package enum Kind: Sendable, CaseIterable {
        /// The reader may go there: by an `a`, an `area`, a `cite`, a `link` such as `next`, a refresh.
        case hyperlink
        /// The page needs it to be shown: an image, a script, a style sheet, the page of a frame.
        case asset
        /// A form is sent there.
        case form
        /// A connection may be opened to its host (`preconnect`, `dns-prefetch`). The URL itself is asked for by nobody.
        case hint
        /// Something is reported to it by POST: `ping`, and the endpoints `pingback` and `webmention`.
        case ping
        /// It names something, or is a part of another URL: `itemid`, `profile`, `codebase`, `classid`.
        case identifier
    }

    /// What the URL is for.
    package let kind: Kind
    /// The element's name in lower case; empty for a field of a header and for a style sheet of its own.
    package let element: String
    /// The attribute's name; for CSS in a `style` element or in a sheet `url()` or `@import`, for a header the field's name.
    package let attribute: String
    /// The words of the element's `rel`, or of the field's: in lower case, in their order, with one space between.
    package let rel: String
    /// The text of the link, or what stands in for an image (`alt`): white space collapsed, at most 200 characters.
    package let text: String
    /// The URL as it is written, with its references resolved and without white space around it; of a long one only the
    /// beginning. In a page that is not in UTF-8 its query is percent-encoded as ``PageLink/href`` is.
    package let url: String
    /// Whether the URL is longer than what is kept of it.
    package let isCutOff: Bool
    /// What the URL is relative to, in a document within the page (`srcdoc`) that has a `base` of its own; itself relative
    /// to the page's base. nil elsewhere.
    package let base: String?

    /// A reference; nothing is checked.
    package init(
        _ kind: Kind, element: String, attribute: String, rel: String = "", text: String = "", url: String,
        isCutOff: Bool = false, base: String? = nil
    ) {
        self.kind = kind
        self.element = element
        self.attribute = attribute
        self.rel = rel
        self.text = text
        self.url = url
        self.isCutOff = isCutOff
        self.base = base
    }

    /// The reference with a base, where it has none of its own.
    func relative(to base: String?) -> PageReference {
        PageReference(
            kind, element: element, attribute: attribute, rel: rel, text: text, url: url, isCutOff: isCutOff,
            base: self.base ?? base)
    }
}

/// A reference, where it stands first, and how often.
package struct CountedReference: Equatable, Sendable {
    /// What is referred to, and by what.
    package let reference: PageReference
    /// The line on which the element begins, or within CSS the URL; the first is 1, a header's is 0.
    package let line: Int
    /// How often the page has the very same reference.
    package internal(set) var count: Int

    /// A reference; nothing is checked.
    package init(reference: PageReference, line: Int, count: Int) {
        self.reference = reference
        self.line = line
        self.count = count
    }
}

/// Everything that a page refers to, and the ids that others may refer to.
package struct PageReferences: Equatable, Sendable {
    /// The references, each once; in the order in which their elements or texts end.
    package let references: [CountedReference]
    /// The ids of the page's elements.
    package let ids: ElementIDs
    /// Whether the page has more than was read or kept: more references, longer tags or more CSS.
    package let isCutShort: Bool

    init(_ list: ReferenceList, _ ids: ElementIDs) {
        references = list.references
        isCutShort = list.isCutShort
        self.ids = ids
    }
}
