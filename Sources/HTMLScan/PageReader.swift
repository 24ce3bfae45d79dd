/// Reads the markup of one page after another: everything but the choice of their encoding.
struct PageReader: ~Copyable {
    /// The page's title; nil where none was found yet.
    private(set) var title: String?
    /// What was found beside the title.
    private(set) var findings: PageFindings
    /// Whether all that is asked for is found, or nothing more can be.
    private(set) var isFinished = false
    /// The encoding that a `meta` declared; nil where none did, or none was asked for.
    private(set) var declaredEncoding: TextEncoding?
    /// Whether the page is XHTML, in which any element may be empty.
    var isXML = false

    private let options: PageScanner.Options
    private let text: PageText
    private var lexer = MarkupLexer()
    private var structure = PageStructure()
    private var titleText = TitleText()
    private var titleSearch = TitleSearch.searching
    /// Whether elements are still told apart by where they stand.
    private var hasStructure = true

    private enum TitleSearch {
        case searching
        /// What comes is the title's text.
        case reading
        /// The title was found, or none will be.
        case over
    }

    /// - Parameter text: What makes text of the page's bytes; whoever feeds the reader sets its encoding.
    init(_ options: PageScanner.Options, productToken: String, text: PageText) {
        self.options = options
        self.text = text
        findings = PageFindings(keepsLinks: options.contains(.links), productToken: productToken)
        lexer.keepsFindings = findsMore
    }

    /// Whether more than the title is asked for.
    private var findsMore: Bool { !options.isEmpty }

    /// Whether a declaration of the page's encoding is looked for.
    var looksForEncoding: Bool {
        get { lexer.keepsMetaAttributes }
        set { lexer.keepsMetaAttributes = newValue }
    }

    /// Forgets the page and begins another.
    mutating func reset() {
        title = nil
        isFinished = false
        declaredEncoding = nil
        isXML = false
        if findsMore { findings.reset() }
        lexer.reset()
        structure.reset()
        titleSearch = .searching
        hasStructure = true
    }

    /// Reads the next bytes, in an encoding that is markup compatible.
    ///
    /// - Returns: How many were read: not those after all is found, nor those after a declaration that was looked for.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while !isFinished {
            let start = position
            let event = lexer.next(bytes, &position)
            if titleSearch == .reading {
                titleText.append(bytes[start..<position])
                if titleText.isFull { endTitle() }
            }
            switch event {
            case .exhausted: return position
            case .startTag: readStartTag()
            case .endTag: if hasStructure { structure.readEndTag(lexer.name) }
            case .rawTextEnd where titleSearch == .reading:
                // The text has `</title` and the byte after it, too.
                titleText.removeLast(8)
                endTitle()
            case .rawTextEnd: break
            }
            lexer.allowsCDATA = structure.isInForeign
            if hasStructure, structure.isExhausted, titleSearch != .reading { giveUpStructure() }
            if looksForEncoding, declaredEncoding != nil { return position }
        }
        return position
    }

    /// Says that the page ends here: a title that is still open ends too.
    mutating func finish() {
        if titleSearch == .reading { endTitle() }
        isFinished = true
    }

    /// Looks ahead for a declaration of the page's encoding, in bytes that are read later.
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

    private static func encoding(declaredBy lexer: borrowing MarkupLexer) -> TextEncoding? {
        lexer.attributes.withUnsafeBytes { MetaPrescan.encoding(inMetaAttributes: $0) }
    }

    private mutating func readStartTag() {
        if looksForEncoding, lexer.name == .meta { declaredEncoding = Self.encoding(declaredBy: lexer) }
        let content =
            hasStructure ? structure.readStartTag(lexer) : PageStructure.contentAlone(of: lexer.name)
        let isEmpty = isXML && lexer.isSelfClosing
        switch content {
        case .foreign: return
        case .markup: break
        case .rawText: if !isEmpty { lexer.enterRawText() }
        case .plaintext: lexer.enterPlaintext()
        case .none: isFinished = true
        case .title: beginTitle(isEmpty: isEmpty)
        }
        if findsMore, PageFindings.areOf(lexer.name), !structure.isInTemplate {
            findings.read(lexer.name, lexer.attributes, isXML: isXML, text: text)
        }
    }

    private mutating func beginTitle(isEmpty: Bool) {
        if titleSearch == .searching {
            titleText.reset()
            titleSearch = .reading
            if isEmpty { endTitle() }
        }
        if !isEmpty { lexer.enterRawText() }
    }

    private mutating func endTitle() {
        title = structure.title(titleText.content(text))
        titleSearch = .over
        isFinished = !findsMore
    }

    /// Goes on without knowing which elements are open, and so where a title would count; they are too many.
    private mutating func giveUpStructure() {
        titleSearch = .over
        hasStructure = false
        structure.reset()
        isFinished = !findsMore
    }
}
