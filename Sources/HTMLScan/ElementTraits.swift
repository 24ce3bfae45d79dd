/// What a scanner must know of an element to find the title of a page.
struct ElementTraits: OptionSet {
    let rawValue: UInt16

    /// Reported to the HTML parser. Elements that are not can neither hold back nor hide a title.
    static let structural = ElementTraits(rawValue: 1 << 0)
    /// Its content is text up to its end tag (HTML Standard: RAWTEXT, RCDATA and script data).
    static let rawText = ElementTraits(rawValue: 1 << 1)
    /// Its start tag ends foreign content (HTML Standard, §13.2.6.5).
    static let breaksOut = ElementTraits(rawValue: 1 << 2)
    /// `svg` or `math`: its content is foreign.
    static let foreignRoot = ElementTraits(rawValue: 1 << 3)
    /// Within foreign content, its own content is HTML again.
    static let integrationPoint = ElementTraits(rawValue: 1 << 4)
    /// Once it was seen, a page can no longer be a frameset (HTML Standard, "frameset-ok flag").
    static let isContent = ElementTraits(rawValue: 1 << 5)

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
        (["script", "style", "noembed", "noframes", "title"], .rawText),
        (["textarea", "xmp", "iframe"], [.rawText, .isContent]),
        (["svg", "math"], [.structural, .foreignRoot]),
        // A `title` of an `svg` is one too; it is told from HTML's by where it stands.
        (["foreignobject", "desc", "mi", "mo", "mn", "ms", "mtext"], .integrationPoint),
        (["template"], .structural),
        (["select"], [.structural, .isContent]),
        (
            [
                "b", "big", "blockquote", "center", "code", "div", "dl", "em", "h1", "h2", "h3", "h4", "h5",
                "h6", "i",
                "menu", "ol", "p", "s", "small", "span", "strong", "strike", "sub", "sup", "tt", "u", "ul",
                "var",
            ], [.structural, .breaksOut]
        ),
        (["dd", "dt", "li", "pre", "table"], [.structural, .breaksOut, .isContent]),
        (["head", "meta", "nobr", "ruby"], .breaksOut),
        (["body", "br", "embed", "hr", "img", "listing"], [.breaksOut, .isContent]),
        (
            [
                "a", "abbr", "acronym", "address", "bdo", "caption", "cite", "colgroup", "del", "dfn", "dir",
                "fieldset", "font", "form", "ins", "kbd", "label", "legend", "map", "optgroup", "option", "q",
                "samp",
                "tbody", "td", "tfoot", "th", "thead", "tr",
            ], .structural
        ),
        (["applet", "button", "object"], [.structural, .isContent]),
        (["area", "image", "keygen", "marquee", "wbr"], .isContent),
    ]
}
