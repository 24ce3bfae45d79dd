/// A CSS selector: compounds with combinators between them, such as `ul > li.new a`.
struct CSSSelector: Equatable {
    /// How an element stands to the one that the compound before has found.
    enum Combinator: Equatable {
        case descendant
        case child
        /// The sibling that comes next: `+`.
        case nextSibling
        /// Any sibling that comes later: `~`.
        case laterSibling
    }

    /// A compound and what stands before it.
    struct Step: Equatable {
        /// Of the first compound: how it stands to the whole document, or to the element that `:has()` is asked of.
        let combinator: Combinator
        let compound: CSSCompound
    }

    /// What is taken of the elements that are found.
    enum Target: Equatable {
        case element
        /// The texts that are their children: `::text`.
        case text
        /// The value of an attribute: `::attr(name)`.
        case attribute(String)
    }

    var steps: [Step]
    var target = Target.element
}

/// What one element has to be, such as `li.new:first-child`.
struct CSSCompound: Equatable {
    var name = CSSName()
    var conditions: [Condition] = []

    /// A condition that is no name.
    indirect enum Condition: Equatable {
        case attribute(CSSAttribute)
        case position(CSSPosition)
        /// `:is()`, `:where()` and `:matches()`
        case any([CSSSelector])
        case not([CSSSelector])
        case has([CSSSelector])
        /// `:contains("text")`, which parsel has and CSS has dropped.
        case contains(String)
        case language(String)
        case state(CSSState)
    }

    /// Whether every element fulfils it.
    var isUniversal: Bool { name == CSSName() && conditions.isEmpty }
}

/// The name of an element or attribute: `a`, `svg|a`, `*|a` or `*`.
struct CSSName: Equatable {
    /// What stands before the bar.
    enum Prefix: Equatable {
        /// Nothing, or there is no bar.
        case none
        /// `*`
        case any
        case named(String)
    }

    var prefix = Prefix.none
    /// nil for `*`
    var local: String?
}

/// A condition on an attribute, such as `[href^="/" i]`. `#x` is `[id="x"]`, and `.x` is `[class~="x"]`.
struct CSSAttribute: Equatable {
    /// How the attribute's value is compared.
    enum Comparison: String, CaseIterable {
        case equals = "="
        case hasWord = "~="
        case hasDashedPrefix = "|="
        case hasPrefix = "^="
        case hasSuffix = "$="
        case contains = "*="
        /// Not of CSS; cssselect and jQuery have it.
        case differs = "!="
    }

    let name: CSSName
    /// nil where the attribute only has to be there
    var comparison: Comparison?
    var value = ""
    /// Whether the letters A to Z count as a to z.
    var ignoresCase = false
}

/// A condition on the place among siblings: the numbers `step` × n + `offset` for n = 0, 1, 2 …, counted from 1.
struct CSSPosition: Equatable {
    let step: Int
    let offset: Int
    /// Whether the last sibling is the first that counts.
    var isFromEnd = false
    /// Whether only siblings of the same name count.
    var isOfType = false
}

/// A pseudo-class that has no argument and is no position.
enum CSSState: String {
    case root
    case scope
    case empty
    case link
    case checked
    case enabled
    case disabled
    // No page has an element of these.
    case visited
    case hover
    case active
    case focus
    case target
}
