/// SVG and MathML (HTML Standard, §13.2.6.5).
extension TreeBuilder {
    /// Whether the rules for foreign content hold for a start tag.
    func isForeign(_ tag: Tag) -> Bool {
        guard let current = open.current, current.namespace != .html else { return false }
        switch current.admission {
        case .html: return false
        case .text: return tag.kind == .mglyph || tag.kind == .malignmark
        case .svg: return tag.kind != .svg
        case .own: return true
        }
    }

    mutating func startForeignRoot(_ tag: Tag) {
        reopenFormatting()
        insertForeign(tag, tag.kind == .svg ? .svg : .math)
    }

    mutating func startForeign(_ tag: Tag) {
        let breaksOut =
            tag.kind.traits.contains(.breaksOut) || tag.kind == .font && tag.attributes.breakOut
        if breaksOut {
            breakOut()
            return startHTML(tag)
        }
        if let namespace = open.current?.namespace { insertForeign(tag, namespace) }
    }

    private mutating func insertForeign(_ tag: Tag, _ namespace: Enclave.Namespace) {
        guard let place = place(), let node = nodes.element(tag.written, tag.attributes) else { return }
        nodes.link(node, at: place)
        let isHTMLAdmitted = tag.kind == .annotationXML && tag.attributes.admitHTML
        open.push(TreeElement(node, tag.kind, tag.name, namespace, isHTMLAdmitted: isHTMLAdmitted))
        if tag.isSelfClosing { open.pop() }
    }

    private mutating func breakOut() {
        while let current = open.current, current.namespace != .html,
            current.admission == .own || current.admission == .svg
        {
            open.pop()
        }
    }

    mutating func endForeign(_ name: TagName) {
        if name == .p || name == .br {
            breakOut()
            return endHTML(ElementKind.of(name), name)
        }
        for index in (1..<max(open.count, 1)).reversed() {
            let element = open[index]
            if element.namespace == .html { return endHTML(ElementKind.of(name), name) }
            if element.name == name { return open.popTo(index) }
            open.steps += 1
        }
    }
}
