/// What the rules of the HTML Standard ask of an element of HTML.
struct ElementTraits: OptionSet {
    let rawValue: UInt32

    // MARK: - For the title, and for everything else that goes by tags alone

    /// Its content is text up to its end tag (RAWTEXT, RCDATA and script data).
    static let rawText = ElementTraits(rawValue: 1 << 0)
    /// Its start tag ends foreign content (§13.2.6.5).
    static let breaksOut = ElementTraits(rawValue: 1 << 1)
    /// A page that has it can no longer be a frameset ("frameset-ok flag").
    static let isContent = ElementTraits(rawValue: 1 << 2)
    /// It is not among the open elements: it has no content, or is always there.
    static let notKept = ElementTraits(rawValue: 1 << 3)
    /// Its start tag closes an open element of the same name.
    static let closesItsLike = ElementTraits(rawValue: 1 << 4)
    /// It may stand in the `head`. Any other element begins the body.
    static let isOfHead = ElementTraits(rawValue: 1 << 5)

    // MARK: - For the tree

    /// "Special" (§13.2.4.2).
    static let special = ElementTraits(rawValue: 1 << 8)
    /// The search for an element "in scope" ends here.
    static let scope = ElementTraits(rawValue: 1 << 9)
    /// The search "in list item scope" ends here too.
    static let listScope = ElementTraits(rawValue: 1 << 10)
    /// The search "in button scope" ends here too.
    static let buttonScope = ElementTraits(rawValue: 1 << 11)
    /// The search "in table scope" ends here.
    static let tableScope = ElementTraits(rawValue: 1 << 12)
    /// Its end tag may be implied ("generate implied end tags").
    static let impliedEnd = ElementTraits(rawValue: 1 << 13)
    /// Its end tag may be implied where a template ends ("thoroughly").
    static let impliedEndInTemplate = ElementTraits(rawValue: 1 << 14)
    /// "Formatting": it is opened again after what has closed it.
    static let formatting = ElementTraits(rawValue: 1 << 15)
    /// What stands in it, and not in a cell, goes before its table ("foster parenting").
    static let fosters = ElementTraits(rawValue: 1 << 16)
    /// `h1` to `h6`.
    static let heading = ElementTraits(rawValue: 1 << 17)
    /// An end tag closes it with all that is open in it, where it is in scope.
    static let block = ElementTraits(rawValue: 1 << 18)

    /// The traits of each kind of elements, by its raw value.
    static func table() -> [ElementTraits] {
        var table = [ElementTraits](repeating: [], count: ElementKind.allCases.count)
        for (kinds, traits) in groups {
            for kind in kinds { table[kind.rawValue].formUnion(traits) }
        }
        return table
    }

    /// What kinds have in common; the traits of a kind are those of all its groups.
    private static let groups: [(kinds: [ElementKind], traits: ElementTraits)] = tagGroups + treeGroups

    private static let tagGroups: [(kinds: [ElementKind], traits: ElementTraits)] = [
        ([.noembed, .script, .style, .noframes, .title, .textarea, .xmp, .iframe], .rawText),
        (
            [
                .frameset, .plaintext, .html, .base, .basefont, .bgsound, .link, .col, .frame, .input, .param,
                .source, .track, .area, .image, .keygen, .wbr, .head, .meta, .body, .br, .embed, .hr, .img,
            ], .notKept
        ),
        (
            [
                .script, .style, .noframes, .title, .html, .base, .basefont, .bgsound, .link, .head, .meta,
                .template, .noscript,
            ], .isOfHead
        ),
        (
            [
                .head, .meta, .body, .br, .embed, .hr, .img, .b, .big, .blockquote, .center, .code, .div, .dl,
                .em, .h1, .h2, .h3, .h4, .h5, .h6, .i, .menu, .nobr, .ol, .ruby, .s, .small, .span, .strong,
                .strike, .sub, .sup, .tt, .u, .ul, .var, .p, .dd, .dt, .li, .listing, .pre, .table,
            ], .breaksOut
        ),
        (
            [
                .textarea, .xmp, .iframe, .area, .image, .keygen, .wbr, .body, .br, .embed, .hr, .img, .dd,
                .dt,
                .li, .listing, .pre, .table, .applet, .button, .marquee, .object, .select,
            ], .isContent
        ),
        (
            [.p, .dd, .dt, .li, .optgroup, .option, .tbody, .td, .tfoot, .th, .thead, .tr], .closesItsLike
        ),
    ]

    private static let treeGroups: [(kinds: [ElementKind], traits: ElementTraits)] = [
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
        ([.caption, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr], .impliedEndInTemplate),
        ([.a, .b, .big, .code, .em, .font, .i, .nobr, .s, .small, .strike, .strong, .tt, .u], .formatting),
        ([.table, .tbody, .tfoot, .thead, .tr], .fosters), ([.h1, .h2, .h3, .h4, .h5, .h6], .heading),
    ]
}
