/// What a scanner must know of an element to find the title of a page.
struct ElementTraits: OptionSet {
    let rawValue: UInt16

    /// Its content is text up to its end tag (HTML Standard: RAWTEXT, RCDATA and script data).
    static let rawText = ElementTraits(rawValue: 1 << 0)
    /// Its start tag ends foreign content (HTML Standard, §13.2.6.5).
    static let breaksOut = ElementTraits(rawValue: 1 << 1)
    /// Once it was seen, a page can no longer be a frameset (HTML Standard, "frameset-ok flag").
    static let isContent = ElementTraits(rawValue: 1 << 2)
    /// It is not among the open elements: it has no content, or is always there.
    static let notKept = ElementTraits(rawValue: 1 << 3)
    /// It has no content.
    static let void: ElementTraits = [ElementTraits(rawValue: 1 << 6), .notKept]
    /// Its start tag closes an element of the same name that is open.
    static let closesItsLike = ElementTraits(rawValue: 1 << 4)
    /// It may stand in the `head`; any other begins the body.
    static let isOfHead = ElementTraits(rawValue: 1 << 7)
    /// Nothing but that it is known.
    static let known = ElementTraits(rawValue: 1 << 5)

    /// The traits of an element, or none for one that is not known.
    static func of(_ name: TagName) -> ElementTraits {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            let entry = table[middle]
            if entry.bits == name.bits { return entry.traits }
            if entry.bits < name.bits { low = middle + 1 } else { high = middle }
        }
        return []
    }

    private static let table: [(bits: UInt128, traits: ElementTraits)] = groups.flatMap { names, traits in
        names.map { (TagName($0).bits, traits) }
    }.sorted { $0.0 < $1.0 }

    private static let groups: [(names: [StaticString], traits: ElementTraits)] = [
        (["noembed"], .rawText),
        (["script", "style", "noframes", "title"], [.rawText, .isOfHead]),
        (["textarea", "xmp", "iframe"], [.rawText, .isContent]),
        (["frameset", "plaintext"], .notKept),
        (["html", "base", "basefont", "bgsound", "link"], [.notKept, .isOfHead]),
        (["col", "frame", "input", "param", "source", "track"], .notKept),
        (["area", "image", "keygen", "wbr"], [.void, .isContent]),
        (["head"], [.notKept, .breaksOut, .isOfHead]),
        (["meta"], [.void, .breaksOut, .isOfHead]),
        (["body"], [.notKept, .breaksOut, .isContent]),
        (["br", "embed", "hr", "img"], [.void, .breaksOut, .isContent]),
        (
            [
                "b", "big", "blockquote", "center", "code", "div", "dl", "em", "h1", "h2", "h3", "h4", "h5",
                "h6",
                "i", "menu", "nobr", "ol", "ruby", "s", "small", "span", "strong", "strike", "sub", "sup",
                "tt", "u",
                "ul", "var",
            ], .breaksOut
        ),
        (["p"], [.breaksOut, .closesItsLike]),
        (["dd", "dt", "li"], [.breaksOut, .closesItsLike, .isContent]),
        (["listing", "pre", "table"], [.breaksOut, .isContent]),
        (["optgroup", "option", "tbody", "td", "tfoot", "th", "thead", "tr"], .closesItsLike),
        (["applet", "button", "marquee", "object", "select"], .isContent),
        (
            ["a", "abbr", "article", "aside", "cite", "font", "footer", "form", "header", "label", "nav"],
            .known
        ),
        (["section", "svg", "math"], .known),
        (["template", "noscript"], [.known, .isOfHead]),
    ]
}
