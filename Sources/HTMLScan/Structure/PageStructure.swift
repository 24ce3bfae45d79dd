/// The open elements of a page, as far as they decide whether a `title` is the page's and whether an element is
/// HTML's.
struct PageStructure: ~Copyable {
    /// How what follows a start tag is to be read.
    enum Content {
        /// As markup. The tag was one of foreign content.
        case foreign
        case markup
        case rawText
        case plaintext
        /// As raw text, which is the page's title.
        case title
        /// Not at all: the page is a frameset.
        case none
    }

    /// The elements that are open around an enclave, in the HTML parser's stack.
    private var elements = PageParser()
    private var enclave = Enclave()
    /// Once the page has content it can no longer be a frameset.
    private var hasContent = false
    private var hasBody = false

    private static let stepLimit = 10_000_000

    /// Whether the page has more tags than are worth the time.
    var isExhausted: Bool { elements.isExhausted || enclave.steps > Self.stepLimit }
    /// Whether the innermost open element is of SVG or MathML.
    var isInForeign: Bool { enclave.isInForeign }
    /// Whether the innermost open element is of SVG.
    var isInSVG: Bool { enclave.isInSVG }
    /// Whether what follows is in a template, and so not in the page.
    var isInTemplate: Bool { enclave.isInTemplate }

    /// Forgets the page and begins another.
    mutating func reset() {
        hasContent = false
        hasBody = false
        elements.reset()
        enclave.reset()
    }

    /// Updates the open elements after a start tag.
    mutating func readStartTag(_ lexer: borrowing MarkupLexer) -> Content {
        let name = lexer.tag.name
        let traits = ElementKind.traits(of: name)
        if !enclave.isEmpty, !enclave.admitsHTML(name) {
            guard traits.contains(.breaksOut) || name == .font && lexer.tag.attributes.breakOut else {
                if !lexer.tag.isSelfClosing {
                    enclave.openForeign(
                        name, isHTMLAdmitted: name == .annotationXML && lexer.tag.attributes.admitHTML)
                }
                return .foreign
            }
            enclave.breakOut()
        }
        return readHTMLStartTag(name, traits, lexer)
    }

    /// How what follows a start tag is to be read, going by its name alone.
    static func contentAlone(of name: TagName) -> Content {
        if name == .plaintext { return .plaintext }
        return ElementKind.traits(of: name).contains(.rawText) ? .rawText : .markup
    }

    private mutating func readHTMLStartTag(
        _ name: TagName, _ traits: ElementTraits, _ lexer: borrowing MarkupLexer
    ) -> Content {
        if !traits.contains(.isOfHead), name != .frameset { hasBody = true }
        if traits.contains(.isContent) { hasContent = true }
        if traits.contains(.rawText) { return name == .title && !isInTemplate ? .title : .rawText }
        if traits.contains(.notKept) {
            if name == .plaintext { return .plaintext }
            if name == .input, !lexer.hasText, !lexer.tag.attributes.areHidden { hasContent = true }
            if name == .frameset, !lexer.hasText, !hasContent, !isInTemplate { return .none }
            return .markup
        }
        let isForeignRoot = name == .svg || name == .math
        if isForeignRoot, lexer.tag.isSelfClosing { return .foreign }
        if !enclave.isEmpty || isForeignRoot || name == .template {
            enclave.open(name)
        } else {
            elements.open(name, traits)
        }
        return isForeignRoot ? .foreign : .markup
    }

    /// The title that was found last, as the parser reads it.
    ///
    /// - Parameter content: What stands between its tags, decoded and with its references resolved.
    mutating func title(_ content: String) -> String { elements.title(content) }

    /// Whether a `frameset` may still take the place of the body and of what was found in it: the body has no content
    /// yet.
    func mayLoseBody(_ lexer: borrowing MarkupLexer) -> Bool { hasBody && !hasContent && !lexer.hasText }

    /// Updates the open elements after an end tag.
    mutating func readEndTag(_ name: TagName) {
        switch name {
        case .br: hasContent = true
        case .body, .html: hasBody = true
        case .form where !enclave.isEmpty && !isInTemplate:
            // The end tag closes the form, but nothing that is open in it.
            enclave.removeForm()
            return
        default: break
        }
        guard !ElementKind.traits(of: name).contains(.notKept) || name == .br else { return }
        if enclave.isEmpty {
            if name != .template { elements.close(name) }
        } else if !enclave.close(name), elements.contains(name) {
            enclave.clear()
            elements.close(name)
        }
    }
}
