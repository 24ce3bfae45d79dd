internal import CLibXML2
internal import TrawlText

/// Builds the tree of a page of HTML as browsers do: the HTML Standard's tree construction (§13.2.6), into libxml2's nodes.
///
/// XPath expressions are evaluated on this tree, so a path copied from a browser's inspector finds the same node:
/// tables get their implied `tbody`, an element that cannot stand in a paragraph closes it, and misplaced content of
/// a table goes before it. The tree differs from a browser's in three things: names are in lower case in foreign
/// content too, the content of a `template` is in the tree, and so is that of a `noscript`, which cannot close
/// anything around it. Each extension file holds one part of the Standard's algorithm.
struct TreeBuilder: ~Copyable {
    /// A start tag.
    struct Tag {
        var kind: ElementKind
        var name: TagName
        /// The name as it is written.
        var written: [UInt8]
        let attributes: TagAttributes
        let isSelfClosing: Bool
    }

    /// The state at the start of a `noscript`, which is restored at its end.
    struct Noscript {
        let mode: Mode
        let formNode: xmlNodePtr?
        let formattingCount: Int
    }

    /// The "insertion mode" (§13.2.4.1): which rules apply to the next token.
    enum Mode {
        case initial, beforeHTML, beforeHead, inHead, afterHead, inBody, inTable, inCaption, inColumnGroup
        case inTableBody, inRow, inCell, inTemplate, afterBody, inFrameset, afterFrameset
        case afterAfterBody, afterAfterFrameset
    }

    var nodes = TreeNodes()
    var open = OpenElements()
    var formatting = FormattingElements()
    var mode = Mode.initial
    var templateModes: [Mode] = []
    /// The states at the start of each open `noscript`.
    var noscripts: [Noscript] = []
    // Safe because nodes live as long as the page's document.
    var headNode: xmlNodePtr?
    var formNode: xmlNodePtr?
    var isFramesetOK = true
    /// Whether the page is in "quirks mode".
    var isQuirky = false
    var fosters = false
    /// Whether a line feed that comes next is left out.
    var ignoresLineEnd = false
    /// Whether the text of a raw text element comes next, and where its element is open.
    private(set) var readsRawText = false

    /// The deepest nesting. Deeper elements are put beside one another, as in browsers.
    private static let depthLimit = 512
    /// How many open elements may be compared. A page that takes more is left unfinished.
    private static let stepLimit = 20_000_000

    init() {}

    /// Forgets the page and begins another.
    mutating func reset() {
        nodes.reset()
        open.reset()
        formatting.reset()
        mode = .initial
        templateModes.removeAll()
        noscripts.removeAll()
        headNode = nil
        formNode = nil
        isFramesetOK = true
        isQuirky = false
        fosters = false
        ignoresLineEnd = false
        readsRawText = false
    }

    /// Ends the page: it has an `html`, a `head` and a `body` in any case.
    mutating func finish() {
        switch mode {
        case .initial, .beforeHTML, .beforeHead, .inHead, .afterHead:
            if noscripts.isEmpty, templateModes.isEmpty { begin(upTo: .inBody) }
        default: break
        }
        nodes.endText()
    }

    /// Whether anything more is taken.
    var isTruncated: Bool { nodes.isTruncated || open.steps + formatting.steps > Self.stepLimit }

    // MARK: - Tokens

    mutating func doctype(_ content: [UInt8]) {
        guard mode == .initial else { return }
        isQuirky = Doctype(content).isQuirky
        mode = .beforeHTML
    }

    mutating func comment(_ content: [UInt8]) {
        guard !isTruncated else { return }
        ignoresLineEnd = false
        var place: TreeNodes.Place?
        switch mode {
        case _ where isInForeign: place = self.place()
        case .initial, .beforeHTML, .afterAfterBody, .afterAfterFrameset:
            place = nodes.root().map { TreeNodes.Place(parent: $0) }
        case .afterBody: place = open.isEmpty ? nil : TreeNodes.Place(parent: open[0].node)
        default: place = self.place()
        }
        if let place { nodes.insertComment(content, at: place) }
    }

    /// - Parameter isRawText: Whether what follows, up to the element's end tag, is text.
    mutating func start(_ tag: Tag, isRawText: Bool) {
        readsRawText = false
        guard !isTruncated else { return }
        ignoresLineEnd = false
        if isForeign(tag) { startForeign(tag) } else { startHTML(tag) }
        // A tag that was ignored has no content; text that is not markup is none of its parent's.
        readsRawText = isRawText && open.current?.name == tag.name
    }

    mutating func end(_ name: TagName) {
        guard !isTruncated, let current = open.current else {
            if !isTruncated { endHTML(ElementKind.of(name), name) }
            return
        }
        ignoresLineEnd = false
        if current.namespace == .html {
            endHTML(ElementKind.of(name), name)
        } else {
            endForeign(name)
        }
    }

    /// Takes the end tag of a raw text element.
    mutating func endRawText() {
        if readsRawText { open.pop() }
        readsRawText = false
    }

    /// Takes text, its references resolved.
    mutating func text(_ bytes: [UInt8]) {
        guard !isTruncated else { return }
        var rest = bytes[...]
        if ignoresLineEnd, rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
        ignoresLineEnd = false
        guard !rest.isEmpty else { return }
        if readsRawText {
            insert(text: rest)
        } else if let current = open.current, current.namespace != .html,
            current.admission == .own || current.admission == .svg
        {
            if !rest.allSatisfy(\.isASCIIWhitespace) { isFramesetOK = false }
            insert(text: rest)
        } else {
            textOfHTML(rest)
        }
    }

    /// Whether text that comes next is in foreign content, where NUL is a character.
    var isInForeign: Bool { open.current.map { $0.namespace != .html } ?? false }

    // MARK: - Inserting

    /// The appropriate place for inserting a node (§13.2.6.1).
    func place() -> TreeNodes.Place? {
        guard let current = open.current else { return nil }
        if fosters, current.traits.contains(.fosters) { return fosterPlace() }
        if open.count > Self.depthLimit, let outer = current.node.pointee.parent {
            return TreeNodes.Place(parent: outer)
        }
        return TreeNodes.Place(parent: current.node)
    }

    /// The place before the table that is open, where there is one ("foster parenting").
    func fosterPlace() -> TreeNodes.Place? {
        let elements = open.elements
        let table = elements.lastIndex { $0.isHTML(.table) }
        if let template = elements.lastIndex(where: { $0.isHTML(.template) }), template > table ?? -1 {
            return TreeNodes.Place(parent: elements[template].node)
        }
        guard let table else { return TreeNodes.Place(parent: elements[0].node) }
        if let parent = elements[table].node.pointee.parent {
            return TreeNodes.Place(parent: parent, sibling: elements[table].node)
        }
        return TreeNodes.Place(parent: elements[max(table - 1, 0)].node)
    }

    /// Inserts an element of HTML, and opens it.
    @discardableResult
    mutating func insert(_ tag: Tag) -> TreeElement? {
        guard let place = place(), let node = nodes.element(tag.written, tag.attributes) else { return nil }
        nodes.link(node, at: place)
        let element = TreeElement(node, tag.kind, tag.name)
        open.push(element)
        return element
    }

    /// Inserts an element that has no content.
    mutating func insertVoid(_ tag: Tag) {
        if insert(tag) != nil { open.pop() }
    }

    /// Inserts an element that no tag of the page opens.
    @discardableResult
    mutating func insertImplied(_ kind: ElementKind, _ name: StaticString) -> TreeElement? {
        insert(Self.tag(kind, name))
    }

    static func tag(_ kind: ElementKind, _ name: StaticString) -> Tag {
        Tag(
            kind: kind, name: TagName(name), written: Array(name.bytes), attributes: TagAttributes(),
            isSelfClosing: false)
    }

    mutating func insert(text bytes: ArraySlice<UInt8>) {
        if let place = place() { nodes.insertText(bytes, at: place) }
    }

    // MARK: - Text

    private mutating func textOfHTML(_ bytes: ArraySlice<UInt8>) {
        let rest = bytes.drop(while: \.isASCIIWhitespace)
        switch mode {
        case .initial, .beforeHTML, .beforeHead:
            // White space before the head is left out.
            guard !rest.isEmpty else { return }
            begin(upTo: .inBody)
            textOfHTML(rest)
        case .inHead, .afterHead:
            insert(text: bytes[..<rest.startIndex])
            guard !rest.isEmpty else { return }
            begin(upTo: .inBody)
            textOfHTML(rest)
        case .inTable, .inTableBody, .inRow: textInTable(bytes)
        case .inColumnGroup:
            insert(text: bytes[..<rest.startIndex])
            guard !rest.isEmpty, open.current?.isHTML(.colgroup) == true else { return }
            open.pop()
            mode = .inTable
            textOfHTML(rest)
        case .inFrameset, .afterFrameset, .afterAfterFrameset:
            insert(text: bytes.filter(\.isASCIIWhitespace)[...])
        case .afterBody, .afterAfterBody:
            // As in Chromium, which opens nothing again for the white space at a page's end.
            if rest.isEmpty { return insert(text: bytes) }
            mode = .inBody
            textInBody(bytes)
        case .inBody, .inCaption, .inCell, .inTemplate: textInBody(bytes)
        }
    }

    mutating func textInBody(_ bytes: ArraySlice<UInt8>) {
        reopenFormatting()
        insert(text: bytes)
        if isFramesetOK, !bytes.allSatisfy(\.isASCIIWhitespace) { isFramesetOK = false }
    }
}
