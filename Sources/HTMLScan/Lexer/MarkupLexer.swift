internal import TrawlText

/// Finds the tags in a stream of HTML, as the HTML Standard's tokenizer (§13.2.5) does, and nothing else.
///
/// The lexer keeps no text, and the attributes of few elements. It can be stopped and gone on with at any byte, and its
/// size does not depend on the page. It reads the bytes of any encoding that is markup compatible
/// (``TextEncoding/isMarkupCompatible``), so that nothing has to be decoded first.
struct MarkupLexer {
    /// What the lexer found.
    enum Event {
        /// There are no more bytes.
        case exhausted
        /// A start tag; its name is in `name`.
        case startTag
        /// An end tag; its name is in `name`.
        case endTag
        /// The text of an element has ended: the bytes before are `</`, the element's name and one byte more.
        case rawTextEnd
        /// Text, where it is asked for: `textStart` is where it begins, and it goes as far as was read.
        case text
        /// A `<` that opens no tag, and is text; where text is asked for.
        case loneLess
        /// A comment, or what counts as one, and its text is in `content`; where all is kept.
        case comment
        /// A doctype, and what stands between `<!` and `>` is in `content`; where all is kept.
        case doctype
        /// A piece of a CDATA section, to be taken by `takeSection()`; where text is asked for.
        case section
    }

    enum State {
        case data, tagOpen, endTagOpen, tagName
        case beforeAttribute, attributeName, afterAttributeName, beforeValue, quotedValue, unquotedValue,
            selfClosing
        case markupDeclaration, bogusComment, comment, cdata, xmlInstruction, xmlDoctype
        case rawText, rawTextLess, rawTextEndTagOpen, rawTextTagName, plaintext
    }

    /// How far a script is within `<!--` (HTML Standard, "script data escaped state").
    enum ScriptEscape { case none, escaped, doubleEscaped }

    /// The name of the tag last found.
    var name = TagName()
    /// Whether the tag last found ends in `/>`.
    var isSelfClosing = false
    /// Whether `<![CDATA[` opens a section: only in foreign content.
    var allowsCDATA = false
    /// Whether the attributes of `meta` elements are kept.
    ///
    /// Those of elements that may end foreign content, or admit HTML to it, or are content or not, always are.
    var keepsMetaAttributes = false
    /// Whether the attributes of elements are kept that something is asked of.
    var keepsFindings = false
    /// Whether text is reported, all attributes are kept, and names are, however long.
    var keepsAll = false
    /// Whether text is reported although not all is kept.
    var reportsText = false
    /// Whether the page is XHTML: its comments, instructions and doctype end where XML says, there are CDATA sections everywhere, and
    /// the attributes of all elements are kept.
    var isXML = false
    /// What stands in the comment or doctype last found, or in the CDATA section that is read.
    var content: [UInt8] = []
    /// Where in the piece being read the text begins that was found.
    private(set) var textStart = 0
    /// The name of the tag last found as it is written, where it is kept; a few bytes more than are plausible at most.
    private(set) var writtenName: [UInt8] = []
    /// Whether there was text other than white space and NUL, outside of the content of raw text elements.
    var hasText = false
    /// The attributes of the tag last found, where they are kept.
    private(set) var attributes = TagAttributes()

    var state = State.data
    var isEndTag = false
    /// The quote that ends the attribute value being read.
    var quote: UInt8 = 0
    /// How many bytes of what opens or closes a declaration, a comment or a section have been seen.
    var matched = 0
    /// The element whose text is being read.
    var rawTextName = TagName()
    var escape = ScriptEscape.none
    /// Where in the piece being read the attributes of the present tag begin.
    private var attributesStart = 0
    private var keepsAttributes = false
    private var hasLoneLess = false

    private static let writtenNameLimit = 128
    var findsText: Bool { keepsAll || reportsText }

    /// Reads the content of the element just found as text, up to its end tag.
    mutating func enterRawText() {
        rawTextName = name
        escape = .none
        matched = 0
        state = .rawText
    }

    /// Reads all that follows as text.
    mutating func enterPlaintext() { state = .plaintext }

    /// Forgets the page and begins another.
    mutating func reset() {
        state = .data
        hasText = false
        allowsCDATA = false
        keepsMetaAttributes = false
        keepsAttributes = false
        hasLoneLess = false
        reportsText = false
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
            if event == .startTag || isInAttributes { attributes.append(bytes[attributesStart..<position]) }
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
            case .tagOpen, .endTagOpen:
                openTag(bytes[position], &position)
            case .tagName:
                if readTagName(bytes, &position) { return emitTag() }
            case .beforeAttribute, .attributeName, .afterAttributeName, .beforeValue, .quotedValue,
                .unquotedValue,
                .selfClosing:
                if readAttributes(bytes, &position) { return emitTag() }
            case .markupDeclaration, .bogusComment, .comment, .cdata, .xmlInstruction, .xmlDoctype:
                if let event = readDeclaration(bytes, &position) { return event }
            case .rawText, .rawTextLess, .rawTextEndTagOpen, .rawTextTagName:
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

    /// Reads the byte after `<` or `</`.
    private mutating func openTag(_ byte: UInt8, _ position: inout Int) {
        if byte.isASCIILetter {
            isEndTag = state == .endTagOpen
            isSelfClosing = false
            name = TagName()
            state = .tagName
        } else if state == .endTagOpen {
            position += 1
            content.removeAll(keepingCapacity: true)
            state = byte == UInt8(ascii: ">") ? .data : .bogusComment
        } else if byte == UInt8(ascii: "/") {
            position += 1
            state = .endTagOpen
        } else if byte == UInt8(ascii: "!") {
            position += 1
            matched = 0
            state = .markupDeclaration
        } else {
            // The byte is read again; the `<` was text, unless it opened a comment.
            let isInstruction = byte == UInt8(ascii: "?")
            content.removeAll(keepingCapacity: true)
            matched = 0
            state = isInstruction ? (isXML ? .xmlInstruction : .bogusComment) : .data
            hasText = hasText || state == .data
            hasLoneLess = findsText && state == .data
        }
    }

    /// - Returns: Whether the tag is complete.
    private mutating func readTagName(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        if keepsAll { keepName(bytes[position...]) }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") || byte.isASCIIWhitespace {
                beginAttributes(position)
                return endName(byte)
            }
            name.append(byte)
        }
        return false
    }

    private mutating func keepName(_ bytes: Slice<UnsafeRawBufferPointer>) {
        if name.count == 0 { writtenName.removeAll(keepingCapacity: true) }
        let name = bytes.prefix {
            $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") && !$0.isASCIIWhitespace
        }
        writtenName.append(contentsOf: name.prefix(Self.writtenNameLimit - writtenName.count))
    }

    private mutating func beginAttributes(_ position: Int) {
        guard !isEndTag else { return }
        attributesStart = position
        keepsAttributes =
            keepsAll || isXML || keepsFindings && PageFindings.areOf(name)
            || keepsMetaAttributes && name == .meta
            || allowsCDATA && (name == .font || name == .annotationXML) || !hasText && name == .input
        if keepsAttributes { attributes.reset() }
    }

    /// Goes on after the byte that ended a tag's name.
    ///
    /// - Returns: Whether the tag is complete.
    mutating func endName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ">"): return true
        case UInt8(ascii: "/"): state = .selfClosing
        default: state = .beforeAttribute
        }
        return false
    }

    private mutating func emitTag() -> Event {
        state = .data
        return isEndTag ? .endTag : .startTag
    }

    private var isInAttributes: Bool {
        switch state {
        case .beforeAttribute, .attributeName, .afterAttributeName, .beforeValue, .quotedValue,
            .unquotedValue,
            .selfClosing:
            true
        default: false
        }
    }
}
