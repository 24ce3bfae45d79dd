internal import TrawlText

/// Gathers a page's metadata and its links.
struct PageFindings {
    /// The most links that are kept. The others are only counted.
    static let linkLimit = 50_000
    /// The most bytes of links that are kept.
    static let linkByteLimit = 4 << 20
    /// The longest address that is kept, in bytes. No server has longer ones.
    static let addressLimit = 8 << 10
    private static let descriptionLimit = 4096
    private static let robotsLimit = 1024
    private static let languageLimit = 256

    private(set) var metadata = PageMetadata()
    private(set) var links: [PageLink] = []
    /// The `href` of the first `base` that has one.
    private(set) var baseHref: String?

    private let keepsLinks: Bool
    private let productToken: [UInt8]
    private var linkBytes = 0

    /// - Parameter productToken: The crawler's name. A page may have a `meta` element with rules for it.
    init(keepsLinks: Bool, productToken: String) {
        self.keepsLinks = keepsLinks
        self.productToken = productToken.utf8.map(\.asciiLowercased)
    }

    /// Forgets the page and begins another.
    mutating func reset() {
        metadata = PageMetadata()
        links.removeAll(keepingCapacity: false)
        baseHref = nil
        linkBytes = 0
    }

    /// Whether the elements of this name are read.
    @inline(__always)
    static func areOf(_ name: TagName) -> Bool {
        switch name {
        case .a, .area, .link, .meta, .base, .html, .frame, .iframe: true
        default: false
        }
    }

    /// Reads an element of HTML.
    mutating func read(_ name: TagName, _ attributes: borrowing TagAttributes, isXML: Bool, text: PageText) {
        attributes.withUnsafeBytes { bytes in
            switch name {
            case .a: readLink(bytes, .anchor, text)
            case .area: readLink(bytes, .area, text)
            case .frame: readFrame(bytes, .frame, text)
            case .iframe: readFrame(bytes, .iframe, text)
            case .meta: readMeta(bytes, text)
            case .link: readRelation(bytes, text)
            case .base: if baseHref == nil { baseHref = address(bytes, text) }
            case .html: readRoot(bytes, isXML: isXML, text)
            default: break
            }
        }
    }

    /// Reads an `a` of SVG, whose `href` counts for more than its `xlink:href` (SVG 2, §16.1.2).
    mutating func readSVGLink(_ attributes: borrowing TagAttributes, _ text: PageText) {
        attributes.withUnsafeBytes { bytes in
            if bytes.firstValues("href", "rel").first != nil {
                readLink(bytes, .svgAnchor, text)
            } else if let href = bytes.firstValues("xlink:href", "rel").first {
                metadata.linkCount += 1
                keep(href, bytes.firstValues("rel", "href").first, .xlinkAnchor, text)
            }
        }
    }

    private mutating func readLink(
        _ bytes: UnsafeRawBufferPointer, _ origin: PageLink.Origin, _ text: PageText
    ) {
        let (href, rel) = bytes.firstValues("href", "rel")
        guard let href else { return }
        metadata.linkCount += 1
        keep(href, rel, origin, text)
    }

    /// Reads a frame's address. An `iframe` with a `srcdoc` shows that document and requests nothing.
    private mutating func readFrame(
        _ bytes: UnsafeRawBufferPointer, _ origin: PageLink.Origin, _ text: PageText
    ) {
        let (source, document) = bytes.firstValues("src", "srcdoc")
        if let source, document == nil || origin == .frame { keep(source, nil, origin, text) }
    }

    private mutating func keep(
        _ href: Slice<UnsafeRawBufferPointer>, _ rel: Slice<UnsafeRawBufferPointer>?,
        _ origin: PageLink.Origin, _ text: PageText
    ) {
        guard keepsLinks, href.count <= Self.addressLimit, hasRoom(href.count + (rel?.count ?? 0)) else {
            return
        }
        links.append(
            PageLink(href: text.address(href), rel: rel.map { text.attribute($0) } ?? "", origin: origin))
    }

    private mutating func hasRoom(_ size: Int) -> Bool {
        guard links.count < Self.linkLimit else { return false }
        linkBytes += size
        return linkBytes <= Self.linkByteLimit
    }

    private mutating func readRelation(_ bytes: UnsafeRawBufferPointer, _ text: PageText) {
        guard keepsLinks || metadata.canonical == nil else { return }
        let (href, rel) = bytes.firstValues("href", "rel")
        guard let href, let rel, href.count <= Self.addressLimit else { return }
        let relations = PageLink.Relations(rel: text.attribute(rel))
        if relations.contains(.canonical), metadata.canonical == nil {
            metadata.canonical = nonempty(text.address(href))
        }
        if !relations.isEmpty { keep(href, rel, .link, text) }
    }

    private mutating func readRefresh(_ content: Slice<UnsafeRawBufferPointer>, _ text: PageText) {
        guard keepsLinks, content.count <= Self.addressLimit,
            let address = Refresh.address(in: text.address(content)), hasRoom(content.count)
        else { return }
        links.append(PageLink(href: address, rel: "", origin: .metaRefresh))
    }

    private func address(_ bytes: UnsafeRawBufferPointer, _ text: PageText) -> String? {
        let (href, _) = bytes.firstValues("href", "href")
        guard let href, href.count <= Self.addressLimit else { return nil }
        return text.address(href)
    }

    private mutating func readRoot(_ bytes: UnsafeRawBufferPointer, isXML: Bool, _ text: PageText) {
        guard metadata.language == nil else { return }
        let (lang, xmlLang) = bytes.firstValues("lang", "xml:lang")
        guard let language = (isXML ? xmlLang ?? lang : lang) else { return }
        metadata.language = nonempty(text.attribute(language).limited(to: Self.languageLimit))
    }

    private mutating func readMeta(_ bytes: UnsafeRawBufferPointer, _ text: PageText) {
        let (name, content) = bytes.firstValues("name", "content")
        guard let content else { return }
        if keepsLinks, bytes.firstValues("http-equiv", "content").first?.matches("refresh") == true {
            readRefresh(content, text)
        }
        guard let name else { return }
        if name.matches("description") {
            guard metadata.description == nil else { return }
            let description = text.string(
                UnsafeRawBufferPointer(rebasing: content), [.isAttribute, .isCollapsed])
            metadata.description = nonempty(description.limited(to: Self.descriptionLimit))
        } else if name.matches("robots") {
            metadata.robots = Self.joined(metadata.robots, text.attribute(content))
        } else if !productToken.isEmpty, name.elementsEqual(productToken, by: { $0.asciiLowercased == $1 }) {
            metadata.agentRobots = Self.joined(metadata.agentRobots, text.attribute(content))
        }
    }

    private static func joined(_ former: String?, _ more: String) -> String? {
        guard !more.isEmpty, former?.utf8.count ?? 0 < robotsLimit else { return former }
        return (former.map { "\($0), \(more)" } ?? more).limited(to: robotsLimit)
    }

    private func nonempty(_ text: String) -> String? { text.isEmpty ? nil : text }
}

extension UnsafeRawBufferPointer {
    /// The values of two attributes of a tag. Of several attributes with one name the first counts.
    fileprivate func firstValues(
        _ first: StaticString, _ second: StaticString
    ) -> (first: Slice<UnsafeRawBufferPointer>?, second: Slice<UnsafeRawBufferPointer>?) {
        var found: (first: Slice<UnsafeRawBufferPointer>?, second: Slice<UnsafeRawBufferPointer>?)
        var cursor = AttributeCursor(self)
        while let (name, value) = cursor.next() {
            if found.first == nil, name.matches(first) {
                found.first = value
            } else if found.second == nil, name.matches(second) {
                found.second = value
            }
        }
        return found
    }
}
