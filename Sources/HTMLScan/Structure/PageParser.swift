internal import CLibXML2
internal import TrawlText

/// Runs libxml2's HTML push parser on one page after another, to know which elements are open and to read the title.
///
/// The parser gets a simplified page. Version 2.9.14 takes 11 s for a tag of 100,000 attributes, reads markup in a
/// title as markup, and knows only the references of HTML 4. So it is given tags without attributes and with plain
/// names only, the title's content decoded and with its references resolved, and no other text. It builds no tree:
/// only its stack and the title that it reports are used.
struct PageParser: ~Copyable {
    /// The most elements that may be open; further start tags are dropped. Browsers stop at 512.
    ///
    /// An end tag may cost the parser a walk over all of them.
    static let depthLimit = 256

    // Safe because only this value knows the pointer, and frees it in `deinit`.
    private let parser: htmlParserCtxtPtr?
    /// The tags that the parser has not been given yet.
    private var pending: [(name: TagName, isEnd: Bool)] = []
    private var markup: [UInt8] = []
    private let events = TitleEvents()
    private var isUsed = false
    /// How many tags the parser was given, plus how often its stack was searched.
    private var tagCount = 0

    private static let pendingLimit = 64
    private static let tagLimit = 100_000

    init() {
        _ = PageTree.initialize
        // Nothing but these callbacks: nothing is built, reported or printed. The parser copies the handler.
        var handler = htmlSAXHandler()
        handler.startElement = startElement
        handler.endElement = endElement
        handler.characters = characters
        handler.ignorableWhitespace = characters
        // Safe because the parser is freed with this value, which keeps the events alive until then.
        parser = htmlCreatePushParserCtxt(
            &handler, Unmanaged.passUnretained(events).toOpaque(), nil, 0, nil, XML_CHAR_ENCODING_UTF8)
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
        _ = xmlCtxtResetPush(parser, nil, 0, nil, clibxml2_reset_encoding())
        parser.pointee.html = 1
        Self.setOptions(of: parser)
    }

    /// Reads the page's title.
    ///
    /// - Parameter content: What stands between its tags, decoded and with its references resolved.
    /// - Returns: What the parser reports of it; empty where it has no memory.
    mutating func title(_ content: String) -> String {
        markup.removeAll(keepingCapacity: true)
        appendPending()
        markup.append(contentsOf: "<title>".utf8)
        events.begin()
        appendEscaped(content)
        markup.append(contentsOf: "</title>".utf8)
        parse()
        return String(decoding: events.text, as: UTF8.self)
    }

    private mutating func appendEscaped(_ content: String) {
        var content = content
        // In UTF-8 the characters that the parser would drop are, or begin with, these bytes.
        guard
            Self.takesAllCharacters || !content.utf8.contains(where: { $0 == 0x0B || $0 == 0xEF })
                || !content.unicodeScalars.contains(where: Self.isNotOfXML)
        else { return carry(content) }
        content.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                let escaped: StaticString
                switch bytes[index] {
                case UInt8(ascii: "&"): escaped = "&amp;"
                case UInt8(ascii: "<"): escaped = "&lt;"
                default: continue
                }
                markup.append(contentsOf: bytes[start..<index])
                markup.append(contentsOf: escaped.bytes)
                start = index + 1
            }
            markup.append(contentsOf: bytes[start...])
        }
    }

    /// Appends text with characters that XML does not allow and the parser would drop. An element is written in the
    /// place of each, and its report brings the character back.
    private mutating func carry(_ content: String) {
        for scalar in content.unicodeScalars {
            if Self.isNotOfXML(scalar) {
                events.carried.append(scalar)
                markup.append(contentsOf: "<br>".utf8)
            } else if scalar == "&" {
                markup.append(contentsOf: "&amp;".utf8)
            } else if scalar == "<" {
                markup.append(contentsOf: "&lt;".utf8)
            } else {
                markup.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// Whether the parser takes titles as HTML 5 has them: with any character, and without markup.
    private static let takesAllCharacters = LIBXML_VERSION >= 21_400

    private static func isNotOfXML(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{0B}" || scalar == "\u{FFFE}" || scalar == "\u{FFFF}"
    }

    /// Whether the page has so many tags that it is hostile, or no real page.
    ///
    /// The limit is 100,000 tags; those of an element that was closed just as it was opened do not count.
    var isExhausted: Bool { tagCount >= Self.tagLimit }

    /// Opens an element: its start tag was found.
    mutating func open(_ name: TagName, _ traits: ElementTraits) {
        guard depth + pending.count < Self.depthLimit, !traits.isEmpty || name.isPlain else { return }
        if traits.contains(.closesItsLike), let last = pending.last, !last.isEnd, last.name == name { return }
        append(name, isEnd: false)
    }

    /// Closes an element: its end tag was found.
    mutating func close(_ name: TagName) {
        // In markup that is well formed tags come in pairs, and the parser hardly ever has to be asked.
        if let last = pending.last, !last.isEnd, last.name == name {
            pending.removeLast()
        } else if name.isPlain {
            append(name, isEnd: true)
        }
    }

    /// Whether an element of this name is open.
    mutating func contains(_ name: TagName) -> Bool {
        flush()
        tagCount += 1
        guard let parser else { return false }
        return (0..<clibxml2_open_name_count(parser)).contains { self.name(at: $0, of: parser) == name }
    }

    private func name(at index: Int32, of parser: htmlParserCtxtPtr) -> TagName? {
        guard let name = clibxml2_open_name(parser, index) else { return nil }
        return TagName(cString: name)
    }

    /// How many elements are open, as far as the parser knows.
    private var depth: Int { isUsed ? parser.map { Int(clibxml2_open_name_count($0)) } ?? 0 : 0 }

    private mutating func append(_ name: TagName, isEnd: Bool) {
        if pending.count >= Self.pendingLimit { flush() }
        pending.append((name, isEnd))
    }

    /// Gives the parser the tags that it has not been given yet.
    private mutating func flush() {
        guard !pending.isEmpty else { return }
        markup.removeAll(keepingCapacity: true)
        appendPending()
        parse()
    }

    private mutating func appendPending() {
        if !isUsed { begin() }
        for (name, isEnd) in pending {
            markup.append(UInt8(ascii: "<"))
            if isEnd { markup.append(UInt8(ascii: "/")) }
            name.forEachByte { markup.append($0) }
            markup.append(UInt8(ascii: ">"))
        }
        tagCount += pending.count
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func begin() {
        isUsed = true
        // With an element of ours at the bottom the parser never sees the end of the document, after which it stops.
        markup.append(contentsOf: Self.prelude)
    }

    private func parse() {
        guard let parser else { return }
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

/// What the parser reports of the title.
private final class TitleEvents {
    private(set) var text: [UInt8] = []
    /// The characters that the parser is given as elements, in order.
    var carried: [Unicode.Scalar] = []
    private var reported = 0
    private var isInTitle = false

    private static let title = TagName("title")
    private static let carrier = TagName("br")

    func begin() {
        text.removeAll(keepingCapacity: true)
        carried.removeAll(keepingCapacity: true)
        reported = 0
    }

    func start(_ name: TagName) {
        if name == Self.title {
            isInTitle = true
        } else if isInTitle, name == Self.carrier, reported < carried.count {
            text.append(contentsOf: UTF8.encode(carried[reported]) ?? UTF8.encodedReplacementCharacter)
            reported += 1
        }
    }

    func end(_ name: TagName) {
        if name == Self.title { isInTitle = false }
    }

    func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isInTitle { text.append(contentsOf: bytes) }
    }
}

// The callbacks have no captures, as C wants them; their context is the events.

private func events(_ context: UnsafeMutableRawPointer?) -> TitleEvents? {
    context.map { Unmanaged<TitleEvents>.fromOpaque($0).takeUnretainedValue() }
}

private func startElement(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    if let name { events(context)?.start(TagName(cString: name)) }
}

private func endElement(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?) {
    if let name { events(context)?.end(TagName(cString: name)) }
}

private func characters(
    _ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<xmlChar>?, _ count: Int32
) {
    events(context)?.read(UnsafeBufferPointer(start: bytes, count: Int(count)))
}
