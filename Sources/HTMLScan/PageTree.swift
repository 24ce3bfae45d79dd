internal import CLibXML2

/// Builds libxml2's tree of a page, for XPath.
///
/// The parser is given the page's tags, one after another and mended: with names and attributes that it can read, at most
/// so many of them, and none that end the document. Text does not pass through it but goes straight to where it stands
/// in the tree, decoded and resolved, for libxml2 2.9 knows no RCDATA, ends a script at any `</` and takes its time with `&`.
/// Where elements are open, implied or closed by others is its own business. Comments are left out.
struct PageTree: ~Copyable {
    /// How much memory a tree may take, roughly; what comes of a page beyond is left out.
    static let sizeLimit = 32 << 20
    /// How many elements may be open; start tags beyond are dropped. libxml2 gives up at 256.
    static let depthLimit = 240
    /// How many attributes an element keeps. libxml2 compares each with all before it.
    private static let attributeLimit = 100
    /// What an element, an attribute or a text takes in memory beside its text.
    private static let nodeSize = 256

    // Safe because only this value knows the pointers, and frees what they point to in `deinit`.
    private var parser: htmlParserCtxtPtr?
    private var markup: [UInt8] = []
    /// Text that is not yet in the tree: references may be incomplete.
    private var text: [UInt8] = []
    private var output: [UInt8] = []
    private var size = 0
    /// How many start tags the parser has not been given yet.
    private var pendingStarts = 0
    private var isComplete = false

    /// How many nodes the tree has, roughly.
    private(set) var nodeCount = 0
    /// Whether the page was larger than a tree may be.
    private(set) var isTruncated = false

    private static let markupLimit = 8 << 10
    private static let textLimit = 64 << 10
    /// The longest reference, `&CounterClockwiseContourIntegral;`, and room for a number with zeros.
    private static let referenceLimit = 64

    /// Makes libxml2 ready; it is done once in a process.
    static let initialize: Void = xmlInitParser()

    init() {}

    deinit { Self.free(parser) }

    /// Forgets the page and begins another.
    mutating func reset() {
        Self.free(parser)
        parser = nil
        markup.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        size = 0
        nodeCount = 0
        pendingStarts = 0
        isComplete = false
        isTruncated = false
    }

    private static func free(_ parser: htmlParserCtxtPtr?) {
        guard let parser else { return }
        if let document = parser.pointee.myDoc { xmlFreeDoc(document) }
        parser.pointee.myDoc = nil
        htmlFreeParserCtxt(parser)
    }

    /// The page's tree: complete, and in the order of the document; nil where memory ran out.
    ///
    /// It is valid until the page is forgotten.
    mutating func document() -> xmlDocPtr? {
        if !isComplete {
            isComplete = true
            appendText()
            // A tree has a root, so that what is asked of it has an answer.
            markup.append(contentsOf: "<html>".utf8)
            flush()
            // The result is that of the last error in the page's markup.
            if let parser { _ = htmlParseChunk(parser, nil, 0, 1) }
            if let document = parser?.pointee.myDoc { _ = xmlXPathOrderDocElems(document) }
        }
        return parser?.pointee.myDoc
    }

    // MARK: - What the page consists of

    /// Adds a start tag.
    ///
    /// - Parameter isEmpty: Whether the element ends with it: it is void, or an element of XML that is closed at once.
    mutating func start(_ name: [UInt8], _ attributes: borrowing TagAttributes, isEmpty: Bool) {
        appendText()
        guard Self.isName(name), spend(Self.nodeSize), hasRoom() else { return }
        markup.append(UInt8(ascii: "<"))
        markup.append(contentsOf: name)
        attributes.withUnsafeBytes { append($0) }
        if isEmpty { markup.append(UInt8(ascii: "/")) }
        markup.append(UInt8(ascii: ">"))
        pendingStarts += 1
        if markup.count >= Self.markupLimit { flush() }
    }

    /// Adds an end tag.
    mutating func end(_ name: [UInt8]) {
        appendText()
        // With nothing open, and so after these, the document is at its end for the parser, and the rest is not read.
        guard Self.isName(name), !name.matches("html"), !name.matches("body"), depth + pendingStarts > 0
        else {
            return
        }
        // The parser may look at all that is open to find what the tag closes.
        size += 2 * depth
        if size > Self.sizeLimit { isTruncated = true }
        if isTruncated { return }
        markup.append(contentsOf: "</".utf8)
        markup.append(contentsOf: name)
        markup.append(UInt8(ascii: ">"))
        if markup.count >= Self.markupLimit { flush() }
    }

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

    /// Adds a `<` that is text.
    mutating func appendLess() {
        withUnsafeBytes(of: UInt8(ascii: "<")) { append(text: $0[...]) }
    }

    /// Adds text in which there are no references.
    mutating func append(rawText bytes: UnsafeRawBufferPointer) {
        guard spend(Self.nodeSize + bytes.count) else { return }
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
        guard spend(Self.nodeSize + end) else { return text.removeAll(keepingCapacity: true) }
        output.removeAll(keepingCapacity: true)
        text.withUnsafeBytes {
            TextContent().append(UnsafeRawBufferPointer(rebasing: $0[..<end]), to: &output)
        }
        text.removeSubrange(..<end)
        insertOutput()
    }

    /// How much of the text has no reference and no character at its end that may be incomplete.
    private func completeLength() -> Int {
        let tail = text.suffix(Self.referenceLimit)
        if let reference = tail.lastIndex(of: UInt8(ascii: "&")),
            !tail[reference...].contains(UInt8(ascii: ";"))
        {
            return reference
        }
        let lead = text.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        return text[lead] >= 0xC0 ? lead : text.count
    }

    private mutating func insertOutput() {
        output.dropControls()
        flush()
        if parser == nil { parser = Self.parser() }
        guard let parser, !output.isEmpty else { return }
        if !isInBody(parser) {
            if output.allSatisfy(\.isASCIIWhitespace) { return }
            // As the parser itself does with text that stands nowhere; it opens what else is implied.
            markup.append(contentsOf: "<p>".utf8)
            flush()
        }
        output.withUnsafeBufferPointer { xmlSAX2Characters(parser, $0.baseAddress, Int32($0.count)) }
    }

    private func isInBody(_ parser: htmlParserCtxtPtr) -> Bool {
        guard let node = parser.pointee.node, let name = node.pointee.name else { return false }
        let tag = TagName(cString: name)
        return tag != .html && tag != .head
    }

    // MARK: - The parser

    /// Whether one more element may be opened.
    private mutating func hasRoom() -> Bool {
        // The parser may add elements that are implied.
        if depth + 3 * pendingStarts >= Self.depthLimit { flush() }
        return depth < Self.depthLimit
    }

    private var depth: Int { parser.map { Int(clibxml2_open_node_count($0)) } ?? 0 }

    private mutating func spend(_ cost: Int) -> Bool {
        size += cost
        nodeCount += 1
        if size > Self.sizeLimit { isTruncated = true }
        return !isTruncated
    }

    private mutating func flush() {
        guard !markup.isEmpty else { return }
        if parser == nil { parser = Self.parser() }
        if let parser {
            markup.withUnsafeBytes { bytes in
                _ = htmlParseChunk(
                    parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
            }
        }
        markup.removeAll(keepingCapacity: true)
        pendingStarts = 0
    }

    /// A new parser for each page: the names that one has seen stay in its memory.
    private static func parser() -> htmlParserCtxtPtr? {
        _ = initialize
        var handler = htmlSAXHandler()
        xmlSAX2InitHtmlDefaultSAXHandler(&handler)
        handler.comment = nil
        handler.warning = nil
        handler.error = nil
        guard let parser = htmlCreatePushParserCtxt(&handler, nil, nil, 0, nil, XML_CHAR_ENCODING_UTF8) else {
            return nil
        }
        // Whatever the page declares, it has been decoded. The result names options that are unknown, of which there are none.
        _ = htmlCtxtUseOptions(
            parser,
            Int32(
                HTML_PARSE_NONET.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
                    | HTML_PARSE_IGNORE_ENC.rawValue))
        return parser
    }

    // MARK: - Attributes

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var cursor = AttributeCursor(bytes)
        var count = 0
        while count < Self.attributeLimit, let (name, value) = cursor.next() {
            guard Self.isName(name), spend(Self.nodeSize + value.count) else { continue }
            count += 1
            markup.append(UInt8(ascii: " "))
            for byte in name { markup.append(byte.asciiLowercased) }
            markup.append(contentsOf: "=\"".utf8)
            output.removeAll(keepingCapacity: true)
            TextContent.isAttribute.append(UnsafeRawBufferPointer(rebasing: value), to: &output)
            output.dropControls()
            for byte in output {
                switch byte {
                case UInt8(ascii: "&"): markup.append(contentsOf: "&amp;".utf8)
                case UInt8(ascii: "\""): markup.append(contentsOf: "&quot;".utf8)
                case UInt8(ascii: "<"): markup.append(contentsOf: "&lt;".utf8)
                default: markup.append(byte)
                }
            }
            markup.append(UInt8(ascii: "\""))
        }
    }

    /// Whether libxml2 reads a name whole: it is of ASCII, and not too long.
    private static func isName(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, name.count < 100 else { return false }
        return (first.isASCIILetter || first == UInt8(ascii: "_"))
            && name.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            }
    }
}

extension [UInt8] {
    /// Removes what no character of XML is: controls but for white space, U+FFFE and U+FFFF; a carriage return is a line's end.
    fileprivate mutating func dropControls() {
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

    fileprivate func matches(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && elementsEqual(text.bytes) { $0.asciiLowercased == $1 }
    }
}
