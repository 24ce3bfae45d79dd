/// The open elements of an enclave: of a `template`, an `svg` or a `math` and all that is within, where other rules hold.
///
/// In foreign content a `title` is not HTML's, and in a template it is not the page's. These are the HTML Standard's rules for
/// parsing tokens in foreign content (§13.2.6.5), and as much of the others as tells where such content ends. The elements
/// around an enclave are the HTML parser's business.
struct Enclave {
    /// Whose element it is: where elements of HTML stand in foreign content, only a few places allow it.
    enum Namespace { case html, svg, math }

    /// How many elements may be open; those opened beyond are taken for closed. Browsers stop at 512, too.
    static let depthLimit = 512

    private struct Element {
        let name: TagName
        let namespace: Namespace
        /// What may stand directly in an element that is foreign.
        let admits: Admission
    }

    private enum Admission {
        /// Elements of its own namespace.
        case own
        /// Elements of HTML, as in SVG's `foreignObject` ("HTML integration point").
        case html
        /// Elements of HTML but for two, as in MathML's `mi` ("MathML text integration point").
        case text
        /// `svg`, as in MathML's `annotation-xml`.
        case svg
    }

    private var elements: [Element] = []
    private var templates = 0
    /// How many elements were looked at to find the one that an end tag closes; a measure of the time taken.
    private(set) var steps = 0

    /// Whether there is none.
    var isEmpty: Bool { elements.isEmpty }
    /// Whether what comes is in a template.
    var isInTemplate: Bool { templates > 0 }
    /// Whether the innermost element is foreign, so that CDATA sections are allowed (HTML Standard, §13.2.5.42).
    var isInForeign: Bool { elements.last.map { $0.namespace != .html } ?? false }

    /// Whether the innermost element is of SVG.
    var isInSVG: Bool { elements.last?.namespace == .svg }

    /// Forgets the page and begins another.
    mutating func reset() {
        clear()
        steps = 0
    }

    /// Closes all elements.
    mutating func clear() {
        elements.removeAll(keepingCapacity: true)
        templates = 0
    }

    /// Whether a start tag here is one of HTML; if not, ``openForeign(_:isHTMLAdmitted:)`` is for it.
    func admitsHTML(_ name: TagName) -> Bool {
        guard let innermost = elements.last else { return true }
        switch innermost.admits {
        case .html: return true
        case .text: return name != .mglyph && name != .malignmark
        case .svg: return name == .svg
        case .own: return innermost.namespace == .html
        }
    }

    /// Opens an element of HTML, or the `svg` or `math` that foreign content begins with.
    mutating func open(_ name: TagName) {
        switch name {
        case .svg: push(Element(name: name, namespace: .svg, admits: .own))
        case .math: push(Element(name: name, namespace: .math, admits: .own))
        default:
            // Many more of these may be open than matter: they close one another.
            if let last = elements.last, last.name == name,
                ElementKind.traits(of: name).contains(.closesItsLike)
            {
                return
            }
            push(Element(name: name, namespace: .html, admits: .own))
        }
    }

    /// Opens an element in foreign content.
    ///
    /// - Parameter isHTMLAdmitted: Whether it is an `annotation-xml` whose `encoding` says that HTML is in it.
    mutating func openForeign(_ name: TagName, isHTMLAdmitted: Bool) {
        guard let namespace = elements.last?.namespace else { return }
        let admits: Admission
        switch (namespace, name) {
        case (.svg, .foreignObject), (.svg, .desc), (.svg, .title): admits = .html
        case (.math, .mi), (.math, .mo), (.math, .mn), (.math, .ms), (.math, .mtext): admits = .text
        case (.math, .annotationXML): admits = isHTMLAdmitted ? .html : .svg
        default: admits = .own
        }
        push(Element(name: name, namespace: namespace, admits: admits))
    }

    /// Closes what is open of foreign content up to where HTML is admitted, as some tags of HTML do.
    mutating func breakOut() {
        while let innermost = elements.last, innermost.namespace != .html,
            innermost.admits == .own || innermost.admits == .svg
        {
            elements.removeLast()
        }
    }

    /// Closes what an end tag closes.
    ///
    /// - Returns: Whether the tag was dealt with. If not, it may close an element around the enclave, and all of that with it.
    mutating func close(_ name: TagName) -> Bool {
        if isInForeign {
            if name == .p || name == .br {
                breakOut()
                if isEmpty { return false }
            } else if let index = foreignIndex(of: name) {
                remove(from: index)
                return true
            }
        }
        return closeHTML(name)
    }

    /// The innermost foreign element of a name, with nothing of HTML within it.
    private mutating func foreignIndex(of name: TagName) -> Int? {
        for index in elements.indices.reversed() {
            steps += 1
            if elements[index].namespace == .html { return nil }
            if elements[index].name == name { return index }
        }
        return nil
    }

    private mutating func closeHTML(_ name: TagName) -> Bool {
        if name == .template {
            if let index = elements.lastIndex(where: Self.isTemplate) { remove(from: index) }
            return true
        }
        for index in elements.indices.reversed() {
            steps += 1
            let element = elements[index]
            if element.namespace == .html, element.name == name {
                remove(from: index)
                return true
            }
            // No end tag reaches out of these ("has an element in scope").
            if element.admits != .own || Self.isTemplate(element) { return true }
        }
        return false
    }

    /// Takes the innermost `form` of the enclave out of the open elements, what is open in it not.
    mutating func removeForm() {
        for index in elements.indices.reversed() {
            steps += 1
            let element = elements[index]
            if element.namespace == .html, element.name == .form {
                elements.remove(at: index)
                return
            }
            if element.admits != .own { return }
        }
    }

    private mutating func push(_ element: Element) {
        guard elements.count < Self.depthLimit else { return }
        elements.append(element)
        if Self.isTemplate(element) { templates += 1 }
    }

    private mutating func remove(from index: Int) {
        if templates > 0 { templates -= elements[index...].lazy.filter(Self.isTemplate).count }
        elements.removeSubrange(index...)
    }

    private static func isTemplate(_ element: Element) -> Bool {
        element.name == .template && element.namespace == .html
    }
}
