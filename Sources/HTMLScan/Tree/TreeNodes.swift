internal import CLibXML2
internal import TrawlText

/// Makes, links and frees the nodes of one page after another, in libxml2's memory.
///
/// The memory of a page's nodes is limited. Further nodes are left out.
struct TreeNodes: ~Copyable {
    /// How much memory a tree may take, roughly.
    static let sizeLimit = 32 << 20
    /// The most attributes of an element. Each is compared with all before it.
    private static let attributeLimit = 100
    /// The bytes that an element, an attribute or a text takes beside its text.
    private static let nodeSize = 256

    /// Where a node is put: at the end of another, or before one of its children.
    struct Place {
        let parent: xmlNodePtr
        var sibling: xmlNodePtr?
    }

    // Safe because only this value knows the document, and frees it.
    private(set) var document: xmlDocPtr?
    /// How many nodes there are, roughly.
    private(set) var count = 0
    /// Whether the page was larger than a tree may be, or took too much time.
    private(set) var isTruncated = false
    /// Whether names stay as they are written; else they get lower case.
    var keepsCase = false
    private var size = 0
    /// Nodes that were taken out of the tree.
    private var discarded: [xmlNodePtr] = []
    /// The text node that was added to last. Its text is kept here until it is complete, since libxml2 would search
    /// for its end at each addition.
    private var textNode: xmlNodePtr?
    private var text: [UInt8] = []
    private var name: [UInt8] = []
    private var value: [UInt8] = []

    init() {}

    deinit { Self.free(document, discarded) }

    /// Forgets the page and begins another.
    mutating func reset() {
        Self.free(document, discarded)
        document = nil
        discarded.removeAll(keepingCapacity: true)
        textNode = nil
        text.removeAll(keepingCapacity: true)
        count = 0
        size = 0
        isTruncated = false
    }

    private static func free(_ document: xmlDocPtr?, _ discarded: [xmlNodePtr]) {
        // Before the document, whose ids they may have.
        for node in discarded { xmlFreeNode(node) }
        if let document { xmlFreeDoc(document) }
    }

    /// The document as a node; nil where memory ran out.
    mutating func root() -> xmlNodePtr? {
        if document == nil { document = htmlNewDocNoDtD(nil, nil) }
        return document.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: xmlNode.self) }
    }

    /// Counts memory against the page's limit.
    mutating func spend(_ cost: Int) -> Bool {
        size += cost
        if size > Self.sizeLimit { isTruncated = true }
        return !isTruncated
    }

    // MARK: - Making nodes

    /// A new element, in no place yet; nil where there is no room.
    mutating func element(_ written: [UInt8], _ attributes: TagAttributes?) -> xmlNodePtr? {
        guard let root = root(), spend(Self.nodeSize) else { return nil }
        count += 1
        name.removeAll(keepingCapacity: true)
        append(name: written)
        guard let node = xmlNewDocNode(root.pointee.doc, nil, name, nil) else { return nil }
        if let attributes { add(attributes, to: node) }
        return node
    }

    /// Adds the attributes that an element does not have yet.
    mutating func add(_ attributes: TagAttributes, to node: xmlNodePtr) {
        attributes.withUnsafeBytes { bytes in
            var cursor = AttributeCursor(bytes)
            var kept = 0
            while kept < Self.attributeLimit, let (written, raw) = cursor.next() {
                guard spend(Self.nodeSize + raw.count) else { return }
                name.removeAll(keepingCapacity: true)
                append(name: written)
                guard xmlHasProp(node, name) == nil else { continue }
                value.removeAll(keepingCapacity: true)
                TextContent.isAttribute.append(UnsafeRawBufferPointer(rebasing: raw), to: &value)
                value.dropControls()
                value.append(0)
                count += 1
                kept += 1
                // The result is nil only where memory ran out.
                _ = xmlNewNsProp(node, nil, name, value)
            }
        }
    }

    /// Appends a name, with the NUL that ends it for C.
    private mutating func append(name bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == 0 {
                name.append(contentsOf: "\u{FFFD}".utf8)
            } else {
                name.append(keepsCase ? byte : byte.asciiLowercased)
            }
        }
        name.append(0)
    }

    /// An element as another was when it was opened: its name and attributes, without what is in it.
    mutating func copy(_ node: xmlNodePtr) -> xmlNodePtr? {
        var attribute = node.pointee.properties
        var cost = Self.nodeSize
        while let next = attribute {
            cost += Self.nodeSize
            attribute = next.pointee.next
        }
        guard spend(cost) else { return nil }
        count += cost / Self.nodeSize
        return xmlDocCopyNode(node, node.pointee.doc, 2)
    }

    /// Adds a comment.
    mutating func insertComment(_ bytes: [UInt8], at place: Place) {
        guard spend(Self.nodeSize + bytes.count), let root = root() else { return }
        count += 1
        var content = bytes
        content.dropControls()
        content.append(0)
        if let node = xmlNewDocComment(root.pointee.doc, content) { link(node, at: place) }
    }

    // MARK: - Text

    /// Adds text: to the text that stands there, if there is any.
    mutating func insertText(_ bytes: some Collection<UInt8>, at place: Place) {
        guard !bytes.isEmpty, spend(bytes.count) else { return }
        let neighbour = place.sibling.map { $0.pointee.prev } ?? place.parent.pointee.last
        if let neighbour, neighbour.pointee.type == XML_TEXT_NODE {
            if neighbour != textNode { open(neighbour) }
            text.append(contentsOf: bytes)
            return
        }
        guard spend(Self.nodeSize), let root = root(), let node = xmlNewDocText(root.pointee.doc, nil) else {
            return
        }
        count += 1
        link(node, at: place)
        endText()
        textNode = node
        text.append(contentsOf: bytes)
    }

    /// Goes on with a text that was ended.
    private mutating func open(_ node: xmlNodePtr) {
        endText()
        textNode = node
        guard let content = node.pointee.content else { return }
        text.append(contentsOf: XPathText.bytes(content))
        xmlNodeSetContent(node, nil)
        // A text that is taken up again and again is copied as often.
        _ = spend(text.count / 64)
    }

    /// Gives the text node that was added to last its text.
    mutating func endText() {
        guard let node = textNode else { return }
        node.pointee.content = text.withUnsafeBufferPointer { xmlStrndup($0.baseAddress, Int32($0.count)) }
        textNode = nil
        text.removeAll(keepingCapacity: true)
    }

    // MARK: - Linking nodes

    /// Links a new node at a place. Text stays apart from text beside it, as in browsers.
    mutating func link(_ node: xmlNodePtr, at place: Place) {
        let parent = place.parent
        let previous = place.sibling.map { $0.pointee.prev } ?? parent.pointee.last
        node.pointee.parent = parent
        node.pointee.prev = previous
        node.pointee.next = place.sibling
        if let previous { previous.pointee.next = node } else { parent.pointee.children = node }
        if let sibling = place.sibling { sibling.pointee.prev = node } else { parent.pointee.last = node }
    }

    /// Takes a node from its place to another.
    mutating func move(_ node: xmlNodePtr, to place: Place) {
        xmlUnlinkNode(node)
        link(node, at: place)
    }

    /// Moves all that is in a node to the end of another.
    mutating func moveChildren(of node: xmlNodePtr, to parent: xmlNodePtr) {
        while let child = node.pointee.children { move(child, to: Place(parent: parent)) }
    }

    /// Takes a node out of the tree, with all that is in it.
    ///
    /// It is freed with the document: what is open may still point to it.
    mutating func discard(_ node: xmlNodePtr) {
        xmlUnlinkNode(node)
        discarded.append(node)
    }
}

extension [UInt8] {
    /// Removes the characters that XML does not allow: controls other than white space, U+FFFE and U+FFFF. A carriage
    /// return becomes a line feed.
    mutating func dropControls() {
        guard contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") || $0 == 0xEF }) else { return }
        var kept: [UInt8] = []
        kept.reserveCapacity(count)
        var index = 0
        while index < count {
            let byte = self[index]
            switch byte {
            case UInt8(ascii: "\r"):
                if index + 1 == count || self[index + 1] != UInt8(ascii: "\n") {
                    kept.append(UInt8(ascii: "\n"))
                }
            case 0..<0x20 where byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\n"): break
            case 0xEF where index + 2 < count && self[index + 1] == 0xBF && self[index + 2] >= 0xBE:
                index += 2
            default: kept.append(byte)
            }
            index += 1
        }
        self = kept
    }
}
