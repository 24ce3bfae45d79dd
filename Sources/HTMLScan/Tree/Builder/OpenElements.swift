internal import CLibXML2

/// The stack of open elements (HTML Standard, §13.2.4.2) and its searches.
struct OpenElements {
    private(set) var elements: [TreeElement] = []
    /// How many elements were looked at: a measure of the time taken.
    var steps = 0
    /// How many elements of each kind are open. Most searches are for a kind of which there is none, and end here.
    private var counts = [Int](repeating: 0, count: ElementKind.allCases.count)

    var count: Int { elements.count }
    var isEmpty: Bool { elements.isEmpty }
    var current: TreeElement? { elements.last }

    subscript(index: Int) -> TreeElement { elements[index] }

    mutating func reset() {
        elements.removeAll(keepingCapacity: true)
        for index in counts.indices { counts[index] = 0 }
        steps = 0
    }

    mutating func push(_ element: TreeElement) { insert(element, at: elements.count) }

    mutating func insert(_ element: TreeElement, at index: Int) {
        elements.insert(element, at: index)
        // A mark in the node itself: whether an element of the formatting list is open is asked often.
        element.node.pointee._private = UnsafeMutableRawPointer(bitPattern: 1)
        if element.namespace == .html { counts[element.kind.rawValue] += 1 }
        steps += elements.count - index
    }

    mutating func pop() { if !elements.isEmpty { remove(at: elements.count - 1) } }

    mutating func remove(at index: Int) {
        steps += elements.count - index
        let element = elements.remove(at: index)
        element.node.pointee._private = nil
        if element.namespace == .html { counts[element.kind.rawValue] -= 1 }
    }

    mutating func remove(_ node: xmlNodePtr) {
        if let index = index(of: node) { remove(at: index) }
    }

    /// Puts a node in the place of another.
    mutating func replace(at index: Int, with node: xmlNodePtr) {
        elements[index].node.pointee._private = nil
        elements[index].node = node
        node.pointee._private = UnsafeMutableRawPointer(bitPattern: 1)
    }

    /// Pops elements up to, and without, an index.
    mutating func popTo(_ index: Int) {
        while elements.count > index { pop() }
    }

    /// Pops elements up to and with the innermost of HTML for which something holds.
    mutating func popThrough(_ condition: (TreeElement) -> Bool) {
        while let last = elements.last {
            pop()
            if last.namespace == .html, condition(last) { return }
        }
    }

    mutating func popThrough(_ kind: ElementKind) { popThrough { $0.kind == kind } }

    /// Whether a node is on the stack.
    static func isOpen(_ node: xmlNodePtr) -> Bool { node.pointee._private != nil }

    /// How many elements of HTML of a kind are on the stack.
    func count(of kind: ElementKind) -> Int { counts[kind.rawValue] }

    /// Whether an element of HTML of a kind is on the stack.
    func contains(_ kind: ElementKind) -> Bool { counts[kind.rawValue] > 0 }

    mutating func index(of node: xmlNodePtr) -> Int? {
        let index = elements.lastIndex { $0.node == node }
        steps += elements.count - (index ?? 0)
        return index
    }

    mutating func lastIndex(of kind: ElementKind) -> Int? {
        guard contains(kind) else { return nil }
        let index = elements.lastIndex { $0.isHTML(kind) }
        steps += elements.count - (index ?? 0)
        return index
    }

    /// Whether there is an element of HTML of a kind, and none around what is open in it that ends the search.
    ///
    /// - Parameter boundary: What ends the search.
    mutating func has(_ kind: ElementKind, in boundary: ElementTraits = .scope) -> Bool {
        contains(kind) && has(in: boundary) { $0.kind == kind }
    }

    /// The same for the innermost for which something holds.
    mutating func has(in boundary: ElementTraits, where condition: (TreeElement) -> Bool) -> Bool {
        for element in elements.reversed() {
            steps += 1
            if element.namespace == .html, condition(element) { return true }
            if !element.traits.isDisjoint(with: boundary) { return false }
        }
        return false
    }

    /// Generates implied end tags, but for one kind.
    mutating func popImplied(
        except kind: ElementKind? = nil, _ trait: ElementTraits = .impliedEnd
    ) {
        while let last = elements.last, last.traits.contains(trait), last.kind != kind { pop() }
    }
}
