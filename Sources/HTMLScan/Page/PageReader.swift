internal import TrawlText

/// Reads the markup of one page after another: everything but the choice of their encoding.
struct PageReader: ~Copyable {
    /// The page's title; nil where none was found yet.
    private(set) var title: String?
    /// What was found beside the title.
    var findings: PageFindings
    /// Whether all that is asked for is found, or nothing more can be.
    private(set) var isFinished = false
    /// The encoding that a `meta` declared; nil where none did, or none was asked for.
    private(set) var declaredEncoding: TextEncoding?
    /// Whether the page is XHTML, and read by the rules of XML.
    var isXML = false {
        didSet {
            lexer.isXML = isXML
            tree.isXML = isXML
        }
    }

    private let options: PageScanner.Options
    let text: PageText
    var lexer = MarkupLexer()
    private var structure = PageStructure()
    /// The open elements of XHTML.
    var xmlElements = XMLElements()
    var titleText = TitleText()
    var titleSearch = TitleSearch.searching
    /// How many elements of XHTML are open in the title, with itself.
    var titleDepth = 0
    var tree = PageTree()
    /// What is left of the time that expressions may take on this page.
    private var operations = XPathExpression.operationLimit
    /// The text of an element whose end is not found yet, for the tree.
    private var rawText: [UInt8] = []
    private var rawTextKind: RawText?
    /// Whether elements are still told apart by where they stand.
    private var hasStructure = true
    /// Whether the page is one of frames, of which nothing but these is read.
    private var isInFrameset = false

    /// Evaluates an expression on the page's tree, once it was finished.
    ///
    /// - Returns: nil where there is no tree, or it would take too long.
    mutating func evaluate(_ expression: XPathExpression, limit: Int) -> XPathValue? {
        guard keepsTree, let document = tree.document() else { return nil }
        return expression.evaluate(
            document, nodeCount: tree.nodeCount, operations: &operations, limit: limit)
    }

    enum TitleSearch {
        case searching
        /// What comes is the title's text.
        case reading
        /// The title was found, in a body that has no content yet: a frameset may still take its place.
        case provisional
        /// The title was found, or none will be.
        case over
    }

    /// The text of an element in which there are no tags.
    private enum RawText {
        /// There are references in it (HTML Standard: RCDATA).
        case withReferences
        case verbatim
    }

    /// - Parameter text: What makes text of the page's bytes; whoever feeds the reader sets its encoding.
    init(_ options: PageScanner.Options, productToken: String, text: PageText) {
        self.options = options
        self.text = text
        findings = PageFindings(keepsLinks: options.contains(.links), productToken: productToken)
        lexer.keepsFindings = keepsFindings
        lexer.keepsAll = keepsTree
    }

    var keepsFindings: Bool { !options.isDisjoint(with: [.metadata, .links]) }
    var keepsTree: Bool { options.contains(.tree) }
    /// Whether more than the title is asked for.
    private var findsMore: Bool { keepsFindings || keepsTree }

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
        if keepsFindings { findings.reset() }
        if keepsTree { tree.reset() }
        operations = XPathExpression.operationLimit
        rawText.removeAll(keepingCapacity: true)
        rawTextKind = nil
        lexer.reset()
        structure.reset()
        xmlElements.reset()
        titleSearch = .searching
        hasStructure = true
        isInFrameset = false
    }

    /// Reads the next bytes, in an encoding that is markup compatible.
    ///
    /// - Returns: How many were read: not those after all is found, nor those after a declaration that was looked for.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while !isFinished {
            let start = position
            let event = lexer.next(bytes, &position)
            if titleSearch == .reading, !isXML {
                titleText.append(bytes[start..<position])
            }
            if titleSearch == .reading, titleText.isFull { endTitle() }
            if rawTextKind != nil, rawText.count < PageTree.sizeLimit {
                rawText.append(contentsOf: bytes[start..<position])
            }
            switch event {
            case .exhausted: return position
            case .startTag where isXML: readXMLStartTag()
            case .endTag where isXML: readXMLEndTag()
            case .text where isXML: readXMLText(bytes[lexer.textStart..<position])
            case .loneLess where isXML:
                withUnsafeBytes(of: UInt8(ascii: "<")) { readXMLText($0[...]) }
            case .startTag: readStartTag()
            case .endTag: readEndTag()
            case .rawTextEnd: endRawText()
            case .text: tree.append(text: bytes[lexer.textStart..<position])
            case .loneLess: tree.appendLess()
            case .section: readSection()
            case .comment: tree.comment(lexer.content)
            case .doctype: tree.doctype(lexer.content)
            }
            lexer.allowsCDATA = structure.isInForeign
            if titleSearch == .provisional { confirmTitle() }
            if hasStructure, structure.isExhausted, titleSearch != .reading { giveUpStructure() }
            if looksForEncoding, declaredEncoding != nil { return position }
        }
        return position
    }

    /// Says that the page ends here: a title that is still open ends too.
    mutating func finish() {
        if titleSearch == .reading { endTitle() }
        takeRawText()
        isFinished = true
    }

    /// Looks ahead for a declaration of the page's encoding, in bytes that are read later.
    func encodingDeclared(in bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        var ahead = lexer
        var position = 0
        while true {
            switch ahead.next(bytes, &position) {
            case .exhausted: return nil
            case .endTag, .rawTextEnd, .text, .loneLess, .comment, .doctype, .section: break
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
        if isInFrameset { return readFramesetStartTag() }
        let content =
            hasStructure ? structure.readStartTag(lexer) : PageStructure.contentAlone(of: lexer.name)
        if keepsTree { addToTree(content) }
        switch content {
        case .foreign:
            if keepsFindings, lexer.name == .a, structure.isInSVG, !structure.isInTemplate {
                findings.readSVGLink(lexer.attributes, text)
            }
            return
        case .markup: break
        case .rawText: lexer.enterRawText()
        case .plaintext: lexer.enterPlaintext()
        case .none: return beginFrameset()
        case .title: beginTitle()
        }
        if keepsFindings, PageFindings.areOf(lexer.name), lexer.name != .frame, !structure.isInTemplate {
            findings.read(lexer.name, lexer.attributes, isXML: false, text: text)
        }
    }

    private mutating func readEndTag() {
        if hasStructure { structure.readEndTag(lexer.name) }
        if keepsTree { tree.end(lexer.name) }
    }

    // MARK: - Framesets

    /// Begins a page of frames, in which there are no other elements; it has no title of its own any more.
    private mutating func beginFrameset() {
        if titleSearch == .provisional { title = nil }
        isInFrameset = true
        giveUpStructure()
    }

    private mutating func readFramesetStartTag() {
        if keepsTree { addToTree(lexer.name == .noframes ? .rawText : .markup) }
        if lexer.name == .noframes {
            lexer.enterRawText()
        } else if keepsFindings, lexer.name == .frame {
            findings.read(lexer.name, lexer.attributes, isXML: false, text: text)
        }
    }

    private mutating func endRawText() {
        // The text has `</`, the name and the byte after it, too.
        let extra = lexer.rawTextName.count + 3
        if titleSearch == .reading {
            titleText.removeLast(extra)
            endTitle()
        }
        guard rawTextKind != nil else { return }
        rawText.removeLast(min(extra, rawText.count))
        takeRawText()
        tree.endRawText()
    }

    // MARK: - The tree

    private mutating func addToTree(_ content: PageStructure.Content) {
        let isRawText = content == .title || content == .rawText || content == .plaintext
        tree.start(
            lexer.name, lexer.writtenName, lexer.attributes, isSelfClosing: lexer.isSelfClosing,
            isRawText: isRawText)
        switch content {
        case .title: rawTextKind = .withReferences
        case .rawText:
            rawTextKind = lexer.name == .title || lexer.name == .textarea ? .withReferences : .verbatim
        case .plaintext: rawTextKind = .verbatim
        case .foreign, .markup, .none: break
        }
    }

    private mutating func takeRawText() {
        switch rawTextKind {
        case .withReferences: rawText.withUnsafeBytes { tree.rawText($0, hasReferences: true) }
        case .verbatim: rawText.withUnsafeBytes { tree.rawText($0, hasReferences: false) }
        case nil: return
        }
        rawText.removeAll(keepingCapacity: true)
        rawTextKind = nil
    }

    // MARK: - The title

    private mutating func beginTitle() {
        if titleSearch == .searching {
            titleText.reset()
            titleSearch = .reading
        }
        lexer.enterRawText()
    }

    mutating func endTitle() {
        lexer.reportsText = false
        title = structure.title(titleText.content(text))
        titleSearch = .provisional
        confirmTitle()
    }

    private mutating func confirmTitle() {
        guard !structure.mayLoseBody(lexer) else { return }
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
