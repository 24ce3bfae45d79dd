internal import CLibXML2

/// Start tags of HTML outside of the body and of tables (HTML Standard, §13.2.6.4).
extension TreeBuilder {
    mutating func startHTML(_ tag: Tag) {
        switch mode {
        case .initial, .beforeHTML, .beforeHead: startBeforeHead(tag)
        case .inHead: startInHead(tag)
        case .afterHead: startAfterHead(tag)
        case .inBody: startInBody(tag)
        case .inTable, .inTableBody, .inRow: startInTable(tag)
        case .inCaption, .inCell, .inColumnGroup: startInPartOfTable(tag)
        case .inTemplate: startInTemplate(tag)
        case .afterBody, .afterAfterBody:
            if tag.kind != .html { mode = .inBody }
            startInBody(tag)
        case .inFrameset, .afterFrameset, .afterAfterFrameset: startInFrameset(tag)
        }
    }

    /// Opens the elements that are implied before a mode: `html`, `head`, `body`.
    mutating func begin(upTo target: Mode) {
        if mode == .initial {
            isQuirky = true
            mode = .beforeHTML
        }
        if mode == .beforeHTML, target != .beforeHTML {
            beginHTML(Self.tag(.html, "html"))
        }
        if mode == .beforeHead, target != .beforeHead {
            headNode = insertImplied(.head, "head")?.node
            mode = .inHead
        }
        if mode == .inHead, target != .inHead {
            open.pop()
            mode = .afterHead
        }
        if mode == .afterHead, target == .inBody {
            insertImplied(.body, "body")
            mode = .inBody
        }
    }

    private mutating func beginHTML(_ tag: Tag) {
        mode = .beforeHead
        guard let root = nodes.root(), let node = nodes.element(tag.written, tag.attributes) else { return }
        nodes.link(node, at: TreeNodes.Place(parent: root))
        open.push(TreeElement(node, .html, tag.name))
    }

    private mutating func startBeforeHead(_ tag: Tag) {
        switch tag.kind {
        case .html where mode != .beforeHead:
            begin(upTo: .beforeHTML)
            beginHTML(tag)
        case .html: startInBody(tag)
        case .head:
            begin(upTo: .beforeHead)
            headNode = insert(tag)?.node
            mode = .inHead
        default:
            begin(upTo: .inHead)
            startInHead(tag)
        }
    }

    /// - Returns: Whether the tag is one of those that belong in a head; then it was dealt with.
    mutating func startOfHead(_ tag: Tag) -> Bool {
        switch tag.kind {
        case .base, .basefont, .bgsound, .link, .meta: insertVoid(tag)
        case .title, .noframes, .style, .script: insert(tag)
        case .template:
            insert(tag)
            formatting.pushMarker()
            isFramesetOK = false
            mode = .inTemplate
            templateModes.append(.inTemplate)
        default: return false
        }
        return true
    }

    private mutating func startInHead(_ tag: Tag) {
        if tag.kind == .html { return startInBody(tag) }
        if tag.kind == .head || startOfHead(tag) { return }
        if tag.kind == .noscript { return startNoscript(tag) }
        begin(upTo: .afterHead)
        startAfterHead(tag)
    }

    /// Opens a `noscript`, whose content browsers take for text where scripts run. Here it is markup, shut off from what is around.
    mutating func startNoscript(_ tag: Tag) {
        guard insert(tag) != nil else { return }
        noscripts.append(
            Noscript(mode: mode, formNode: formNode, formattingCount: formatting.count))
        formatting.pushMarker()
        mode = .inBody
    }

    private mutating func startAfterHead(_ tag: Tag) {
        switch tag.kind {
        case .html: startInBody(tag)
        case .body:
            insert(tag)
            isFramesetOK = false
            mode = .inBody
        case .frameset:
            insert(tag)
            mode = .inFrameset
        case .base, .basefont, .bgsound, .link, .meta, .noframes, .script, .style, .template, .title:
            guard let headNode else { return }
            // They go into the head, although it is closed.
            let head = TreeElement(headNode, .head, .head)
            open.push(head)
            _ = startOfHead(tag)
            open.remove(headNode)
        case .head: break
        default:
            begin(upTo: .inBody)
            startInBody(tag)
        }
    }

    private mutating func startInTemplate(_ tag: Tag) {
        let next: Mode
        switch tag.kind {
        case _ where startOfHead(tag): return
        case .caption, .colgroup, .tbody, .tfoot, .thead: next = .inTable
        case .col: next = .inColumnGroup
        case .tr: next = .inTableBody
        case .td, .th: next = .inRow
        default: next = .inBody
        }
        templateModes.removeLast()
        templateModes.append(next)
        mode = next
        startHTML(tag)
    }

    private mutating func startInFrameset(_ tag: Tag) {
        switch tag.kind {
        case .html: startInBody(tag)
        case .frameset where mode == .inFrameset: insert(tag)
        case .frame where mode == .inFrameset: insertVoid(tag)
        case .noframes: _ = startOfHead(tag)
        default: break
        }
    }

    /// Chooses the mode by the open elements ("reset the insertion mode appropriately").
    mutating func resetMode() {
        for index in (0..<open.count).reversed() {
            let element = open[index]
            guard element.namespace == .html else { continue }
            switch element.kind {
            case .td, .th: mode = .inCell
            case .tr: mode = .inRow
            case .tbody, .thead, .tfoot: mode = .inTableBody
            case .caption: mode = .inCaption
            case .colgroup: mode = .inColumnGroup
            case .table: mode = .inTable
            case .template: mode = templateModes.last ?? .inBody
            case .head: mode = .inHead
            case .body, .noscript: mode = .inBody
            case .frameset: mode = .inFrameset
            case .html: mode = headNode == nil ? .beforeHead : .afterHead
            default: continue
            }
            return
        }
    }
}
