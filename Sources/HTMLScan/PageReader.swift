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
    private var tree = PageTree()
    /// What is left of the time that expressions may take on this page.
    private var operations = XPathExpression.operationLimit
    /// The text of an element whose end is not found yet, for the tree.
    private var rawText: [UInt8] = []
    private var rawTextKind: RawText?
    /// Whether elements are still told apart by where they stand.
    private var hasStructure = true

    /// Evaluates an expression on the page's tree, once it was finished.
    ///
    /// - Returns: nil where there is no tree, or it would take too long.
    mutating func evaluate(_ expression: XPathExpression, limit: Int) -> XPathValue? {
        guard keepsTree, let document = tree.document() else { return nil }
        return expression.evaluate(
            document, nodeCount: tree.nodeCount, operations: &operations, limit: limit)
    }

    private enum TitleSearch {
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

    private var keepsFindings: Bool { !options.isDisjoint(with: [.metadata, .links]) }
    private var keepsTree: Bool { options.contains(.tree) }
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
            if rawTextKind != nil, rawText.count < PageTree.sizeLimit {
                rawText.append(contentsOf: bytes[start..<position])
            }
            switch event {
            case .exhausted: return position
            case .startTag: readStartTag()
            case .endTag: readEndTag()
            case .rawTextEnd: endRawText()
            case .text: tree.append(text: bytes[lexer.textStart..<position])
            case .loneLess: tree.appendLess()
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
            case .endTag, .rawTextEnd, .text, .loneLess: break
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
        let isEmpty = lexer.isSelfClosing && (isXML || content == .foreign)
        if keepsTree { addToTree(content, isEmpty: isEmpty) }
        switch content {
        case .foreign: return
        case .markup: break
        case .rawText: if !isEmpty { lexer.enterRawText() }
        case .plaintext: lexer.enterPlaintext()
        case .none:
            if titleSearch == .provisional { title = nil }
            if keepsTree { giveUpStructure() } else { isFinished = true }
        case .title: beginTitle(isEmpty: isEmpty)
        }
        if keepsFindings, PageFindings.areOf(lexer.name), !structure.isInTemplate {
            findings.read(lexer.name, lexer.attributes, isXML: isXML, text: text)
        }
    }

    private mutating func readEndTag() {
        if hasStructure { structure.readEndTag(lexer.name) }
        if keepsTree { tree.end(lexer.writtenName) }
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
        tree.end(lexer.rawTextName.bytes)
    }

    // MARK: - The tree

    private mutating func addToTree(_ content: PageStructure.Content, isEmpty: Bool) {
        let isVoid = content == .markup && ElementTraits.of(lexer.name).isSuperset(of: .void)
        tree.start(lexer.writtenName, lexer.attributes, isEmpty: isEmpty || isVoid)
        guard !isEmpty else { return }
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
        case .withReferences: rawText.withUnsafeBytes { tree.append(text: $0[...]) }
        case .verbatim: rawText.withUnsafeBytes { tree.append(rawText: $0) }
        case nil: return
        }
        rawText.removeAll(keepingCapacity: true)
        rawTextKind = nil
    }

    // MARK: - The title

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
