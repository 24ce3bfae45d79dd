internal import CLibXML2

/// Reads a sitemap or feed in XML with libxml2's push parser.
///
/// No entity is ever declared, so none can be expanded or fetched: the first declaration of one ends the reading. The parser goes on
/// behind mistakes (XML_PARSE_RECOVER), for a `&` in a URL that should be `&amp;` is common; the entry that has it is left out.
final class SitemapXML {
    /// How much the parser may hold that it cannot make anything of yet, in bytes: the longest tag or comment.
    private static let pendingLimit = 64 << 10
    /// How much it is given at once.
    private static let sliceSize = 4 << 10

    // Safe because only this object knows the pointer, and frees it in `deinit`.
    private let parser: xmlParserCtxtPtr?
    private let elements = SitemapElements()
    private var isOver = false

    /// Makes libxml2 ready; it is done once in a process.
    private static let initialize: Void = xmlInitParser()

    init() {
        _ = Self.initialize
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = startElement
        handler.endElementNs = endElement
        handler.characters = characters
        handler.cdataBlock = characters
        handler.entityDecl = { context, _, _, _, _, _ in SitemapElements.of(context)?.refuse() }
        handler.attributeDecl = { context, _, _, _, _, _, names in
            xmlFreeEnumeration(names)
            SitemapElements.of(context)?.refuse()
        }
        // Safe because the parser is freed with this object, which keeps the elements alive until then.
        parser = xmlCreatePushParserCtxt(&handler, Unmanaged.passUnretained(elements).toOpaque(), nil, 0, nil)
        guard let parser else { return }
        // The result names options that are unknown, of which there are none.
        _ = xmlCtxtUseOptions(
            parser,
            Int32(
                XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
                    | XML_PARSE_RECOVER.rawValue))
        elements.parser = parser
    }

    deinit { if let parser { xmlFreeParserCtxt(parser) } }

    func feed(_ bytes: UnsafeRawBufferPointer) -> SitemapProgress {
        var rest = bytes
        while !rest.isEmpty, !isOver {
            let slice = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.sliceSize))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(slice.count))
            parse(slice, isLast: false)
        }
        return progress()
    }

    func finish() -> SitemapProgress {
        if !isOver { parse(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) }
        if elements.failure == nil, !elements.hasRoot { elements.failure = .notASitemap }
        return progress()
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
        guard let parser else {
            elements.failure = .outOfMemory
            isOver = true
            return
        }
        parser.pointee.wellFormed = 1
        // What is wrong is asked of the parser below.
        _ = xmlParseChunk(
            parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), isLast ? 1 : 0
        )
        elements.noteMistake()
        if elements.isOver { isOver = true }
        guard !isOver, let input = parser.pointee.input else { return }
        if input.pointee.end - input.pointee.cur > Self.pendingLimit {
            elements.failure = elements.failure ?? .malformed("a tag or comment of more than 64 KiB")
            isOver = true
        }
    }

    private func progress() -> SitemapProgress {
        SitemapProgress(entries: elements.takeEntries(), failure: elements.failure, isOver: isOver)
    }
}

// MARK: - Callbacks

private func startElement(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ namespace: UnsafePointer<xmlChar>?, _ namespaceCount: Int32,
    _ namespaces: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ attributeCount: Int32,
    _ defaultCount: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    guard let elements = SitemapElements.of(context), let name else { return }
    guard attributeCount + namespaceCount <= SitemapElements.attributeLimit else { return elements.refuse() }
    elements.start(String(cString: name), namespace: namespace.map { String(cString: $0) } ?? "") { wanted in
        // Each attribute is five pointers: name, prefix, namespace, and where its value begins and ends.
        for index in 0..<Int(attributeCount) {
            guard let attributes, let name = attributes[5 * index], String(cString: name) == wanted,
                let start = attributes[5 * index + 3], let end = attributes[5 * index + 4]
            else { continue }
            return Array(UnsafeBufferPointer(start: start, count: end - start))
        }
        return nil
    }
}

private func endElement(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ namespace: UnsafePointer<xmlChar>?
) {
    SitemapElements.of(context)?.end()
}

private func characters(
    _ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<xmlChar>?, _ count: Int32
) {
    guard let text else { return }
    SitemapElements.of(context)?.read(UnsafeBufferPointer(start: text, count: Int(count)))
}
