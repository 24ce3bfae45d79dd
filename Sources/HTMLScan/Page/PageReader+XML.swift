/// Pages of XHTML, and other XML documents, read as XML says: a title, a script or a style is markup like everything else, and
/// names may have prefixes.
extension PageReader {
    mutating func readXMLStartTag() {
        let isEmpty = lexer.tag.isSelfClosing
        let (namespace, name) = xmlElements.open(lexer.tag.name, lexer.tag.attributes, isEmpty: isEmpty)
        guard !isDocument else {
            return tree.startXML(lexer.tag.writtenName, lexer.tag.attributes, isEmpty: isEmpty)
        }
        if keepsTree { addToXMLTree(name, namespace, isEmpty: isEmpty) }
        if namespace == .html, name == .title { beginXMLTitle(isEmpty: isEmpty) }
        guard keepsFindings else { return }
        references?.readStartTag(
            lexer.tag, name, namespace == .html ? .html : namespace == .svg ? .svg : .other, isXML: true)
        if namespace == .html, PageFindings.areOf(name) {
            findings.read(name, lexer.tag.attributes, isXML: true, text: text)
        } else if namespace == .svg, name == .a {
            findings.readSVGLink(lexer.tag.attributes, text)
        }
    }

    mutating func readXMLEndTag() {
        let closed = xmlElements.close(lexer.tag.name)
        if keepsTree, closed > 0 { tree.endXML(closed) }
        references?.readEndTag(lexer.tag.name.parts.local)
        if let depth = titleSearch.depth, xmlElements.depth < depth { endTitle() }
    }

    /// Reads text between tags.
    mutating func readXMLText(_ bytes: Slice<UnsafeRawBufferPointer>) {
        if keepsTree { tree.append(text: bytes) }
        references?.readText(bytes)
        // Text within another element is not the title's own (HTML Standard, "child text content").
        if xmlElements.depth == titleSearch.depth { titleSearch.text.append(bytes) }
    }

    /// Reads a piece of a CDATA section, in which there are no references.
    mutating func readSection() {
        let section = lexer.takeSection()
        section.withUnsafeBytes { bytes in
            if keepsTree { tree.append(rawText: bytes) }
            references?.readVerbatimText(bytes)
            guard isXML, xmlElements.depth == titleSearch.depth else { return }
            for piece in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
                if piece.startIndex > bytes.startIndex {
                    "&amp;".utf8.withContiguousStorageIfAvailable {
                        titleSearch.text.append(UnsafeRawBufferPointer($0)[...])
                    }
                }
                titleSearch.text.append(piece)
            }
        }
    }

    private mutating func beginXMLTitle(isEmpty: Bool) {
        guard titleSearch.isSearching else { return }
        titleSearch.begin(depth: xmlElements.depth)
        lexer.demands.insert(.text)
        if isEmpty { endTitle() }
    }

    private mutating func addToXMLTree(
        _ name: TagName, _ namespace: XMLElements.Namespace, isEmpty: Bool
    ) {
        let written =
            namespace == .other
            ? lexer.tag.writtenName
            : Array(lexer.tag.writtenName.split(separator: UInt8(ascii: ":"), maxSplits: 1).last ?? [])
        tree.startXML(written, lexer.tag.attributes, isEmpty: isEmpty)
    }
}
