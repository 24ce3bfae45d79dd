internal import CLibXML2

/// Start tags in the body (HTML Standard, §13.2.6.4.7).
extension TreeBuilder {
    mutating func startInBody(_ tag: Tag) {
        switch tag.kind {
        case .html: mergeRoot(tag)
        case .body: mergeBody(tag)
        case .frameset: replaceBody(tag)
        case _ where startOfHead(tag): break
        case .noscript:
            startNoscript(tag)
        case .caption, .col, .colgroup, .frame, .head, .tbody, .td, .tfoot, .th, .thead, .tr: break
        case .h1, .h2, .h3, .h4, .h5, .h6:
            closeParagraph()
            if open.current?.namespace == .html, open.current?.traits.contains(.heading) == true {
                open.pop()
            }
            insert(tag)
        case .form: startForm(tag)
        case .li, .dd, .dt: startItem(tag)
        case .button:
            if open.has(.button) { close(.button) }
            startOfText(tag)
        case .table:
            if !isQuirky { closeParagraph() }
            insert(tag)
            isFramesetOK = false
            mode = .inTable
        case .select, .optgroup, .option, .input, .hr: startControl(tag)
        case .math, .svg: startForeignRoot(tag)
        case .plaintext, .p: startBlock(tag)
        case .textarea, .xmp, .iframe, .noembed: startRawText(tag)
        case _ where tag.kind.traits.contains(.formatting): startFormatting(tag)
        case _ where tag.kind.traits.contains(.block): startBlock(tag)
        default: startInline(tag)
        }
    }

    private mutating func startInline(_ tag: Tag) {
        switch tag.kind {
        case .applet, .marquee, .object:
            startOfText(tag)
            formatting.pushMarker()
        case .area, .br, .embed, .img, .keygen, .wbr:
            startOfText(tag)
            open.pop()
        case .image:
            var image = tag
            (image.kind, image.name, image.written) = (.img, TagName("img"), Array("img".utf8))
            startInline(image)
        case .param, .source, .track: insertVoid(tag)
        case .rb, .rtc, .rp, .rt:
            if open.has(.ruby) { open.popImplied(except: tag.kind == .rp || tag.kind == .rt ? .rtc : nil) }
            insert(tag)
        default:
            reopenFormatting()
            insert(tag)
        }
    }

    private mutating func startOfText(_ tag: Tag) {
        reopenFormatting()
        insert(tag)
        isFramesetOK = false
    }

    private mutating func startBlock(_ tag: Tag) {
        closeParagraph()
        insert(tag)
        if tag.kind == .pre || tag.kind == .listing {
            ignoresLineEnd = true
            isFramesetOK = false
        }
    }

    private mutating func startRawText(_ tag: Tag) {
        if tag.kind == .xmp {
            closeParagraph()
            reopenFormatting()
        }
        insert(tag)
        ignoresLineEnd = tag.kind == .textarea
        if tag.kind != .noembed { isFramesetOK = false }
    }

    // MARK: - The root and the body

    private mutating func mergeRoot(_ tag: Tag) {
        guard !open.contains(.template), !open.isEmpty else { return }
        nodes.add(tag.attributes, to: open[0].node)
    }

    private mutating func mergeBody(_ tag: Tag) {
        guard open.count > 1, open[1].isHTML(.body), !open.contains(.template), noscripts.isEmpty else {
            return
        }
        isFramesetOK = false
        nodes.add(tag.attributes, to: open[1].node)
    }

    private mutating func replaceBody(_ tag: Tag) {
        guard open.count > 1, open[1].isHTML(.body), isFramesetOK, noscripts.isEmpty else { return }
        let body = open[1].node
        open.popTo(1)
        nodes.discard(body)
        insert(tag)
        mode = .inFrameset
    }

    // MARK: - Forms and lists

    private mutating func startForm(_ tag: Tag) {
        let isInTemplate = open.contains(.template)
        guard formNode == nil || isInTemplate else { return }
        closeParagraph()
        let form = insert(tag)
        if !isInTemplate { formNode = form?.node }
    }

    private mutating func startItem(_ tag: Tag) {
        isFramesetOK = false
        for index in (0..<open.count).reversed() {
            let element = open[index]
            open.steps += 1
            let closes = tag.kind == .li ? element.kind == .li : element.kind == .dd || element.kind == .dt
            if element.namespace == .html, closes {
                close(element.kind)
                break
            }
            if element.traits.contains(.special), ![.address, .div, .p].contains(element.kind) { break }
        }
        closeParagraph()
        insert(tag)
    }

    /// What of a form's elements may stand in a `select`, or closes one.
    private mutating func startControl(_ tag: Tag) {
        let isInSelect = open.has(.select)
        switch tag.kind {
        case .select:
            if isInSelect { return open.popThrough(.select) }
            startOfText(tag)
        case .input:
            if isInSelect { open.popThrough(.select) }
            reopenFormatting()
            insertVoid(tag)
            if !tag.attributes.areHidden { isFramesetOK = false }
        case .hr:
            closeParagraph()
            if isInSelect { open.popImplied() }
            insertVoid(tag)
            isFramesetOK = false
        default:
            if isInSelect {
                open.popImplied(except: tag.kind == .option ? .optgroup : nil)
            } else if open.current?.isHTML(.option) == true {
                open.pop()
            }
            reopenFormatting()
            insert(tag)
        }
    }

    // MARK: - Formatting

    private mutating func startFormatting(_ tag: Tag) {
        if tag.kind == .a, let index = formatting.lastIndex(of: .a),
            let link = formatting.entries[index].element
        {
            adopt(.a, tag.name)
            formatting.remove(link.node)
            open.remove(link.node)
        }
        reopenFormatting()
        if tag.kind == .nobr, open.has(.nobr) {
            adopt(.nobr, tag.name)
            reopenFormatting()
        }
        if let element = insert(tag) { formatting.push(element) }
    }

    /// Opens formatting elements again that were closed by what they stood in ("reconstruct the active formatting elements").
    mutating func reopenFormatting() {
        var index = formatting.count
        while index > 0, let element = formatting.entries[index - 1].element,
            !OpenElements.isOpen(element.node)
        {
            index -= 1
        }
        while index < formatting.count, let element = formatting.entries[index].element {
            guard let place = place(), let node = nodes.copy(element.node) else { return }
            nodes.link(node, at: place)
            open.push(TreeElement(node, element.kind, element.name))
            formatting.replace(at: index, with: node)
            index += 1
        }
    }

    // MARK: - Closing

    mutating func closeParagraph() {
        if open.has(.p, in: [.scope, .buttonScope]) { close(.p) }
    }

    /// Closes an element that is in scope, with all that is open in it.
    mutating func close(_ kind: ElementKind) {
        open.popImplied(except: kind)
        open.popThrough(kind)
    }
}
