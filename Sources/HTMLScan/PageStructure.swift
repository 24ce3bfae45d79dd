/// What of a page's structure decides whether a `title` is the page's.
struct PageStructure {
    /// How what follows a start tag is to be read.
    enum Content {
        case markup
        case rawText
        case plaintext
        /// As raw text, and it is the page's title.
        case title
    }

    /// Whether the innermost open element is foreign: of SVG or MathML.
    private(set) var isForeign = false

    private let elements = OpenElements()
    /// Whether `svg`, `math` or `template` elements have been seen; until then nothing can hide a title.
    private var isGuarded = false

    private static let title = TagName("title")
    private static let plaintext = TagName("plaintext")
    private static let template = TagName("template")
    private static let svg = TagName("svg")
    private static let math = TagName("math")
    private static let p = TagName("p")
    private static let br = TagName("br")
    /// Stands for a `title` of SVG, of which it has the properties, because libxml2 knows `title` as HTML's.
    private static let desc = TagName("desc")

    /// Forgets the page and begins another.
    mutating func reset() {
        isForeign = false
        isGuarded = false
        elements.reset()
    }

    /// Takes a start tag into account.
    mutating func readStartTag(_ name: TagName, isSelfClosing: Bool) -> Content {
        let traits = ElementTraits.of(name)
        if isForeign {
            guard traits.contains(.breaksOut) else {
                readForeignStartTag(name, traits, isSelfClosing: isSelfClosing)
                return .markup
            }
            closeForeign()
        }
        if name == Self.title {
            return isGuarded && elements.contains(Self.template) ? .rawText : .title
        }
        if traits.contains(.rawText) { return .rawText }
        if name == Self.plaintext { return .plaintext }
        guard traits.contains(.structural) else { return .markup }
        if traits.contains(.foreignRoot) {
            if isSelfClosing { return .markup }
            isForeign = true
            isGuarded = true
        } else if name == Self.template {
            isGuarded = true
        }
        elements.open(name)
        return .markup
    }

    /// Takes an end tag into account.
    mutating func readEndTag(_ name: TagName) {
        let traits = ElementTraits.of(name)
        if isForeign, name == Self.p || name == Self.br { return closeForeign() }
        if isGuarded, traits.contains(.integrationPoint) || name == Self.title {
            elements.close(name == Self.title ? Self.desc : name)
        } else if traits.contains(.structural) {
            elements.close(name)
        }
        if isGuarded { updateForeign() }
    }

    private mutating func readForeignStartTag(_ name: TagName, _ traits: ElementTraits, isSelfClosing: Bool) {
        if isSelfClosing { return }
        if traits.contains(.foreignRoot) || traits.contains(.integrationPoint) {
            elements.open(name)
        } else if name == Self.title, elements.innermost == Self.svg {
            elements.open(Self.desc)
        }
        updateForeign()
    }

    private mutating func closeForeign() {
        while let innermost = elements.innermost, innermost == Self.svg || innermost == Self.math {
            elements.close(innermost)
        }
        isForeign = false
    }

    private mutating func updateForeign() {
        let innermost = elements.innermost
        isForeign = innermost == Self.svg || innermost == Self.math
    }
}
