/// The elements that the HTML Standard gives rules of their own.
enum ElementKind: Int, CaseIterable {
    case html, head, body, frameset, frame, noframes
    case title, base, basefont, bgsound, link, meta, noscript, script, style, template
    case address, article, aside, blockquote, center, details, dialog, dir, div, dl, fieldset, figcaption,
        figure
    case footer, header, hgroup, main, menu, nav, ol, p, search, section, summary, ul
    case h1, h2, h3, h4, h5, h6, pre, listing, form, li, dd, dt, plaintext, button
    case a, b, big, code, em, font, i, nobr, s, small, strike, strong, tt, u
    case applet, marquee, object, table, area, br, embed, img, keygen, wbr, input, param, source, track, hr,
        image
    case textarea, xmp, iframe, noembed, select, optgroup, option, ruby, rb, rp, rt, rtc, math, svg
    case caption, col, colgroup, tbody, td, tfoot, th, thead, tr
    case mi, mo, mn, ms, mtext, mglyph, malignmark, desc, span, sub, sup, `var`
    case annotationXML, foreignObject
    /// Any other.
    case other

    /// The kind of an element, by its name in lower case.
    static func of(_ name: TagName) -> ElementKind { entry(for: name)?.kind ?? .other }

    /// What holds for the element where it is one of HTML.
    var traits: ElementTraits { Self.traitsByKind[rawValue] }

    /// What holds for an element of HTML, by its name in lower case; nothing for one that is not known.
    static func traits(of name: TagName) -> ElementTraits { entry(for: name)?.traits ?? [] }

    @inline(__always)
    private static func entry(for name: TagName) -> Entry? {
        var low = 0
        var high = known.count
        while low < high {
            let middle = (low + high) / 2
            let entry = known[middle]
            if entry.bits == name.bits { return entry }
            if entry.bits < name.bits { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private struct Entry {
        /// The name, as ``TagName`` packs it.
        let bits: UInt128
        let kind: ElementKind
        let traits: ElementTraits
    }

    /// All kinds but ``other``, in the order of their names' bits.
    private static let known: [Entry] = allCases.filter { $0 != .other }
        .map { Entry(bits: TagName($0.elementName).bits, kind: $0, traits: $0.traits) }
        .sorted { $0.bits < $1.bits }

    private static let traitsByKind = ElementTraits.table()

    private var elementName: String {
        self == .annotationXML ? "annotation-xml" : String(describing: self).lowercased()
    }
}
