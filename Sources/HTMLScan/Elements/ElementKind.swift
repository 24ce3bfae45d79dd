/// The elements that the HTML Standard's tree construction (§13.2.6) knows by name.
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
    static func of(_ name: TagName) -> ElementKind {
        var low = 0
        var high = known.count
        while low < high {
            let middle = (low + high) / 2
            let entry = known[middle]
            if entry.bits == name.bits { return entry.kind }
            if entry.bits < name.bits { low = middle + 1 } else { high = middle }
        }
        return .other
    }

    private static let known: [(bits: UInt128, kind: ElementKind)] = allCases.filter { $0 != .other }
        .map { (TagName($0.elementName).bits, $0) }.sorted { $0.0 < $1.0 }

    private var elementName: String {
        self == .annotationXML ? "annotation-xml" : String(describing: self).lowercased()
    }

    /// What holds for the element where it is one of HTML.
    var traits: Traits { Self.traitsByKind[rawValue] }

    /// What the rules ask of an element that is open.
    struct Traits: OptionSet {
        let rawValue: UInt16
        /// "Special" (§13.2.4.2).
        static let special = Traits(rawValue: 1 << 0)
        /// The search for an element "in scope" ends here.
        static let scope = Traits(rawValue: 1 << 1)
        /// So does that "in list item scope".
        static let listScope = Traits(rawValue: 1 << 2)
        /// So does that "in button scope".
        static let buttonScope = Traits(rawValue: 1 << 3)
        /// So does that "in table scope".
        static let tableScope = Traits(rawValue: 1 << 4)
        /// Its end tag may be implied ("generate implied end tags").
        static let impliedEnd = Traits(rawValue: 1 << 5)
        /// The same, where a template ends ("thoroughly").
        static let impliedEndInTemplate = Traits(rawValue: 1 << 6)
        /// "Formatting": it is opened again after what has closed it.
        static let formatting = Traits(rawValue: 1 << 7)
        /// What stands in it, and not in a cell, goes before its table ("foster parenting").
        static let fosters = Traits(rawValue: 1 << 8)
        /// `h1` to `h6`.
        static let heading = Traits(rawValue: 1 << 9)
        /// An end tag closes it with all that is open in it, where it is in scope.
        static let block = Traits(rawValue: 1 << 10)
        /// It has no content.
        static let void = Traits(rawValue: 1 << 11)
    }

    private static let traitsByKind: [Traits] = groups.reduce(
        into: Array(repeating: [], count: allCases.count)
    ) { table, group in
        for kind in group.kinds { table[kind.rawValue].formUnion(group.traits) }
    }

    private static let groups: [(kinds: [ElementKind], traits: Traits)] = [
        (
            [
                .address, .article, .aside, .blockquote, .center, .details, .dir, .div, .dl, .fieldset,
                .figcaption, .figure, .footer, .header, .hgroup, .main, .menu, .nav, .ol, .search, .section,
                .summary, .ul, .button, .listing, .pre, .select,
            ], [.special, .block]
        ),
        ([.dialog], .block),
        (
            [
                .applet, .area, .base, .basefont, .bgsound, .body, .br, .caption, .col, .colgroup, .dd, .dt,
                .embed, .form, .frame, .frameset, .h1, .h2, .h3, .h4, .h5, .h6, .head, .hr, .html, .iframe,
                .img, .input, .keygen, .li, .link, .marquee, .meta, .noembed, .noframes, .noscript, .object,
                .p, .param, .plaintext, .script, .source, .style, .table, .tbody, .td, .template, .textarea,
                .tfoot, .th, .thead, .title, .tr, .track, .wbr, .xmp,
            ], .special
        ),
        // With scripts a `noscript` is text, as in browsers: nothing in it may close what is around it.
        (
            [.applet, .caption, .html, .table, .td, .th, .marquee, .object, .select, .template, .noscript],
            .scope
        ),
        ([.ol, .ul], .listScope), ([.button], .buttonScope),
        ([.html, .table, .template, .noscript], .tableScope),
        (
            [.dd, .dt, .li, .optgroup, .option, .p, .rb, .rp, .rt, .rtc],
            [.impliedEnd, .impliedEndInTemplate]
        ),
        (
            [.caption, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr], .impliedEndInTemplate
        ),
        (
            [.a, .b, .big, .code, .em, .font, .i, .nobr, .s, .small, .strike, .strong, .tt, .u], .formatting
        ),
        ([.table, .tbody, .tfoot, .thead, .tr], .fosters), ([.h1, .h2, .h3, .h4, .h5, .h6], .heading),
        (
            [
                .area, .base, .basefont, .bgsound, .br, .col, .embed, .frame, .hr, .img, .input, .keygen,
                .link, .meta, .param, .source, .track, .wbr,
            ], .void
        ),
    ]
}
