/// The open elements of an enclave: a `template`, an `svg` or a `math`, and everything within it. Other rules hold
/// there.
///
/// In foreign content a `title` is not HTML's, and in a template it is not the page's. The rules are the HTML
/// Standard's for parsing tokens in foreign content (§13.2.6.5), and those of its other rules that tell where such
/// content ends. ``PageParser`` keeps the elements around an enclave.
struct Enclave {
    /// The vocabulary that an element is of.
    enum Namespace { case html, svg, math }

    /// The most elements that may be open; further ones are ignored. Browsers stop at 512, too.
    static let depthLimit = 512

    private struct Element {
        let name: TagName
        let namespace: Namespace
        /// What may stand directly in a foreign element.
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
    /// How many elements were compared with end tags, as a measure of the time taken.
    private(set) var steps = 0

    /// Whether no enclave is open.
    var isEmpty: Bool { elements.isEmpty }
    /// Whether what follows is in a template.
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

    /// Whether a start tag here opens an element of HTML. If not, ``openForeign(_:isHTMLAdmitted:)`` opens it.
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
            // An element that closes its like is kept once: its second start tag closes the first element.
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

    /// Closes foreign elements up to one that admits HTML, as some tags of HTML do.
    mutating func breakOut() {
        while let innermost = elements.last, innermost.namespace != .html,
            innermost.admits == .own || innermost.admits == .svg
        {
            elements.removeLast()
        }
    }

    /// Closes what an end tag closes.
    ///
    /// - Returns: Whether the end tag is dealt with. If not, it may close an element around the enclave, and the
    ///   enclave with it.
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

    /// Removes the innermost `form` of the enclave from the open elements, but not what is open in it.
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
