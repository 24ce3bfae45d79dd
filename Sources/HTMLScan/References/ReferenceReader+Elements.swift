internal import TrawlText

/// The attributes of a tag that is read.
struct TagReading {
    /// The element's name without a prefix.
    let name: TagName
    /// The name as it is written.
    let writtenName: [UInt8]
    let bytes: UnsafeRawBufferPointer

    /// The element's name in lower case and without a prefix.
    var element: String {
        let local = writtenName.split(separator: UInt8(ascii: ":"), maxSplits: 1).last ?? []
        return String(decoding: local.map(\.asciiLowercased), as: UTF8.self)
    }

    func value(_ range: Range<Int>) -> Slice<UnsafeRawBufferPointer> { bytes[range] }
}

/// What the elements refer to.
extension ReferenceReader {
    /// Reads an element that has attributes of interest.
    func read(_ tag: TagReading, _ namespace: Namespace) {
        readIDs(tag, namespace)
        readStyle(tag)
        switch namespace {
        case .html: readHTML(tag)
        case .svg: readSVG(tag)
        case .other: break
        }
    }

    private func value(_ name: TagValues.Name, _ tag: TagReading) -> Slice<UnsafeRawBufferPointer>? {
        values[name].map { tag.value($0) }
    }

    private func readIDs(_ tag: TagReading, _ namespace: Namespace) {
        insertID(value(.id, tag))
        if namespace == .html, tag.name == .a { insertID(value(.name, tag)) }
    }

    private func insertID(_ value: Slice<UnsafeRawBufferPointer>?) {
        // White space around an id is a part of it.
        guard let value, !value.isEmpty else { return }
        ids.insert(text.string(UnsafeRawBufferPointer(rebasing: value), .isAttribute))
    }

    /// Whether the content of a `style` element is CSS.
    func isStyleSheet(_ tag: TagReading) -> Bool {
        guard let type = value(.type, tag) else { return true }
        return type.isEmpty || type.matches("text/css")
    }

    private func readStyle(_ tag: TagReading) {
        guard let style = value(.style, tag), style.contains(UInt8(ascii: "(")) else { return }
        var css = text.attribute(style)
        var scanner = CSSLinkScanner(line: tagLine, isAttribute: true)
        css.withUTF8 { scanner.feed(UnsafeRawBufferPointer($0)) }
        scanner.finish()
        for link in scanner.takeLinks() { list.add(link, element: tag.element, attribute: "style") }
    }

    // MARK: - HTML

    private func readHTML(_ tag: TagReading) {
        for (name, range) in values.found {
            guard let attribute = URLAttribute.of(name, on: tag.name) else { continue }
            read(attribute, tag.value(range), tag)
        }
        switch tag.name {
        case .meta: readMeta(tag)
        case .iframe: if let document = value(.srcdoc, tag) { readFrame(text.attribute(document)) }
        case .img: if let alternative = value(.alt, tag) { addToLink(alternative: alternative) }
        default: break
        }
    }

    private func read(_ attribute: URLAttribute, _ value: Slice<UnsafeRawBufferPointer>, _ tag: TagReading) {
        let rel = rel(of: tag)
        let kind = attribute.kind ?? PageReference.kind(ofLink: rel)
        switch attribute.grammar {
        case .url:
            if tag.name == .a, attribute.name == .href { return openLink(value, attribute.name, rel, tag) }
            // Only a button that is an image has one.
            if tag.name == .input, attribute.name == .src,
                self.value(.type, tag)?.matches("image") != true
            {
                return
            }
            let url = text.address(value)
            // Empty, these two kinds name the page itself, and the others nothing.
            guard !url.isEmpty || kind == .form || tag.name == .area else { return }
            add(kind, url, attribute.name, rel: rel, tag)
        case .candidates:
            let candidates = Srcset(text.attribute(value))
            for url in candidates.urls { add(kind, text.address(ofText: url), attribute.name, rel: rel, tag) }
            if candidates.isCutShort { list.isCutShort = true }
        case .words, .commaSeparated:
            let isWords = attribute.grammar == .words
            let parts = value.split { isWords ? $0.isASCIIWhitespace : $0 == UInt8(ascii: ",") }
            for part in parts { add(kind, text.address(part), attribute.name, rel: rel, tag) }
        }
    }

    private func rel(of tag: TagReading) -> String {
        switch tag.name {
        case .a, .area, .link, .form:
            value(.rel, tag).map { PageReference.words(ofRel: text.attribute($0)) } ?? ""
        default: ""
        }
    }

    private func add(
        _ kind: PageReference.Kind, _ url: String, _ attribute: TagValues.Name, rel: String, _ tag: TagReading
    ) {
        let url = ReferenceURL(url)
        list.add(
            PageReference(
                kind, element: tag.element, attribute: attribute.rawValue, rel: rel, text: alternative(tag),
                url: url.text, isCutOff: url.isCutOff), line: tagLine)
    }

    /// What stands in for an image; of a `link` the language of what it leads to.
    private func alternative(_ tag: TagReading) -> String {
        guard let value = value(tag.name == .link ? .hreflang : .alt, tag) else { return "" }
        var alternative = LinkText()
        alternative.append(value)
        return alternative.content(text)
    }

    private func openLink(
        _ value: Slice<UnsafeRawBufferPointer>, _ attribute: TagValues.Name, _ rel: String, _ tag: TagReading
    ) {
        open(
            OpenLink(
                attribute: attribute.rawValue, rel: rel, url: ReferenceURL(text.address(value)), line: tagLine
            ))
    }

    private func readMeta(_ tag: TagReading) {
        guard let content = value(.content, tag) else { return }
        if value(.httpEquiv, tag)?.matches("refresh") == true {
            // All of them: those in a `noscript` count only in browsers without scripts.
            guard let address = Refresh.address(in: text.address(content)) else { return }
            add(.hyperlink, address, .content, rel: "", tag)
        } else if options.contains(.socialImages), let name = value(.property, tag) ?? value(.name, tag),
            Self.socialImages.contains(where: name.matches)
        {
            add(.asset, text.address(content), .content, rel: "", tag)
        }
    }

    /// What Open Graph and Twitter's cards call the image of a page.
    private static let socialImages: [StaticString] = [
        "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src",
    ]

    // MARK: - SVG

    /// Reads an element of SVG, whose `href` counts for more than its `xlink:href` (SVG 2, §16.1.2).
    private func readSVG(_ tag: TagReading) {
        let name: TagValues.Name = values[.href] == nil ? .xlinkHref : .href
        guard let value = value(name, tag) else { return }
        if tag.name == .a {
            let rel = self.value(.rel, tag).map { PageReference.words(ofRel: text.attribute($0)) }
            openLink(value, name, rel ?? "", tag)
        } else {
            let url = text.address(value)
            if !url.isEmpty { add(.asset, url, name, rel: "", tag) }
        }
    }
}
