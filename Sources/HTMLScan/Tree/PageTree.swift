internal import CLibXML2

/// The tree of a page of HTML or XHTML, or of another XML document, for XPath. It is built from the tags and texts that a lexer finds.
///
/// Text comes in pieces, in which references may be incomplete, and is gathered up to the next tag or comment.
struct PageTree: ~Copyable {
    /// How much memory a tree may take, roughly. The rest of a larger page is left out.
    static let sizeLimit = TreeNodes.sizeLimit

    /// Whether the page is XHTML, or another XML document.
    var isXML = false
    /// Whether it is an XML document that is no page.
    var isDocument: Bool {
        get { xml.isDocument }
        set { xml.isDocument = newValue }
    }
    private var html = TreeBuilder()
    private var xml = XMLTree()
    /// Text that is not yet in the tree.
    private var text: [UInt8] = []
    private var output: [UInt8] = []
    private var isComplete = false
    /// How many operations expressions may still take on this page.
    private var operations = CompiledXPath.operationLimit

    private static let textLimit = 64 << 10
    /// The longest reference, `&CounterClockwiseContourIntegral;`, and room for a number with zeros.
    private static let referenceLimit = 64

    /// Initialises libxml2, once in a process.
    static let initialize: Void = xmlInitParser()

    init() { _ = Self.initialize }

    /// Forgets the page and begins another.
    mutating func reset() {
        isXML = false
        html.reset()
        xml.reset()
        text.removeAll(keepingCapacity: true)
        isComplete = false
        operations = CompiledXPath.operationLimit
    }

    /// Evaluates an expression, once the page is complete.
    ///
    /// - Returns: nil where memory ran out, it would take too long, or it is not for such a document.
    mutating func evaluate(_ expression: XPathExpression, limit: Int) -> XPathValue? {
        guard let document = document(), let compiled = expression.compiled(for: isDocument ? .xml : .html)
        else { return nil }
        return compiled.evaluate(
            document, nodeCount: nodeCount, operations: &operations, limit: limit,
            namespaces: xml.names.namespaces)
    }

    /// The texts of the page's scripts of a type, once the page is complete. See ``ScriptTexts``.
    mutating func scripts(ofType type: StaticString) -> [[UInt8]] {
        document().map { ScriptTexts.of(type: type, in: $0) } ?? []
    }

    /// How many nodes the tree has, roughly.
    var nodeCount: Int { isXML ? xml.nodes.count : html.nodes.count }
    private var isTruncated: Bool { isXML ? xml.nodes.isTruncated : html.isTruncated }

    /// The page's tree: complete, and in the order of the document; nil where memory ran out.
    ///
    /// It is valid until the page is forgotten.
    mutating func document() -> xmlDocPtr? {
        if !isComplete {
            isComplete = true
            appendText()
            finish()
            if let document = isXML ? xml.nodes.document : html.nodes.document {
                // The result is the number of elements.
                _ = xmlXPathOrderDocElems(document)
            }
        }
        return isXML ? xml.nodes.document : html.nodes.document
    }

    private mutating func finish() {
        guard isXML else { return html.finish() }
        xml.nodes.endText()
        // The tree gets a root in any case, so that expressions have a node to begin at.
        if xml.nodes.document.map({ xmlDocGetRootElement($0) == nil }) ?? true {
            xml.end(.max)
            xml.start(Array("html".utf8), TagAttributes(), isEmpty: true)
        }
    }

    // MARK: - What the page consists of

    mutating func doctype(_ content: [UInt8]) {
        appendText()
        if !isXML { html.doctype(content) }
    }

    mutating func comment(_ content: [UInt8]) {
        appendText()
        if isXML { xml.comment(content) } else { html.comment(content) }
    }

    /// Adds a start tag of HTML.
    ///
    /// - Parameter isRawText: Whether what follows, up to the element's end tag, is text.
    mutating func start(_ tag: borrowing MarkupTag, isRawText: Bool) {
        appendText()
        html.start(
            TreeBuilder.Tag(
                kind: ElementKind.of(tag.name), name: tag.name, written: tag.writtenName,
                attributes: tag.attributes, isSelfClosing: tag.isSelfClosing), isRawText: isRawText)
    }

    /// Adds an end tag of HTML.
    mutating func end(_ name: TagName) {
        appendText()
        html.end(name)
    }

    /// Adds a start tag of XHTML.
    mutating func startXML(_ name: [UInt8], _ attributes: TagAttributes, isEmpty: Bool) {
        appendText()
        xml.start(name, attributes, isEmpty: isEmpty)
    }

    /// Closes the innermost elements of XHTML.
    mutating func endXML(_ count: Int) {
        appendText()
        xml.end(count)
    }

    /// Adds the content of the raw text element whose start tag was added last.
    mutating func rawText(_ bytes: UnsafeRawBufferPointer, hasReferences: Bool) {
        if hasReferences { append(text: bytes[...]) } else { append(rawText: bytes) }
        appendText()
    }

    /// Ends a raw text element.
    mutating func endRawText() { html.endRawText() }

    /// Adds text as it is written, in which there may be references.
    mutating func append(text bytes: Slice<UnsafeRawBufferPointer>) {
        var rest = bytes
        while !rest.isEmpty, !isTruncated {
            let piece = rest.prefix(Self.textLimit - text.count)
            text.append(contentsOf: piece)
            rest = rest[piece.endIndex...]
            if text.count == Self.textLimit { appendText(keepingIncomplete: true) }
        }
    }

    /// Adds text in which there are no references.
    mutating func append(rawText bytes: UnsafeRawBufferPointer) {
        appendText()
        guard !isTruncated else { return }
        output.removeAll(keepingCapacity: true)
        output.append(contentsOf: bytes)
        insertOutput()
    }

    // MARK: - Text

    /// Puts text that was added into the tree.
    ///
    /// - Parameter keepingIncomplete: Whether more of it may come: then a reference or a character at its end is kept back.
    private mutating func appendText(keepingIncomplete: Bool = false) {
        guard !text.isEmpty else { return }
        let end = keepingIncomplete ? completeLength() : text.count
        output.removeAll(keepingCapacity: true)
        if isXML || html.isInForeign || html.readsRawText {
            resolve(upTo: end)
        } else {
            // In HTML a NUL is no character (HTML Standard, §13.2.6.4.7).
            let kept = text[..<end].contains(0) ? text[..<end].filter { $0 != 0 } : nil
            if let kept {
                text.replaceSubrange(..<end, with: kept)
                resolve(upTo: kept.count)
            } else {
                resolve(upTo: end)
            }
        }
        insertOutput()
    }

    private mutating func resolve(upTo end: Int) {
        text.withUnsafeBytes {
            TextContent().append(UnsafeRawBufferPointer(rebasing: $0[..<end]), to: &output)
        }
        text.removeSubrange(..<end)
    }

    /// How much of the text has no reference and no character at its end that may be incomplete.
    private func completeLength() -> Int {
        // A carriage return may be the first half of a line's end.
        let length = text.last == UInt8(ascii: "\r") ? text.count - 1 : text.count
        let tail = text[..<length].suffix(Self.referenceLimit)
        if let reference = tail.lastIndex(of: UInt8(ascii: "&")),
            !tail[reference...].contains(UInt8(ascii: ";"))
        {
            return reference
        }
        let lead = text[..<length].lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        return text[lead] >= 0xC0 ? lead : length
    }

    private mutating func insertOutput() {
        output.dropControls()
        guard !output.isEmpty else { return }
        if isXML { xml.text(output) } else { html.text(output) }
    }
}
