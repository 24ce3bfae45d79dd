/// What of a page's structure decides whether a `title` is the page's.
struct PageStructure: ~Copyable {
    /// How what follows a start tag is to be read.
    enum Content {
        case markup
        case rawText
        case plaintext
        /// As raw text, and it is the page's title.
        case title
        /// Not at all: there can be no title.
        case none
    }

    /// Whether the innermost open element is foreign: of SVG or MathML.
    private(set) var isForeign = false

    /// Whether the page has more tags than are worth the time.
    var isExhausted: Bool { elements.isExhausted }

    private var elements = PageParser()
    /// Whether `svg`, `math` or `template` elements have been seen; until then nothing can hide a title.
    private var isGuarded = false
    private var isInTemplate = false
    private var hasContent = false

    private static let title = TagName("title")
    private static let plaintext = TagName("plaintext")
    private static let template = TagName("template")
    private static let frameset = TagName("frameset")
    private static let p = TagName("p")
    private static let br = TagName("br")
    private static let svg = TagName("svg")
    private static let math = TagName("math")
    /// The elements that stay MathML where a MathML element takes HTML content.
    private static let mglyph = TagName("mglyph")
    private static let malignmark = TagName("malignmark")
    /// Stands for a `title` of SVG, of which it has the properties, because libxml2 knows `title` as HTML's.
    private static let desc = TagName("desc")

    /// Forgets the page and begins another.
    mutating func reset() {
        isForeign = false
        isGuarded = false
        isInTemplate = false
        hasContent = false
        elements.reset()
    }

    /// Takes a start tag into account.
    ///
    /// - Parameter hasText: Whether there was text before it.
    mutating func readStartTag(_ name: TagName, isSelfClosing: Bool, hasText: Bool) -> Content {
        let traits = ElementTraits.of(name)
        if isForeign {
            guard traits.contains(.breaksOut) else {
                readForeignStartTag(name, traits, isSelfClosing: isSelfClosing)
                return .markup
            }
            closeForeign()
        }
        if traits.contains(.isContent) { hasContent = true }
        if name == Self.title { return isInTemplate ? .rawText : .title }
        if traits.contains(.rawText) { return .rawText }
        if name == Self.plaintext { return .plaintext }
        if name == Self.frameset { return hasText || hasContent || isInTemplate ? .markup : .none }
        if isGuarded, !isSelfClosing, name == Self.mglyph || name == Self.malignmark {
            openMathMLOnly(name)
        } else if traits.contains(.foreignRoot), !isSelfClosing {
            isForeign = true
            isGuarded = true
            elements.open(name)
        } else if traits.contains(.structural), !traits.contains(.foreignRoot) {
            elements.open(name)
            if name == Self.template {
                isGuarded = true
                isInTemplate = true
            }
        }
        return .markup
    }

    /// The title that was met last, as the parser reads it.
    ///
    /// - Parameter content: What stands between its tags, decoded and with its references resolved.
    mutating func title(_ content: String) -> String { elements.title(content) }

    /// Takes an end tag into account.
    mutating func readEndTag(_ name: TagName) {
        let traits = ElementTraits.of(name)
        guard isGuarded else {
            if traits.contains(.structural) { elements.close(name) }
            return
        }
        if isForeign, name == Self.p || name == Self.br { return closeForeign() }
        if name == Self.template {
            elements.closeThrough(name)
            isInTemplate = elements.contains(name)
        } else {
            let name = name == Self.title ? Self.desc : name
            guard isKnown(name) else { return }
            // What is within a template cannot close what is outside.
            if !isInTemplate || elements.contains(name, within: Self.template) { elements.close(name) }
        }
        updateForeign()
    }

    /// Whether elements of this name are ever opened.
    private func isKnown(_ name: TagName) -> Bool {
        !ElementTraits.of(name).isDisjoint(with: [.structural, .integrationPoint])
            || name == Self.mglyph || name == Self.malignmark
    }

    private mutating func readForeignStartTag(_ name: TagName, _ traits: ElementTraits, isSelfClosing: Bool) {
        if isSelfClosing { return }
        if traits.contains(.foreignRoot) || traits.contains(.integrationPoint) {
            elements.open(name)
        } else if name == Self.title, elements.innermost() == Self.svg {
            elements.open(Self.desc)
        }
        updateForeign()
    }

    private mutating func openMathMLOnly(_ name: TagName) {
        guard let innermost = elements.innermost(), ElementTraits.of(innermost).contains(.integrationPoint)
        else { return }
        elements.open(name)
        isForeign = true
    }

    private mutating func closeForeign() {
        updateForeign()
        while isForeign, let innermost = elements.innermost() {
            elements.close(innermost)
            updateForeign()
        }
    }

    private mutating func updateForeign() {
        let innermost = elements.innermost()
        isForeign =
            innermost == Self.svg || innermost == Self.math || innermost == Self.mglyph
            || innermost == Self.malignmark
    }
}
