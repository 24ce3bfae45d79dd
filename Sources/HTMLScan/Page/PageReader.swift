internal import TrawlText

/// Reads the markup of one page after another: everything but the choice of their encoding.
struct PageReader: ~Copyable {
    /// What was found beside the title.
    var findings: PageFindings
    /// Whether all that is asked for is found, or nothing more can be.
    private(set) var isFinished = false
    /// The encoding that a `meta` declared; nil where none did, or none was asked for.
    private(set) var declaredEncoding: TextEncoding?
    /// Whether the page is an XML document that is no XHTML. It has a tree, but no title and no links.
    var isDocument = false {
        didSet { tree.isDocument = isDocument }
    }
    /// Whether the page is XHTML or another XML document, and read by the rules of XML.
    var isXML = false {
        didSet {
            lexer.isXML = isXML
            tree.isXML = isXML
        }
    }

    /// Finds what the page refers to; nil where that is not asked for.
    let references: ReferenceReader?
    private let options: PageScanner.Options
    let text: PageText
    var lexer = MarkupLexer()
    private var structure = PageStructure()
    /// How the place of an element is known.
    private var outline = Outline.structure
    /// The open elements of XHTML.
    var xmlElements = XMLElements()
    var titleSearch = TitleSearch()
    var tree = PageTree()
    /// The text of the raw text element that is open, for the tree.
    private var rawText = RawTextPiece()

    /// What tells where an element stands.
    private enum Outline {
        /// The elements that are open.
        case structure
        /// Nothing any more: the page has too many tags. Elements go by their names alone.
        case names
        /// The page is one of frames, of which nothing but these is read.
        case frameset
    }

    /// - Parameter text: Makes text of the page's bytes; the code that feeds the reader sets its encoding.
    init(_ options: PageScanner.Options, productToken: String, text: PageText, depth: Int) {
        self.options = options
        references = options.contains(.references) ? ReferenceReader(options, text: text, depth: depth) : nil
        self.text = text
        findings = PageFindings(keepsLinks: options.contains(.links), productToken: productToken)
        if keepsFindings { lexer.demands.insert(.findings) }
        if keepsTree { lexer.demands.insert(.everything) }
        guard references != nil else { return }
        lexer.demands.insert(.references)
        lexer.tag.attributes.limit = ReferenceReader.tagLimit
    }

    /// The page's title; nil where none was found yet.
    var title: String? { titleSearch.title }

    var keepsFindings: Bool { !options.isDisjoint(with: [.metadata, .links, .references]) }
    var keepsTree: Bool { options.contains(.tree) }
    /// Whether more than the title is asked for.
    private var findsMore: Bool { keepsFindings || keepsTree }

    /// Whether a declaration of the page's encoding is looked for.
    var looksForEncoding: Bool {
        get { lexer.demands.contains(.metaAttributes) }
        set {
            if newValue {
                lexer.demands.insert(.metaAttributes)
            } else {
                lexer.demands.remove(.metaAttributes)
            }
        }
    }

    /// Forgets the page and begins another.
    mutating func reset() {
        isFinished = false
        declaredEncoding = nil
        isXML = false
        isDocument = false
        if keepsFindings { findings.reset() }
        if keepsTree { tree.reset() }
        references?.reset()
        rawText.reset()
        lexer.reset()
        structure.reset()
        xmlElements.reset()
        titleSearch.reset()
        outline = .structure
    }

    /// Evaluates an expression on the page's tree, once the page is finished.
    ///
    /// - Returns: nil where there is no tree, or it would take too long.
    mutating func evaluate(_ expression: XPathExpression, limit: Int) -> XPathValue? {
        keepsTree ? tree.evaluate(expression, limit: limit) : nil
    }

    /// The texts of the page's scripts of a type, once the page is finished.
    mutating func scripts(ofType type: StaticString) -> [[UInt8]] {
        keepsTree ? tree.scripts(ofType: type) : []
    }

    /// Reads the next bytes, in an encoding that is markup compatible.
    ///
    /// - Returns: How many were read: not those after all is found, nor those after a declaration that was looked for.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while !isFinished {
            let start = position
            let event = lexer.next(bytes, &position)
            if titleSearch.isReading {
                if !isXML { titleSearch.text.append(bytes[start..<position]) }
                if titleSearch.text.isFull { endTitle() }
            }
            rawText.append(bytes[start..<position])
            if let references {
                references.pass(
                    bytes[start..<position], isWithinTag: event == .exhausted && !lexer.isInData)
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
            case .text: readText(bytes[lexer.textStart..<position])
            case .loneLess: withUnsafeBytes(of: UInt8(ascii: "<")) { readText($0[...]) }
            case .section: readSection()
            case .comment: if keepsTree { tree.comment(lexer.content) }
            case .doctype: if keepsTree { tree.doctype(lexer.content) }
            }
            lexer.allowsCDATA = structure.isInForeign
            if titleSearch.isProvisional { confirmTitle() }
            if outline == .structure, structure.isExhausted, !titleSearch.isReading {
                giveUpStructure(for: .names)
            }
            if looksForEncoding, declaredEncoding != nil { return position }
        }
        return position
    }

    /// Says that the page ends here: a title that is still open ends too.
    mutating func finish() {
        if titleSearch.isReading { endTitle() }
        rawText.move(to: &tree)
        references?.finish()
        isFinished = true
    }

    // MARK: - The encoding

    /// Looks ahead for a declaration of the page's encoding, in bytes that are read later.
    func encodingDeclared(in bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        var ahead = lexer
        var position = 0
        while true {
            switch ahead.next(bytes, &position) {
            case .exhausted: return nil
            case .endTag, .rawTextEnd, .text, .loneLess, .comment, .doctype, .section: break
            case .startTag where ahead.tag.name == .meta:
                if let found = Self.encoding(declaredBy: ahead.tag) { return found }
            case .startTag:
                if ElementKind.traits(of: ahead.tag.name).contains(.rawText) { ahead.enterRawText() }
            }
        }
    }

    private static func encoding(declaredBy tag: borrowing MarkupTag) -> TextEncoding? {
        tag.attributes.withUnsafeBytes { MetaPrescan.encoding(inMetaAttributes: $0) }
    }

    // MARK: - Tags

    private mutating func readStartTag() {
        if looksForEncoding, lexer.tag.name == .meta {
            declaredEncoding = Self.encoding(declaredBy: lexer.tag)
        }
        if outline == .frameset { return readFramesetStartTag() }
        let isInTemplate = references != nil && structure.isInTemplate
        let content =
            outline == .structure
            ? structure.readStartTag(lexer) : PageStructure.contentAlone(of: lexer.tag.name)
        if keepsTree { addToTree(content) }
        if !isInTemplate { readReferences(content) }
        switch content {
        case .foreign:
            if keepsFindings, lexer.tag.name == .a, structure.isInSVG, !structure.isInTemplate {
                findings.readSVGLink(lexer.tag.attributes, text)
            }
            return
        case .markup: break
        case .rawText: lexer.enterRawText()
        case .plaintext: lexer.enterPlaintext()
        case .none: return beginFrameset()
        case .title:
            titleSearch.begin()
            lexer.enterRawText()
        }
        let name = lexer.tag.name
        if keepsFindings, PageFindings.areOf(name), name != .frame, !structure.isInTemplate {
            findings.read(name, lexer.tag.attributes, isXML: false, text: text)
        }
    }

    private mutating func readEndTag() {
        if outline == .structure { structure.readEndTag(lexer.tag.name) }
        if keepsTree { tree.end(lexer.tag.name) }
        references?.readEndTag(lexer.tag.name)
    }

    /// Reads text between tags.
    private mutating func readText(_ bytes: Slice<UnsafeRawBufferPointer>) {
        if keepsTree { tree.append(text: bytes) }
        if let references, !structure.isInTemplate { references.readText(bytes) }
    }

    /// Reads what the element just found refers to.
    private func readReferences(_ content: PageStructure.Content) {
        guard let references else { return }
        let isForeign = if case .foreign = content { true } else { false }
        references.readStartTag(
            lexer.tag, lexer.tag.name, isForeign ? structure.isInSVG ? .svg : .other : .html, isXML: false)
    }

    private mutating func endRawText() {
        // The text has `</`, the name and the byte after it, too.
        let extra = lexer.rawText.name.count + 3
        if titleSearch.isReading {
            titleSearch.text.removeLast(extra)
            endTitle()
        }
        references?.endRawText()
        guard rawText.kind != nil else { return }
        rawText.removeLast(extra)
        rawText.move(to: &tree)
        tree.endRawText()
    }

    private mutating func addToTree(_ content: PageStructure.Content) {
        let isRawText = content == .title || content == .rawText || content == .plaintext
        tree.start(lexer.tag, isRawText: isRawText)
        switch content {
        case .title: rawText.begin(.withReferences)
        case .rawText:
            let name = lexer.tag.name
            rawText.begin(name == .title || name == .textarea ? .withReferences : .verbatim)
        case .plaintext: rawText.begin(.verbatim)
        case .foreign, .markup, .none: break
        }
    }

    // MARK: - Framesets

    /// Begins a page of frames, in which there are no other elements. It has no title of its own any more.
    private mutating func beginFrameset() {
        titleSearch.endInFrameset()
        giveUpStructure(for: .frameset)
    }

    private mutating func readFramesetStartTag() {
        if keepsTree { addToTree(lexer.tag.name == .noframes ? .rawText : .markup) }
        if lexer.tag.name == .frame { readReferences(.markup) }
        if lexer.tag.name == .noframes {
            lexer.enterRawText()
        } else if keepsFindings, lexer.tag.name == .frame {
            findings.read(lexer.tag.name, lexer.tag.attributes, isXML: false, text: text)
        }
    }

    // MARK: - The title

    mutating func endTitle() {
        lexer.demands.remove(.text)
        titleSearch.found(structure.title(titleSearch.text.content(text)))
        confirmTitle()
    }

    private mutating func confirmTitle() {
        guard !structure.mayLoseBody(lexer) else { return }
        titleSearch.end()
        isFinished = !findsMore
    }

    /// Goes on without knowing which elements are open, and so without looking for a title.
    private mutating func giveUpStructure(for outline: Outline) {
        titleSearch.end()
        self.outline = outline
        structure.reset()
        isFinished = !findsMore
    }
}
