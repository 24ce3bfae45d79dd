/// Reads lists of CSS selectors: Selectors Level 3, `:is()`, `:where()`, `:has()`, `:not()` of a list, and what parsel adds to them.
struct CSSParser {
    /// What is wrong with a list of selectors.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private var scanner: CSSScanner
    /// How many functions such as `:not(` are open.
    private var depth = 0
    private static let depthLimit = 20

    private init(_ text: String) { scanner = CSSScanner(text) }

    /// Reads a list of selectors.
    ///
    /// - Throws: What is wrong with it, and where.
    static func selectors(_ text: String) throws(Mistake) -> [CSSSelector] {
        var parser = CSSParser(text)
        let selectors = try parser.list()
        guard parser.scanner.isAtEnd else { throw parser.scanner.mistake("a selector is missing") }
        return selectors
    }

    // MARK: - Selectors

    private mutating func list(isRelative: Bool = false) throws(Mistake) -> [CSSSelector] {
        var selectors: [CSSSelector] = []
        repeat { selectors.append(try selector(isRelative: isRelative)) } while scanner.take(",")
        return selectors
    }

    private mutating func selector(isRelative: Bool) throws(Mistake) -> CSSSelector {
        scanner.skipSpaces()
        var selector = CSSSelector(steps: [])
        var combinator = isRelative ? takeCombinator() ?? .descendant : .descendant
        while true {
            selector.steps.append(.init(combinator: combinator, compound: try compound(&selector.target)))
            let hasSpace = scanner.skipSpaces()
            guard !scanner.isAtEnd, scanner.current != ",", scanner.current != ")" else { return selector }
            guard selector.target == .element else {
                throw scanner.mistake("::text and ::attr() stand at the end of a selector")
            }
            guard let next = takeCombinator() ?? (hasSpace ? .descendant : nil) else {
                throw scanner.mistake("a selector is missing")
            }
            combinator = next
        }
    }

    private mutating func takeCombinator() -> CSSSelector.Combinator? {
        let combinator: CSSSelector.Combinator
        switch scanner.current {
        case ">": combinator = .child
        case "+": combinator = .nextSibling
        case "~": combinator = .laterSibling
        default: return nil
        }
        scanner.advance()
        scanner.skipSpaces()
        return combinator
    }

    private mutating func compound(_ target: inout CSSSelector.Target) throws(Mistake) -> CSSCompound {
        let start = scanner.position
        var compound = CSSCompound()
        if scanner.current == "*" || scanner.current == "|" || scanner.isAtName {
            compound.name = try name(mayBeStar: true)
        }
        while target == .element, let condition = try condition(&target) {
            compound.conditions.append(contentsOf: condition)
        }
        guard scanner.position > start else { throw scanner.mistake("a selector is missing") }
        return compound
    }

    /// Reads the name of an element or attribute.
    private mutating func name(mayBeStar: Bool) throws(Mistake) -> CSSName {
        var name = CSSName()
        if scanner.current == "*" {
            scanner.advance()
            guard scanner.current == "|", scanner.next != "=" else {
                guard mayBeStar else { throw scanner.mistake("a name is missing") }
                return name
            }
            name.prefix = .any
        } else if scanner.current != "|" {
            let word = try scanner.name()
            guard scanner.current == "|", scanner.next != "=" else {
                name.local = word
                return name
            }
            name.prefix = .named(word)
        }
        scanner.advance()
        if mayBeStar, scanner.take("*") { return name }
        name.local = try scanner.name()
        return name
    }

    // MARK: - Conditions

    /// Reads one condition.
    ///
    /// - Returns: What it comes to; nil where there is none, and nothing where it is the selector's target.
    private mutating func condition(
        _ target: inout CSSSelector.Target
    ) throws(Mistake) -> [CSSCompound.Condition]? {
        switch scanner.current {
        case "#":
            scanner.advance()
            let name = try scanner.word()
            return [.attribute(.init(name: .init(local: "id"), comparison: .equals, value: name))]
        case ".":
            scanner.advance()
            let name = try scanner.name()
            return [.attribute(.init(name: .init(local: "class"), comparison: .hasWord, value: name))]
        case "[":
            scanner.advance()
            return [.attribute(try attribute())]
        case ":" where scanner.next == ":":
            scanner.advance(2)
            target = try pseudoElement()
            return []
        case ":":
            scanner.advance()
            return try pseudoClass()
        default: return nil
        }
    }

    private mutating func attribute() throws(Mistake) -> CSSAttribute {
        scanner.skipSpaces()
        var attribute = CSSAttribute(name: try name(mayBeStar: false))
        scanner.skipSpaces()
        if scanner.take("]") { return attribute }
        guard let comparison = CSSAttribute.Comparison.allCases.first(where: { scanner.take($0.rawValue) })
        else { throw scanner.mistake("=, ~=, |=, ^=, $=, *= or ] is missing") }
        attribute.comparison = comparison
        scanner.skipSpaces()
        attribute.value = try scanner.nameOrString()
        scanner.skipSpaces()
        if scanner.isAtName {
            switch try scanner.name().lowercased() {
            case "i": attribute.ignoresCase = true
            case "s": break
            default: throw scanner.mistake("only i and s may stand after a value")
            }
            scanner.skipSpaces()
        }
        guard scanner.take("]") else { throw scanner.mistake("] is missing") }
        return attribute
    }

    private mutating func pseudoElement() throws(Mistake) -> CSSSelector.Target {
        guard depth == 0 else { throw scanner.mistake("nothing is taken of what stands in parentheses") }
        let name = try scanner.name()
        switch name.lowercased() {
        case "text": return .text
        case "attr":
            guard scanner.take("(") else { throw scanner.mistake("::attr needs a name in parentheses") }
            return .attribute(try argument())
        default:
            throw scanner.mistake("there is no ::\(name); there are ::text and ::attr(name)")
        }
    }

    private mutating func pseudoClass() throws(Mistake) -> [CSSCompound.Condition] {
        let name = try scanner.name().lowercased()
        guard scanner.take("(") else {
            if let state = CSSState(rawValue: name) { return [.state(state)] }
            guard let positions = Self.positions[name] else {
                throw scanner.mistake("there is no pseudo-class :\(name)")
            }
            return positions.map { .position($0) }
        }
        switch name {
        case "is", "where", "matches": return [.any(try arguments())]
        case "not": return [.not(try arguments())]
        case "has": return [.has(try arguments(areRelative: true))]
        case "contains": return [.contains(try argument())]
        case "lang": return [.language(try argument())]
        case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
            guard let (step, offset) = scanner.series() else {
                throw scanner.mistake("2, odd, even or a series such as 2n+1 is missing")
            }
            guard scanner.take(")") else { throw scanner.mistake(") is missing") }
            return [
                .position(
                    CSSPosition(
                        step: step, offset: offset, isFromEnd: name.contains("last"),
                        isOfType: name.hasSuffix("type")))
            ]
        default: throw scanner.mistake("there is no pseudo-class :\(name)()")
        }
    }

    private static let positions: [String: [CSSPosition]] = {
        let first = CSSPosition(step: 0, offset: 1)
        let last = CSSPosition(step: 0, offset: 1, isFromEnd: true)
        let firstOfType = CSSPosition(step: 0, offset: 1, isOfType: true)
        let lastOfType = CSSPosition(step: 0, offset: 1, isFromEnd: true, isOfType: true)
        return [
            "first-child": [first], "last-child": [last], "only-child": [first, last],
            "first-of-type": [firstOfType], "last-of-type": [lastOfType],
            "only-of-type": [firstOfType, lastOfType],
        ]
    }()

    /// Reads selectors up to the parenthesis that closes them.
    private mutating func arguments(areRelative: Bool = false) throws(Mistake) -> [CSSSelector] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw scanner.mistake("parentheses are nested too deep") }
        let selectors = try list(isRelative: areRelative)
        guard scanner.take(")") else { throw scanner.mistake(") is missing") }
        return selectors
    }

    /// Reads a name or string up to the parenthesis that closes it.
    private mutating func argument() throws(Mistake) -> String {
        scanner.skipSpaces()
        let argument = try scanner.nameOrString()
        scanner.skipSpaces()
        guard scanner.take(")") else { throw scanner.mistake(") is missing") }
        return argument
    }
}
