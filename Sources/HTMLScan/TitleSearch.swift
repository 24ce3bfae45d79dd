/// The search for the title in the markup of one page: everything but its encoding.
struct TitleSearch: ~Copyable {
    /// What has come of the search.
    enum Outcome {
        case searching
        /// The title's text is in ``TitleSearch/text``.
        case found
        /// There is no title, or no more will be done to find one.
        case none
    }

    private(set) var outcome = Outcome.searching
    private(set) var text = TitleText()
    /// The encoding that a `meta` declared; nil where none did, or none was asked for.
    private(set) var declaredEncoding: TextEncoding?

    private var lexer = MarkupLexer()
    private var structure = PageStructure()
    private var isInTitle = false

    /// Whether the search also looks for a declaration of the page's encoding.
    var looksForEncoding: Bool {
        get { lexer.keepsMetaAttributes }
        set { lexer.keepsMetaAttributes = newValue }
    }

    /// Forgets the page and begins another.
    mutating func reset() {
        outcome = .searching
        text.reset()
        declaredEncoding = nil
        lexer.reset()
        structure.reset()
        isInTitle = false
    }

    /// Searches the next bytes, in an encoding that is markup compatible.
    ///
    /// - Returns: How many were read: not those after the title, nor those after a declaration that was looked for.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while outcome == .searching {
            let start = position
            let event = lexer.next(bytes, &position)
            if isInTitle {
                text.append(bytes[start..<position])
                if text.isFull {
                    outcome = .found
                    return position
                }
            }
            switch event {
            case .exhausted: return position
            case .startTag: readStartTag()
            case .endTag: structure.readEndTag(lexer.name)
            case .rawTextEnd where isInTitle:
                // The text has `</title` and the byte after it, too.
                text.removeLast(8)
                outcome = .found
            case .rawTextEnd: break
            }
            lexer.allowsCDATA = structure.isInForeign
            if structure.isExhausted, !isInTitle { outcome = .none }
            if looksForEncoding, declaredEncoding != nil { return position }
        }
        return position
    }

    /// Looks ahead for a declaration of the page's encoding, in bytes that are searched later.
    func encodingDeclared(in bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        var ahead = lexer
        var position = 0
        while true {
            switch ahead.next(bytes, &position) {
            case .exhausted: return nil
            case .endTag, .rawTextEnd: break
            case .startTag where ahead.name == .meta:
                if let found = Self.encoding(declaredBy: ahead) { return found }
            case .startTag:
                if ElementTraits.of(ahead.name).contains(.rawText) { ahead.enterRawText() }
            }
        }
    }

    /// Says that the page ends here: a title that is still open ends too.
    mutating func finish() {
        if outcome == .searching { outcome = isInTitle ? .found : .none }
    }

    /// The title that was found.
    ///
    /// - Parameters:
    ///   - encoding: The encoding of the bytes that were searched.
    ///   - decoder: What decodes them, unless they are UTF-8.
    mutating func title(in encoding: TextEncoding, decoder: LegacyDecoder) -> String {
        structure.title(text.content(in: encoding, decoder: decoder))
    }

    private mutating func readStartTag() {
        if looksForEncoding, lexer.name == .meta { declaredEncoding = Self.encoding(declaredBy: lexer) }
        switch structure.readStartTag(lexer) {
        case .markup, .foreign: break
        case .rawText: lexer.enterRawText()
        case .plaintext: lexer.enterPlaintext()
        case .none: outcome = .none
        case .title:
            isInTitle = true
            lexer.enterRawText()
        }
    }

    private static func encoding(declaredBy lexer: MarkupLexer) -> TextEncoding? {
        lexer.attributes.withUnsafeBytes { MetaPrescan.encoding(inMetaAttributes: $0) }
    }
}
