internal import TrawlText

/// Finds the URLs that a page refers to, and the ids of its elements, while its markup is read.
///
/// The page is in UTF-8. What stands in comments, in scripts, and in the content of a `template` never comes here.
final class ReferenceReader {
    /// The vocabulary that an element is of.
    enum Namespace { case html, svg, other }

    /// How deep documents within documents (`srcdoc`) are read.
    private static let depthLimit = 3
    /// The most bytes of a tag that are kept.
    static let tagLimit = 1 << 20

    var list = ReferenceList()
    var ids = ElementIDs()
    /// The attributes of the tag that is read.
    var values = TagValues()
    let options: PageScanner.Options
    let text: PageText

    /// How many documents are around this one.
    private let depth: Int
    /// Reads the documents within this one.
    private lazy var frames = PageScanner(
        options.intersection([.references, .socialImages]), depth: depth + 1)

    /// The number of the line that is read.
    private var line = 1
    /// The number of the line on which the tag that is read begins.
    private(set) var tagLine = 1
    private var isWithinTag = false
    private var hasLongTag = false

    /// The link whose text is read.
    private var link: OpenLink?
    private var style = OpenStyle.none

    init(_ options: PageScanner.Options, text: PageText, depth: Int) {
        self.options = options
        self.text = text
        self.depth = depth
    }

    /// What was found. It is complete once the page is finished.
    var result: PageReferences { PageReferences(list, ids) }

    /// Forgets the page and begins another.
    func reset() {
        list = ReferenceList()
        ids = ElementIDs()
        line = 1
        isWithinTag = false
        hasLongTag = false
        link = nil
        style = .none
    }

    /// Says that the page ends here.
    func finish() {
        endLink()
        endStyle(hasEndTag: false)
        ids.compact()
        guard hasLongTag else { return }
        list.isCutShort = true
        ids.isCutShort = true
    }

    // MARK: - What the lexer reads

    /// Counts the lines of bytes that were just read, and takes them as the text of a style sheet where one is open.
    ///
    /// - Parameter isWithinTag: Whether they end within a tag.
    func pass(_ bytes: Slice<UnsafeRawBufferPointer>, isWithinTag: Bool) {
        if !self.isWithinTag { tagLine = line }
        self.isWithinTag = isWithinTag
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        for byte in bytes where byte == UInt8(ascii: "\n") { line += 1 }
        guard case .rawText(var text) = style else { return }
        style = .none
        for link in text.feed(bytes) { list.add(link, element: "style") }
        style = .rawText(text)
    }

    /// Reads a start tag. It is not one of a template's content.
    ///
    /// - Parameter name: Its name without a prefix.
    func readStartTag(
        _ tag: borrowing MarkupTag, _ name: TagName, _ namespace: Namespace, isXML: Bool
    ) {
        if namespace != .other, name == .a { endLink() } else { separateText(at: name, isEnd: false) }
        if tag.attributes.isCutShort { hasLongTag = true }
        tag.attributes.withUnsafeBytes { bytes in
            values.read(bytes)
            let reading = TagReading(name: name, writtenName: tag.writtenName, bytes: bytes)
            if !values.found.isEmpty { read(reading, namespace) }
            guard name == .style, namespace != .other, isStyleSheet(reading) else { return }
            let isRawText = namespace == .html && !isXML
            style = isRawText ? .rawText(StyleText(line: line)) : .markup([], line: line)
        }
        // In HTML a `/` at the end of a tag says nothing.
        if tag.isSelfClosing, isXML || namespace != .html { readEndTag(name) }
    }

    /// Reads an end tag.
    func readEndTag(_ name: TagName) {
        switch name {
        case .a: endLink()
        case .style: endStyle(hasEndTag: false)
        default: separateText(at: name, isEnd: true)
        }
    }

    /// Reads text between tags.
    func readText(_ bytes: Slice<UnsafeRawBufferPointer>) {
        link?.text.append(bytes)
        guard case .markup(var text, let line) = style else { return }
        style = .none
        text.append(contentsOf: bytes.prefix(StyleText.byteLimit - text.count))
        style = .markup(text, line: line)
    }

    /// Reads text in which there are no references.
    func readVerbatimText(_ bytes: UnsafeRawBufferPointer) {
        var escaped: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "&") {
                escaped.append(contentsOf: "&amp;".utf8)
            } else {
                escaped.append(byte)
            }
        }
        escaped.withUnsafeBytes { readText($0[...]) }
    }

    /// Says that the text of a raw text element has ended.
    func endRawText() {
        if case .rawText = style { endStyle(hasEndTag: true) }
    }

    // MARK: - Links and their texts

    /// Begins a link, whose text comes next.
    func open(_ link: OpenLink) { self.link = link }

    /// Adds what stands in for an image to the text of the link that it is in.
    func addToLink(alternative: Slice<UnsafeRawBufferPointer>) {
        link?.text.appendSpace()
        link?.text.append(alternative)
        link?.text.appendSpace()
    }

    private func separateText(at name: TagName, isEnd: Bool) {
        guard link != nil else { return }
        if link?.isLeft(at: name, isEnd: isEnd) == true {
            endLink()
            return
        }
        // Blocks stand apart; what belongs to the head shows nothing.
        let traits = ElementKind.traits(of: name)
        if traits.contains(.special), !traits.contains(.isOfHead) { link?.text.appendSpace() }
    }

    private func endLink() {
        guard let link else { return }
        self.link = nil
        list.add(link.reference(text), line: link.line)
    }

    // MARK: - Style sheets and documents in the page

    private func endStyle(hasEndTag: Bool) {
        switch style {
        case .none: return
        case .rawText(var text):
            for link in text.finish(hasEndTag: hasEndTag) { list.add(link, element: "style") }
            if text.isCutShort { list.isCutShort = true }
        case .markup(let raw, let line):
            var decoded: [UInt8] = []
            raw.withUnsafeBytes { TextContent().append($0, to: &decoded) }
            var scanner = CSSLinkScanner(line: line)
            decoded.withUnsafeBytes { scanner.feed($0) }
            scanner.finish()
            for link in scanner.takeLinks() { list.add(link, element: "style") }
            if raw.count == StyleText.byteLimit { list.isCutShort = true }
        }
        style = .none
    }

    /// Reads a document that stands in an attribute. Its ids are not the page's.
    func readFrame(_ document: String) {
        guard depth < Self.depthLimit else {
            list.isCutShort = true
            return
        }
        var document = document
        frames.reset(contentType: "text/html; charset=utf-8")
        document.withUTF8 { frames.feed(UnsafeRawBufferPointer($0)) }
        frames.finish()
        guard let found = frames.references else { return }
        for counted in found.references {
            list.add(
                counted.reference.relative(to: frames.baseHref), line: tagLine + counted.line - 1,
                count: counted.count)
        }
        if found.isCutShort { list.isCutShort = true }
    }
}
