internal import TrawlText

/// Finds the tags in a stream of HTML, as the HTML Standard's tokenizer (§13.2.5) does.
///
/// The lexer keeps no text, and the attributes of few elements, unless more is asked for. It can stop at any byte and go on
/// with the next piece, and its size does not depend on the page. It reads the bytes of any encoding that is markup compatible
/// (``TextEncoding/isMarkupCompatible``), so that nothing has to be decoded first.
struct MarkupLexer {
    /// What the lexer found.
    enum Event {
        /// There are no more bytes.
        case exhausted
        /// A start tag; it is in `tag`.
        case startTag
        /// An end tag; it is in `tag`.
        case endTag
        /// The text of a raw text element has ended: the bytes before are `</`, the element's name and one byte more.
        case rawTextEnd
        /// Text, where it is asked for. It goes from `textStart` to the last byte that was read.
        case text
        /// A `<` that opens no tag and is text, where text is asked for.
        case loneLess
        /// A comment, or what counts as one, where everything is kept. Its text is in `content`.
        case comment
        /// A doctype, where everything is kept. What stands between `<!` and `>` is in `content`.
        case doctype
        /// A piece of a CDATA section, where text is asked for. `takeSection()` takes it.
        case section
    }

    /// What the next byte belongs to.
    enum State {
        /// Text between tags.
        case data
        /// A tag, behind `<`.
        case tagOpen
        /// An end tag, behind `</`.
        case endTagOpen
        case tagName
        case attributes(AttributePart)
        case declaration(DeclarationPart)
        case rawText(RawTextPart)
        /// Text up to the end of the page.
        case plaintext
    }

    /// What is kept and reported of a page beside its tags.
    struct Demands: OptionSet {
        let rawValue: UInt8

        /// The attributes of `meta` elements.
        static let metaAttributes = Demands(rawValue: 1 << 0)
        /// The attributes of the elements that ``PageFindings`` reads.
        static let findings = Demands(rawValue: 1 << 1)
        /// Text.
        static let text = Demands(rawValue: 1 << 2)
        /// Everything: text, comments, the attributes of all elements, and their names, however long.
        static let everything = Demands(rawValue: 1 << 3)
        /// What ``ReferenceReader`` reads. It is the same.
        static let references = Demands(rawValue: 1 << 4)
    }

    /// What is kept and reported.
    ///
    /// The attributes of elements that may end foreign content, or admit HTML to it, or decide whether the page has content, are
    /// always kept.
    var demands: Demands = []
    /// Whether `<![CDATA[` opens a section: only in foreign content.
    var allowsCDATA = false
    /// Whether the page is XHTML: its comments, instructions and doctype end where XML says, there are CDATA sections everywhere,
    /// and the attributes of all elements are kept.
    var isXML = false

    /// The tag last found.
    var tag = MarkupTag()
    /// The raw text element last entered.
    var rawText = RawText()
    /// What stands in the comment or doctype last found, or in the CDATA section that is read.
    var content: [UInt8] = []
    /// Where the text last found begins, in the piece that is read.
    private(set) var textStart = 0
    /// Whether there was text other than white space and NUL, outside of raw text elements.
    var hasText = false

    var state = State.data
    /// Where in the piece being read the attributes of the present tag begin.
    private var attributesStart = 0
    private var keepsAttributes = false
    /// Whether a `<` was read that is text and not yet reported.
    private var hasLoneLess = false

    /// Whether text is reported.
    var findsText: Bool { !demands.isDisjoint(with: [.text, .everything, .references]) }
    /// Whether everything is kept and reported.
    var keepsEverything: Bool { !demands.isDisjoint(with: [.everything, .references]) }

    /// Reads the content of the element just found as text, up to its end tag.
    mutating func enterRawText() {
        rawText = RawText(name: tag.name)
        state = .rawText(.text(dashes: 0))
    }

    /// Reads all that follows as text.
    mutating func enterPlaintext() { state = .plaintext }

    /// Forgets the page and begins another.
    mutating func reset() {
        state = .data
        hasText = false
        allowsCDATA = false
        demands.subtract([.metaAttributes, .text])
        keepsAttributes = false
        hasLoneLess = false
        isXML = false
    }

    /// Reads on to the next event.
    ///
    /// - Parameters:
    ///   - bytes: A piece of the page.
    ///   - position: Where in it to begin; moved past what was read.
    mutating func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Event {
        attributesStart = position
        let event = run(bytes, &position)
        if keepsAttributes {
            if event == .startTag || isInAttributes {
                tag.attributes.append(bytes[attributesStart..<position])
            }
            keepsAttributes = event == .exhausted
        }
        return event
    }

    private mutating func run(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Event {
        while position < bytes.count {
            switch state {
            case .data:
                let next = bytes.firstIndex(of: UInt8(ascii: "<"), from: position)
                if !hasText {
                    hasText = bytes[position..<(next ?? bytes.count)].contains {
                        $0 != 0 && !$0.isASCIIWhitespace
                    }
                }
                if findsText, next != position || hasLoneLess { return takeText(bytes, &position, next) }
                position = next.map { $0 + 1 } ?? bytes.count
                if next != nil { state = .tagOpen }
                // Most tags lie in one piece: they are read without a look at the state for each part.
                guard position < bytes.count else { return .exhausted }
                fallthrough
            case .tagOpen:
                guard openTag(bytes[position], &position) else { continue }
                fallthrough
            case .tagName:
                if readTagName(bytes, &position) { return emitTag() }
            case .endTagOpen:
                if openEndTag(bytes[position], &position), readTagName(bytes, &position) { return emitTag() }
            case .attributes(let part):
                if readAttributes(bytes, &position, from: part) { return emitTag() }
            case .declaration(let part):
                if let event = readDeclaration(bytes, &position, from: part) { return event }
            case .rawText:
                if readRawText(bytes, &position) { return .rawTextEnd }
            case .plaintext:
                position = bytes.count
            }
        }
        return .exhausted
    }

    /// Reports text, before which there may have been a `<` that is text, too.
    private mutating func takeText(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ next: Int?)
        -> Event
    {
        if hasLoneLess {
            hasLoneLess = false
            return .loneLess
        }
        textStart = position
        position = next ?? bytes.count
        return .text
    }

    // MARK: - Tags

    /// Reads the byte after `<`.
    ///
    /// - Returns: Whether a tag's name begins with it.
    private mutating func openTag(_ byte: UInt8, _ position: inout Int) -> Bool {
        if Self.beginsName(byte, isXML) {
            tag.begin(isEnd: false)
            state = .tagName
            return true
        }
        if byte == UInt8(ascii: "/") {
            position += 1
            state = .endTagOpen
        } else if byte == UInt8(ascii: "!") {
            position += 1
            state = .declaration(.opening(.nothing))
        } else if byte == UInt8(ascii: "?") {
            // The byte is read again, as a part of what it opens.
            content.removeAll(keepingCapacity: true)
            state = .declaration(isXML ? .xmlInstruction(isAfterQuestionMark: false) : .bogusComment)
        } else {
            // The byte is read again; the `<` was text.
            state = .data
            hasText = true
            hasLoneLess = findsText
        }
        return false
    }

    /// Whether a tag's name may begin with a byte. In XML it may be a letter of any script.
    private static func beginsName(_ byte: UInt8, _ isXML: Bool) -> Bool {
        byte.isASCIILetter || isXML && (byte >= 0x80 || byte == UInt8(ascii: "_"))
    }

    /// Reads the byte after `</`.
    ///
    /// - Returns: Whether a tag's name begins with it.
    private mutating func openEndTag(_ byte: UInt8, _ position: inout Int) -> Bool {
        if Self.beginsName(byte, isXML) {
            tag.begin(isEnd: true)
            state = .tagName
            return true
        }
        position += 1
        content.removeAll(keepingCapacity: true)
        state = byte == UInt8(ascii: ">") ? .data : .declaration(.bogusComment)
        return false
    }

    /// - Returns: Whether the tag is complete.
    private mutating func readTagName(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        if keepsEverything { tag.appendToWrittenName(bytes[position...]) }
        var name = tag.name
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") || byte.isASCIIWhitespace {
                tag.name = name
                beginAttributes(position)
                return endName(byte)
            }
            name.append(byte)
        }
        tag.name = name
        return false
    }

    private mutating func beginAttributes(_ position: Int) {
        guard !tag.isEnd else { return }
        attributesStart = position
        let name = tag.name
        // Not in a property of its own, for which the lexer is copied.
        keepsAttributes =
            keepsEverything || isXML
            || demands.contains(.findings) && PageFindings.areOf(name)
            || demands.contains(.metaAttributes) && name == .meta
            || allowsCDATA && (name == .font || name == .annotationXML) || !hasText && name == .input
        if keepsAttributes { tag.attributes.reset() }
    }

    /// Goes on after the byte that ended a tag's name.
    ///
    /// - Returns: Whether the tag is complete.
    mutating func endName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ">"): return true
        case UInt8(ascii: "/"): state = .attributes(.selfClosing)
        default: state = .attributes(.before)
        }
        return false
    }

    private mutating func emitTag() -> Event {
        state = .data
        return tag.isEnd ? .endTag : .startTag
    }

    private var isInAttributes: Bool {
        if case .attributes = state { true } else { false }
    }

    /// Whether what was being read has ended, and text or a tag comes next.
    var isInData: Bool {
        if case .data = state { true } else { false }
    }
}
