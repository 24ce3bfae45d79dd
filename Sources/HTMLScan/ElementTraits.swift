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
    /// Has no content and no end tag.
    static let void = ElementTraits(rawValue: 1 << 5)

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
        (["script", "style", "textarea", "xmp", "iframe", "noembed", "noframes", "title"], .rawText),
        (["svg", "math"], [.structural, .foreignRoot]),
        (["foreignobject", "mi", "mo", "mn", "ms", "mtext"], .integrationPoint),
        // A `desc` or `title` of an `svg` is told apart from other elements by where it stands.
        (["desc"], .integrationPoint),
        (["template", "frameset", "select"], .structural),
        (
            [
                "b", "big", "blockquote", "center", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3",
                "h4", "h5",
                "h6", "i", "li", "menu", "ol", "p", "pre", "s", "small", "span", "strong", "strike", "sub",
                "sup",
                "table", "tt", "u", "ul", "var",
            ], [.structural, .breaksOut]
        ),
        (["body", "head", "listing", "nobr", "ruby"], .breaksOut),
        (["br", "embed", "hr", "img", "meta"], [.breaksOut, .void]),
        (
            [
                "a", "abbr", "acronym", "address", "applet", "bdo", "button", "caption", "cite", "colgroup",
                "del",
                "dfn", "dir", "fieldset", "font", "form", "ins", "kbd", "label", "legend", "map", "object",
                "optgroup",
                "option", "q", "samp", "tbody", "td", "tfoot", "th", "thead", "tr",
            ], .structural
        ),
        (["area", "base", "basefont", "bgsound", "col", "frame", "input", "link", "param"], .void),
    ]
}
