internal import CLibXML2

/// End tags of HTML (HTML Standard, §13.2.6.4).
extension TreeBuilder {
    mutating func endHTML(_ kind: ElementKind, _ name: TagName) {
        if kind == .template { return endTemplate() }
        if kind == .noscript, !noscripts.isEmpty { return endNoscript() }
        switch mode {
        case .initial, .beforeHTML, .beforeHead, .inHead, .afterHead: endBeforeBody(kind, name)
        case .inBody: endInBody(kind, name)
        case .inTable, .inTableBody, .inRow: endInTable(kind, name)
        case .inCaption, .inCell, .inColumnGroup: endInPartOfTable(kind, name)
        case .inTemplate: break
        case .afterBody, .afterAfterBody:
            if mode == .afterBody, kind == .html {
                mode = .afterAfterBody
            } else {
                mode = .inBody
                endInBody(kind, name)
            }
        case .inFrameset:
            guard kind == .frameset, open.count > 1 else { return }
            open.pop()
            if open.current?.isHTML(.frameset) == false { mode = .afterFrameset }
        case .afterFrameset: if kind == .html { mode = .afterAfterFrameset }
        case .afterAfterFrameset: break
        }
    }

    private mutating func endBeforeBody(_ kind: ElementKind, _ name: TagName) {
        switch kind {
        case .head where mode != .afterHead: begin(upTo: .afterHead)
        case .body, .html, .br:
            begin(upTo: .inBody)
            endInBody(kind, name)
        default: break
        }
    }

    private mutating func endTemplate() {
        guard open.contains(.template) else { return }
        open.popImplied(.impliedEndInTemplate)
        open.popThrough(.template)
        formatting.clearToMarker()
        if !templateModes.isEmpty { templateModes.removeLast() }
        noscripts.removeLast(noscripts.count - min(noscripts.count, open.count(of: .noscript)))
        resetMode()
    }

    private mutating func endNoscript() {
        guard let before = noscripts.popLast() else { return }
        open.popThrough(.noscript)
        templateModes.removeLast(templateModes.count - min(templateModes.count, open.count(of: .template)))
        formatting.truncate(to: before.formattingCount)
        formNode = before.formNode
        mode = before.mode
    }

    // MARK: - The body

    mutating func endInBody(_ kind: ElementKind, _ name: TagName) {
        switch kind {
        case .body, .html:
            guard open.has(.body) else { return }
            mode = .afterBody
            if kind == .html { mode = .afterAfterBody }
        case .form: endForm()
        case .p:
            if !open.has(.p, in: [.scope, .buttonScope]) { insertImplied(.p, "p") }
            close(.p)
        case .li: if open.has(.li, in: [.scope, .listScope]) { close(.li) }
        case .dd, .dt: if open.has(kind) { close(kind) }
        case .br: startInBody(Self.tag(.br, "br"))
        case .applet, .marquee, .object:
            guard open.has(kind) else { return }
            close(kind)
            formatting.clearToMarker()
        case _ where kind.traits.contains(.heading):
            guard open.has(in: .scope, where: { $0.traits.contains(.heading) }) else { return }
            open.popImplied()
            open.popThrough { $0.traits.contains(.heading) }
        case _ where kind.traits.contains(.formatting): adopt(kind, name)
        case _ where kind.traits.contains(.block): if open.has(kind) { close(kind) }
        default: endAny(name)
        }
    }

    private mutating func endForm() {
        if open.contains(.template) {
            if open.has(.form) { close(.form) }
            return
        }
        guard let form = formNode else { return }
        formNode = nil
        guard open.has(in: .scope, where: { $0.node == form }) else { return }
        open.popImplied()
        open.remove(form)
    }

    /// Closes the innermost element of a name, unless something "special" is open in it.
    mutating func endAny(_ name: TagName) {
        let kind = ElementKind.of(name)
        guard kind == .other || open.contains(kind) else { return }
        for index in (0..<open.count).reversed() {
            let element = open[index]
            if element.namespace == .html, element.name == name {
                open.popImplied(except: element.kind == .other ? nil : element.kind)
                open.popTo(min(index, open.count))
                return
            }
            if element.traits.contains(.special) { return }
            open.steps += 1
        }
    }

    // MARK: - The adoption agency algorithm

    /// Closes a formatting element, also where it and others overlap.
    mutating func adopt(_ kind: ElementKind, _ name: TagName) {
        if let current = open.current, current.isHTML(kind), formatting.index(of: current.node) == nil {
            return open.pop()
        }
        for _ in 0..<8 {
            guard let entry = formatting.lastIndex(of: kind), let element = formatting.entries[entry].element
            else {
                return endAny(name)
            }
            guard let index = open.index(of: element.node) else { return formatting.remove(at: entry) }
            guard open.has(in: .scope, where: { $0.node == element.node }) else { return }
            open.steps += open.count - index
            guard let block = (index + 1..<open.count).first(where: { open[$0].traits.contains(.special) })
            else {
                open.popTo(index)
                return formatting.remove(at: entry)
            }
            guard !isTruncated, rebuild(element, at: index, around: block) else { return }
        }
    }

    /// Puts a copy of a formatting element into a block in it, and closes the element.
    private mutating func rebuild(_ element: TreeElement, at index: Int, around block: Int) -> Bool {
        let furthest = open[block]
        let ancestor = open[index - 1]
        var bookmark = formatting.index(of: element.node) ?? 0
        var last = furthest.node
        var position = block
        var counter = 0
        while position - 1 > index {
            position -= 1
            counter += 1
            let node = open[position].node
            guard var entry = formatting.index(of: node) else {
                open.remove(at: position)
                continue
            }
            if counter > 3 {
                formatting.remove(at: entry)
                if entry < bookmark { bookmark -= 1 }
                open.remove(at: position)
                continue
            }
            guard let copy = nodes.copy(node) else { return false }
            formatting.replace(at: entry, with: copy)
            open.replace(at: position, with: copy)
            if last == furthest.node {
                entry += 1
                bookmark = entry
            }
            nodes.move(last, to: TreeNodes.Place(parent: copy))
            last = copy
        }
        let place =
            ancestor.traits.contains(.fosters) ? fosterPlace() : TreeNodes.Place(parent: ancestor.node)
        if let place { nodes.move(last, to: place) }
        guard let copy = nodes.copy(element.node) else { return false }
        nodes.moveChildren(of: furthest.node, to: copy)
        nodes.link(copy, at: TreeNodes.Place(parent: furthest.node))
        let opened = TreeElement(copy, element.kind, element.name)
        if let entry = formatting.index(of: element.node) {
            formatting.remove(at: entry)
            if entry < bookmark { bookmark -= 1 }
        }
        formatting.insert(opened, at: min(bookmark, formatting.count))
        open.remove(element.node)
        if let index = open.index(of: furthest.node) { open.insert(opened, at: index + 1) }
        return true
    }
}
