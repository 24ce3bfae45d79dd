internal import CLibXML2

/// The elements of a page that are open, as libxml2's HTML push parser keeps them.
///
/// The parser is given bare tags only: no text, no attributes, no names but those of HTML. So nothing in a page can make it
/// slow (libxml2 2.9.14 takes 11 s for a tag of 100,000 attributes), let its dictionary grow, or reach
/// its error handlers with the page's words. There is no tree and there are no callbacks: what is asked of the parser is its stack.
struct OpenElements: ~Copyable {
    /// How many elements may be open; start tags beyond are dropped. Browsers stop at 512.
    ///
    /// An end tag may cost the parser a walk over all of them.
    static let depthLimit = 256

    // Safe because only this value knows the pointer, and frees it in `deinit`.
    private let parser: htmlParserCtxtPtr?
    /// The tags that the parser has not been given yet.
    private var pending: [(name: TagName, isEnd: Bool)] = []
    private var markup: [UInt8] = []
    private var isUsed = false
    /// How many tags of the page the parser was given, and how often its stack was searched.
    private var tagCount = 0

    private static let pendingLimit = 64
    private static let tagLimit = 100_000
    private static let initialize: Void = xmlInitParser()

    init() {
        _ = Self.initialize
        // A handler with no callbacks: nothing is built, reported or printed. The parser copies it.
        var handler = htmlSAXHandler()
        parser = htmlCreatePushParserCtxt(&handler, nil, nil, 0, nil, XML_CHAR_ENCODING_UTF8)
        if let parser { Self.setOptions(of: parser) }
        pending.reserveCapacity(Self.pendingLimit)
    }

    deinit { if let parser { htmlFreeParserCtxt(parser) } }

    /// Forgets the page and begins another.
    mutating func reset() {
        pending.removeAll(keepingCapacity: true)
        tagCount = 0
        guard isUsed, let parser else { return }
        isUsed = false
        // The result says only that memory ran out; the parser then has no input and its stack stays empty.
        _ = xmlCtxtResetPush(parser, nil, 0, nil, nil)
        parser.pointee.html = 1
        Self.setOptions(of: parser)
    }

    /// Whether the page has so many tags that it is hostile, or at least no page; more are not worth the time.
    ///
    /// The limit is 100,000 tags; those of an element that was closed just as it was opened do not count.
    var isExhausted: Bool { tagCount >= Self.tagLimit }

    /// Opens an element: its start tag was found.
    mutating func open(_ name: TagName) {
        guard depth + pending.count < Self.depthLimit else { return }
        append(name, isEnd: false)
    }

    /// Closes an element: its end tag was found, or is implied.
    mutating func close(_ name: TagName) {
        // In markup that is well formed tags come in pairs, and the parser hardly ever has to be asked.
        if let last = pending.last, !last.isEnd, last.name == name {
            pending.removeLast()
        } else {
            append(name, isEnd: true)
        }
    }

    /// Closes the innermost element of this name and all that are open within it.
    mutating func closeThrough(_ name: TagName) {
        guard contains(name) else { return }
        while let innermost = innermost() {
            close(innermost)
            if innermost == name { return }
        }
    }

    /// The innermost open element.
    mutating func innermost() -> TagName? {
        flush()
        guard let parser, parser.pointee.nameNr > 0 else { return nil }
        return name(at: Int(parser.pointee.nameNr) - 1, of: parser)
    }

    /// Whether an element of this name is open.
    ///
    /// - Parameter boundary: Where the search ends: only what is open within the innermost element of this name counts.
    mutating func contains(_ name: TagName, within boundary: TagName? = nil) -> Bool {
        flush()
        tagCount += 1
        guard let parser else { return false }
        for index in (0..<Int(parser.pointee.nameNr)).reversed() {
            let open = self.name(at: index, of: parser)
            if open == name { return true }
            if boundary != nil, open == boundary { return false }
        }
        return false
    }

    private func name(at index: Int, of parser: htmlParserCtxtPtr) -> TagName? {
        guard let name = parser.pointee.nameTab?[index] else { return nil }
        return TagName(cString: name)
    }

    /// How many elements are open, as far as the parser knows.
    private var depth: Int { isUsed ? Int(parser?.pointee.nameNr ?? 0) : 0 }

    private mutating func append(_ name: TagName, isEnd: Bool) {
        if pending.count >= Self.pendingLimit { flush() }
        pending.append((name, isEnd))
    }

    /// Gives the parser the tags that it has not been given yet.
    private mutating func flush() {
        guard let parser, !pending.isEmpty else { return }
        markup.removeAll(keepingCapacity: true)
        if !isUsed {
            isUsed = true
            // With an element of ours at the bottom the parser never sees the end of the document, after which it stops.
            markup.append(contentsOf: Self.prelude)
        }
        for (name, isEnd) in pending {
            markup.append(UInt8(ascii: "<"))
            if isEnd { markup.append(UInt8(ascii: "/")) }
            name.forEachByte { markup.append($0) }
            markup.append(UInt8(ascii: ">"))
        }
        tagCount += pending.count
        pending.removeAll(keepingCapacity: true)
        markup.withUnsafeBytes { bytes in
            // The result is that of the last error in the page's markup, which is of no interest here.
            _ = htmlParseChunk(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
        }
    }

    private static let prelude = Array("<html><body>".utf8)

    private static func setOptions(of parser: htmlParserCtxtPtr) {
        // The result names options that are unknown, of which there are none.
        _ = htmlCtxtUseOptions(
            parser,
            Int32(HTML_PARSE_NONET.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue))
    }
}
