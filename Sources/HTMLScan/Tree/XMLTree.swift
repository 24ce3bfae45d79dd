internal import CLibXML2

/// Builds the tree of a page of XHTML, or of another XML document: only the elements that are written, without implied ones.
struct XMLTree: ~Copyable {
    var nodes = TreeNodes()
    /// Whether the document is no page: names keep their case, and prefixes are resolved.
    var isDocument = false {
        didSet { nodes.keepsCase = isDocument }
    }
    private(set) var names = XMLNames()
    // Safe because nodes live as long as the page's document.
    private var open: [xmlNodePtr] = []
    /// Elements that are deeper are put beside one another.
    private static let depthLimit = 512

    init() {}

    mutating func reset() {
        nodes.reset()
        names.reset()
        isDocument = false
        open.removeAll(keepingCapacity: true)
    }

    /// Opens an element. Where there is no room for it the one around it is opened once more, so that end tags match.
    mutating func start(_ name: [UInt8], _ attributes: TagAttributes, isEmpty: Bool) {
        guard let place = place() else { return }
        let node = nodes.isTruncated ? nil : nodes.element(name, attributes)
        if let node {
            nodes.link(node, at: place)
            if isDocument { names.resolve(node) }
        }
        if !isEmpty { open.append(node ?? place.parent) }
    }

    /// Closes the innermost elements.
    mutating func end(_ count: Int) { open.removeLast(min(count, open.count)) }

    mutating func text(_ bytes: [UInt8]) {
        if !open.isEmpty, let place = place() { nodes.insertText(bytes, at: place) }
    }

    mutating func comment(_ content: [UInt8]) {
        if let place = place() { nodes.insertComment(content, at: place) }
    }

    private mutating func place() -> TreeNodes.Place? {
        if open.isEmpty { return nodes.root().map { TreeNodes.Place(parent: $0) } }
        return TreeNodes.Place(parent: open[min(open.count, Self.depthLimit) - 1])
    }
}
