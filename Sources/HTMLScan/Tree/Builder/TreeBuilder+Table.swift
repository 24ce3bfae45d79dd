internal import TrawlText

/// Tables (HTML Standard, §13.2.6.4.9 to 15).
extension TreeBuilder {
    // MARK: - Between cells

    mutating func startInTable(_ tag: Tag) {
        switch (mode, tag.kind) {
        case (.inRow, .td), (.inRow, .th):
            clear(to: [.tr, .template, .html])
            insert(tag)
            mode = .inCell
            formatting.pushMarker()
        case (.inTableBody, .tr):
            clear(to: [.tbody, .tfoot, .thead, .template, .html])
            insert(tag)
            mode = .inRow
        case (.inTableBody, .td), (.inTableBody, .th):
            clear(to: [.tbody, .tfoot, .thead, .template, .html])
            insertImplied(.tr, "tr")
            mode = .inRow
            startInTable(tag)
        case (.inRow, .caption), (.inRow, .col), (.inRow, .colgroup), (.inRow, .tbody), (.inRow, .tfoot),
            (.inRow, .thead), (.inRow, .tr):
            if endRow() { startInTable(tag) }
        case (.inTableBody, .caption), (.inTableBody, .col), (.inTableBody, .colgroup),
            (.inTableBody, .tbody),
            (.inTableBody, .tfoot), (.inTableBody, .thead):
            if endSection() { startInTable(tag) }
        default: startInTableProper(tag)
        }
    }

    private mutating func startInTableProper(_ tag: Tag) {
        switch tag.kind {
        case .caption, .colgroup, .col, .tbody, .tfoot, .thead, .td, .th, .tr: startPartOfTable(tag)
        case .table:
            guard open.has(.table, in: .tableScope) else { return }
            open.popThrough(.table)
            resetMode()
            startHTML(tag)
        case .style, .script, .template: _ = startOfHead(tag)
        case .input where tag.attributes.areHidden: insertVoid(tag)
        case .form:
            guard formNode == nil, !open.contains(.template) else { return }
            formNode = insert(tag)?.node
            open.pop()
        default:
            fosters = true
            startInBody(tag)
            fosters = false
        }
    }

    private mutating func startPartOfTable(_ tag: Tag) {
        clear(to: [.table, .template, .html])
        switch tag.kind {
        case .caption:
            formatting.pushMarker()
            insert(tag)
            mode = .inCaption
        case .colgroup:
            insert(tag)
            mode = .inColumnGroup
        case .col:
            insertImplied(.colgroup, "colgroup")
            mode = .inColumnGroup
            startInPartOfTable(tag)
        case .tbody, .tfoot, .thead:
            insert(tag)
            mode = .inTableBody
        default:
            insertImplied(.tbody, "tbody")
            mode = .inTableBody
            startInTable(tag)
        }
    }

    mutating func endInTable(_ kind: ElementKind, _ name: TagName) {
        switch (mode, kind) {
        case (.inRow, .tr): _ = endRow()
        case (.inRow, .table): if endRow() { endInTable(kind, name) }
        case (.inRow, .tbody), (.inRow, .tfoot), (.inRow, .thead):
            if open.has(kind, in: .tableScope), endRow() { endInTable(kind, name) }
        case (.inTableBody, .tbody), (.inTableBody, .tfoot), (.inTableBody, .thead):
            if open.has(kind, in: .tableScope) { _ = endSection() }
        case (.inTableBody, .table): if endSection() { endInTable(kind, name) }
        case (_, .table):
            guard open.has(.table, in: .tableScope) else { return }
            open.popThrough(.table)
            resetMode()
        case (_, .body), (_, .caption), (_, .col), (_, .colgroup), (_, .html), (_, .tbody), (_, .td),
            (_, .tfoot), (_, .th), (_, .thead), (_, .tr):
            break
        default:
            fosters = true
            endInBody(kind, name)
            fosters = false
        }
    }

    mutating func textInTable(_ bytes: ArraySlice<UInt8>) {
        guard open.current?.traits.contains(.fosters) == true || open.current?.isHTML(.template) == true,
            bytes.allSatisfy(\.isASCIIWhitespace)
        else {
            fosters = true
            textInBody(bytes)
            fosters = false
            return
        }
        insert(text: bytes)
    }

    private mutating func clear(to kinds: [ElementKind]) {
        while let current = open.current, current.namespace != .html || !kinds.contains(current.kind) {
            open.pop()
        }
    }

    private mutating func endRow() -> Bool {
        guard open.has(.tr, in: .tableScope) else { return false }
        clear(to: [.tr, .template, .html])
        open.pop()
        mode = .inTableBody
        return true
    }

    private mutating func endSection() -> Bool {
        guard
            open.has(.tbody, in: .tableScope) || open.has(.thead, in: .tableScope)
                || open.has(.tfoot, in: .tableScope)
        else { return false }
        clear(to: [.tbody, .tfoot, .thead, .template, .html])
        open.pop()
        mode = .inTable
        return true
    }

    // MARK: - In captions, cells and column groups

    mutating func startInPartOfTable(_ tag: Tag) {
        switch (mode, tag.kind) {
        case (.inColumnGroup, .html): startInBody(tag)
        case (.inColumnGroup, .col): insertVoid(tag)
        case (.inColumnGroup, .template): _ = startOfHead(tag)
        case (.inColumnGroup, _): if endColumnGroup() { startHTML(tag) }
        case (.inCaption, .caption), (.inCaption, .col), (.inCaption, .colgroup), (.inCaption, .tbody),
            (.inCaption, .td), (.inCaption, .tfoot), (.inCaption, .th), (.inCaption, .thead),
            (.inCaption, .tr):
            if endCaption() { startHTML(tag) }
        case (.inCell, .caption), (.inCell, .col), (.inCell, .colgroup), (.inCell, .tbody), (.inCell, .td),
            (.inCell, .tfoot), (.inCell, .th), (.inCell, .thead), (.inCell, .tr):
            if endCell() { startHTML(tag) }
        default: startInBody(tag)
        }
    }

    mutating func endInPartOfTable(_ kind: ElementKind, _ name: TagName) {
        switch (mode, kind) {
        case (.inColumnGroup, .colgroup): _ = endColumnGroup()
        case (.inColumnGroup, .col): break
        case (.inColumnGroup, _): if endColumnGroup() { endHTML(kind, name) }
        case (.inCaption, .caption): _ = endCaption()
        case (.inCaption, .table): if endCaption() { endHTML(kind, name) }
        case (.inCell, .td), (.inCell, .th):
            guard open.has(kind, in: .tableScope) else { return }
            endCell(kind)
        case (.inCell, .table), (.inCell, .tbody), (.inCell, .tfoot), (.inCell, .thead), (.inCell, .tr):
            if open.has(kind, in: .tableScope), endCell() { endHTML(kind, name) }
        case (_, .body), (_, .caption), (_, .col), (_, .colgroup), (_, .html): break
        case (.inCaption, .tbody), (.inCaption, .td), (.inCaption, .tfoot), (.inCaption, .th),
            (.inCaption, .thead), (.inCaption, .tr):
            break
        default: endInBody(kind, name)
        }
    }

    private mutating func endColumnGroup() -> Bool {
        guard open.current?.isHTML(.colgroup) == true else { return false }
        open.pop()
        mode = .inTable
        return true
    }

    private mutating func endCaption() -> Bool {
        guard open.has(.caption, in: .tableScope) else { return false }
        close(.caption)
        formatting.clearToMarker()
        mode = .inTable
        return true
    }

    /// Closes the cell that is open.
    private mutating func endCell() -> Bool {
        guard open.has(in: .tableScope, where: { $0.kind == .td || $0.kind == .th }) else { return false }
        open.popImplied()
        open.popThrough { $0.kind == .td || $0.kind == .th }
        formatting.clearToMarker()
        mode = .inRow
        return true
    }

    private mutating func endCell(_ kind: ElementKind) {
        close(kind)
        formatting.clearToMarker()
        mode = .inRow
    }
}
