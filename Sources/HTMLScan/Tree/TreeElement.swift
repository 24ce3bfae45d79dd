internal import CLibXML2

/// An element that is open while a tree is built.
struct TreeElement {
    /// Whether the rules of HTML apply to the content of a foreign element (HTML Standard, §13.2.6).
    enum Admission {
        /// They do not; or the element is HTML's own.
        case own
        /// An "HTML integration point".
        case html
        /// A "MathML text integration point".
        case text
        /// MathML's `annotation-xml`, in which an `svg` may stand.
        case svg
    }

    // Safe because the tree that the node is in outlives the value.
    var node: xmlNodePtr
    let kind: ElementKind
    let name: TagName
    let namespace: Enclave.Namespace
    let admission: Admission
    let traits: ElementTraits

    init(
        _ node: xmlNodePtr, _ kind: ElementKind, _ name: TagName, _ namespace: Enclave.Namespace = .html,
        isHTMLAdmitted: Bool = false
    ) {
        self.node = node
        self.kind = kind
        self.name = name
        self.namespace = namespace
        switch (namespace, kind) {
        case (.html, _): admission = .own
        case (.svg, .foreignObject), (.svg, .desc), (.svg, .title): admission = .html
        case (.math, .mi), (.math, .mo), (.math, .mn), (.math, .ms), (.math, .mtext): admission = .text
        case (.math, .annotationXML): admission = isHTMLAdmitted ? .html : .svg
        default: admission = .own
        }
        // Of foreign elements those that admit HTML are "special", and end the search for an element in scope.
        traits =
            namespace == .html ? kind.traits : admission == .own ? [] : [.special, .scope]
    }

    /// Whether it is an element of HTML of a kind.
    func isHTML(_ kind: ElementKind) -> Bool { self.kind == kind && namespace == .html }
}
