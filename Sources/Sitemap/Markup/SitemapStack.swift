/// The elements that are open in a sitemap or feed, by name.
struct SitemapStack {
    /// How many open elements are known by name; deeper ones are counted only.
    static let depthLimit = 32

    private struct Element {
        let name: UInt64
        /// How many of the bases are around it, or its own.
        let bases: Int
    }

    private var elements: [Element] = []
    /// How many elements are open beyond those that are known by name.
    private(set) var deeper = 0
    /// The values of `xml:base` around what comes next, the outermost first.
    private(set) var bases: [String] = []
    /// The namespaces that the outermost element declares, by prefix.
    private var namespaces: [UInt64: UInt64] = [:]

    /// How many elements are known by name.
    var count: Int { elements.count }

    /// Opens the outermost element.
    mutating func pushRoot(_ tag: SitemapTag) {
        namespaces = tag.namespaces
        push(tag, hasBase: true)
    }

    /// Opens an element.
    ///
    /// - Parameter hasBase: Whether its `xml:base` counts.
    mutating func push(_ tag: SitemapTag, hasBase: Bool) {
        guard elements.count < Self.depthLimit else {
            deeper += 1
            return
        }
        if hasBase, let base = tag.attribute("xml:base"), base.utf8.count <= SitemapElements.textLimit {
            bases.append(base)
        }
        elements.append(Element(name: tag.name, bases: bases.count))
    }

    /// Closes the element at a place, and all that is open in it.
    mutating func pop(to index: Int) {
        elements.removeSubrange(index...)
        deeper = 0
        bases.removeSubrange((elements.last?.bases ?? 0)...)
    }

    /// Closes an element that is not known by name, if there is one.
    mutating func popDeeper() { deeper = max(deeper - 1, 0) }

    /// The place of the innermost element of a name.
    func index(of name: UInt64) -> Int? { elements.lastIndex { $0.name == name } }

    /// Whether two prefixes stand for the same namespace.
    func isSame(_ prefix: UInt64, _ other: UInt64) -> Bool {
        prefix == other || namespaces[prefix].map { $0 == namespaces[other] } ?? false
    }
}
