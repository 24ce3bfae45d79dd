internal import CLibXML2

/// The list of active formatting elements (HTML Standard, §13.2.4.3): those that are opened again after another
/// element closed them.
struct FormattingElements {
    enum Entry {
        /// A marker: entries before it do not count.
        case marker
        case element(TreeElement)

        var element: TreeElement? {
            if case .element(let element) = self { return element }
            return nil
        }
    }

    private(set) var entries: [Entry] = []
    /// How many entries were looked at: a measure of the time taken.
    private(set) var steps = 0

    var count: Int { entries.count }

    mutating func reset() {
        entries.removeAll(keepingCapacity: true)
        steps = 0
    }

    /// Forgets what came after a number of entries.
    mutating func truncate(to count: Int) { entries.removeSubrange(min(count, entries.count)...) }

    mutating func pushMarker() { entries.append(.marker) }

    /// Forgets what came after the last marker, and the marker.
    mutating func clearToMarker() {
        while let last = entries.popLast() {
            if case .marker = last { return }
        }
    }

    /// Adds an element: of those that are alike the last three stay ("Noah's Ark clause").
    mutating func push(_ element: TreeElement) {
        var alike = 0
        for index in entries.indices.reversed() {
            guard let other = entries[index].element else { break }
            steps += 4
            guard other.name == element.name, Self.haveSameAttributes(other.node, element.node) else {
                continue
            }
            alike += 1
            if alike == 3 {
                entries.remove(at: index)
                break
            }
        }
        entries.append(.element(element))
    }

    /// The last element of a kind after the last marker.
    mutating func lastIndex(of kind: ElementKind) -> Int? {
        for index in entries.indices.reversed() {
            steps += 1
            guard let element = entries[index].element else { return nil }
            if element.kind == kind { return index }
        }
        return nil
    }

    mutating func index(of node: xmlNodePtr) -> Int? {
        let index = entries.lastIndex { $0.element?.node == node }
        steps += entries.count - (index ?? 0)
        return index
    }

    mutating func remove(at index: Int) { entries.remove(at: index) }

    mutating func remove(_ node: xmlNodePtr) {
        if let index = index(of: node) { entries.remove(at: index) }
    }

    mutating func insert(_ element: TreeElement, at index: Int) {
        entries.insert(.element(element), at: index)
    }

    mutating func replace(at index: Int, with node: xmlNodePtr) {
        guard case .element(var element) = entries[index] else { return }
        element.node = node
        entries[index] = .element(element)
    }

    private static func haveSameAttributes(_ left: xmlNodePtr, _ right: xmlNodePtr) -> Bool {
        var rights = 0
        var attribute = right.pointee.properties
        while let next = attribute {
            rights += 1
            attribute = next.pointee.next
        }
        attribute = left.pointee.properties
        while let next = attribute {
            guard let other = xmlHasProp(right, next.pointee.name),
                xmlStrEqual(other.pointee.children?.pointee.content, next.pointee.children?.pointee.content)
                    != 0
            else { return false }
            rights -= 1
            attribute = next.pointee.next
        }
        return rights == 0
    }
}
