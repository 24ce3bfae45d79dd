internal import CLibXML2

/// The elements of a page that are open, as libxml2's HTML push parser keeps them.
///
/// The parser is given bare tags only: no text, no attributes, no names but those of HTML. So nothing in a page can make it
/// slow (libxml2 2.9.14 takes 11 s for a tag of 100,000 attributes), let its dictionary grow, or reach
/// its error handlers with the page's words. There is no tree and there are no callbacks: what is asked of the parser is its stack.
final class OpenElements {
    /// How many elements may be open; start tags beyond are dropped. Browsers stop at 512.
    ///
    /// An end tag may cost the parser a walk over all of them.
    static let depthLimit = 256

    // Safe because only this object knows the pointer, and frees it in `deinit`.
    private let parser: htmlParserCtxtPtr?
    private var pending: [UInt8] = []
    private var isUsed = false

    private static let pendingLimit = 512
    private static let initialize: Void = xmlInitParser()

    init() {
        _ = Self.initialize
        // A handler with no callbacks: nothing is built, reported or printed. The parser copies it.
        var handler = htmlSAXHandler()
        parser = htmlCreatePushParserCtxt(&handler, nil, nil, 0, nil, XML_CHAR_ENCODING_UTF8)
        if let parser { Self.setOptions(of: parser) }
        pending.reserveCapacity(Self.pendingLimit + 64)
    }

    deinit { if let parser { htmlFreeParserCtxt(parser) } }

    /// Forgets the page and begins another.
    func reset() {
        pending.removeAll(keepingCapacity: true)
        guard isUsed, let parser else { return }
        isUsed = false
        // The result says only that memory ran out; the parser then has no input and its stack stays empty.
        _ = xmlCtxtResetPush(parser, nil, 0, nil, nil)
        parser.pointee.html = 1
        Self.setOptions(of: parser)
    }

    /// Opens an element: its start tag was found.
    func open(_ name: TagName) {
        append(name, isEnd: false)
    }

    /// Closes an element: its end tag was found, or is implied.
    func close(_ name: TagName) {
        append(name, isEnd: true)
    }

    /// The innermost open element.
    var innermost: TagName? {
        flush()
        guard let parser, parser.pointee.nameNr > 0 else { return nil }
        return name(at: Int(parser.pointee.nameNr) - 1, of: parser)
    }

    /// Whether an element of this name is open.
    func contains(_ name: TagName) -> Bool {
        flush()
        guard let parser else { return false }
        return (0..<Int(parser.pointee.nameNr)).contains { self.name(at: $0, of: parser) == name }
    }

    private func name(at index: Int, of parser: htmlParserCtxtPtr) -> TagName? {
        guard let name = parser.pointee.nameTab?[index] else { return nil }
        return TagName(cString: name)
    }

    private func append(_ name: TagName, isEnd: Bool) {
        if pending.count >= Self.pendingLimit { flush() }
        if !isEnd, isUsed, let parser, Int(parser.pointee.nameNr) >= Self.depthLimit { return }
        pending.append(UInt8(ascii: "<"))
        if isEnd { pending.append(UInt8(ascii: "/")) }
        name.forEachByte { pending.append($0) }
        pending.append(UInt8(ascii: ">"))
    }

    private func flush() {
        guard let parser, !pending.isEmpty else { return }
        if !isUsed {
            isUsed = true
            // With an element of ours at the bottom the parser never sees the end of the document, after which it stops.
            pending.insert(contentsOf: Self.prelude, at: 0)
        }
        pending.withUnsafeBytes { bytes in
            // The result is that of the last error in the page's markup, which is of no interest here.
            _ = htmlParseChunk(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
        }
        pending.removeAll(keepingCapacity: true)
    }

    private static let prelude = Array("<html><body>".utf8)

    private static func setOptions(of parser: htmlParserCtxtPtr) {
        // The result names options that are unknown, of which there are none.
        _ = htmlCtxtUseOptions(
            parser,
            Int32(HTML_PARSE_NONET.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue))
    }
}
