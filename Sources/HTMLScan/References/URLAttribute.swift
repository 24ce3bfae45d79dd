/// An attribute of HTML that holds a URL, or several.
///
/// The table has the HTML Standard's attributes, those of its obsolete features, and those that it never had but browsers
/// knew. `usemap` and `itemtype` are none: the first names a `map`, the second a vocabulary.
struct URLAttribute {
    /// How URLs stand in the value.
    enum Grammar {
        case url
        /// URLs with white space between.
        case words
        /// URLs with commas between.
        case commaSeparated
        /// The candidates of an image ("srcset attribute").
        case candidates
    }

    let name: TagValues.Name
    /// The elements that have it; empty for all.
    let elements: [TagName]
    let grammar: Grammar
    /// What the URLs are for; nil for a `link`, whose `rel` says it.
    let kind: PageReference.Kind?

    private init(
        _ name: TagValues.Name, of elements: [StaticString] = [], _ kind: PageReference.Kind?,
        _ grammar: Grammar = .url
    ) {
        self.name = name
        self.elements = elements.map { TagName($0) }
        self.grammar = grammar
        self.kind = kind
    }

    /// What an attribute of an element holds; nil where it is no URL.
    static func of(_ name: TagValues.Name, on element: TagName) -> URLAttribute? {
        all.first { $0.name == name && ($0.elements.isEmpty || $0.elements.contains(element)) }
    }

    static let all = [
        URLAttribute(.href, of: ["a", "area"], .hyperlink),
        URLAttribute(.href, of: ["link"], nil),
        URLAttribute(
            .src,
            of: [
                "img", "image", "script", "iframe", "frame", "source", "video", "audio", "track", "embed",
                "input", "bgsound",
            ], .asset),
        URLAttribute(.srcset, of: ["img", "image", "source"], .asset, .candidates),
        URLAttribute(.imagesrcset, of: ["link"], .asset, .candidates),
        URLAttribute(.poster, of: ["video"], .asset),
        URLAttribute(.data, of: ["object"], .asset),
        URLAttribute(.action, of: ["form"], .form),
        URLAttribute(.formaction, of: ["button", "input"], .form),
        URLAttribute(.cite, of: ["blockquote", "q", "ins", "del"], .hyperlink),
        URLAttribute(.ping, of: ["a", "area"], .ping, .words),
        URLAttribute(.itemid, .identifier),
        URLAttribute(.manifest, of: ["html"], .asset),
        URLAttribute(
            .background, of: ["body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"], .asset),
        URLAttribute(.longdesc, of: ["img", "image", "iframe", "frame"], .hyperlink),
        URLAttribute(.icon, of: ["menuitem", "command"], .asset),
        URLAttribute(.lowsrc, of: ["img", "image"], .asset),
        URLAttribute(.archive, of: ["object"], .asset, .words),
        URLAttribute(.archive, of: ["applet"], .asset, .commaSeparated),
        URLAttribute(.codebase, of: ["object", "applet"], .identifier),
        URLAttribute(.classid, of: ["object"], .identifier),
        URLAttribute(.profile, of: ["head"], .identifier, .words),
    ]
}
