/// Gathers what is asked of a page beside its title: what it says of itself, and its links.
struct PageFindings {
    /// How many links are kept; those beyond are counted.
    static let linkLimit = 50_000
    /// How many bytes of links are kept.
    static let linkByteLimit = 4 << 20
    /// The most bytes that an address may have; longer ones are none, as no server has any.
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

    /// - Parameter productToken: The crawler's name, for which a page may have rules of their own.
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

    /// Whether anything is asked of elements of a name.
    @inline(__always)
    static func areOf(_ name: TagName) -> Bool {
        switch name {
        case .a, .area, .link, .meta, .base, .html: true
        default: false
        }
    }

    /// Reads an element of HTML.
    mutating func read(_ name: TagName, _ attributes: borrowing TagAttributes, isXML: Bool, text: PageText) {
        attributes.withUnsafeBytes { bytes in
            switch name {
            case .a, .area: readLink(bytes, text)
            case .meta: readMeta(bytes, text)
            case .link: readRelation(bytes, text)
            case .base: if baseHref == nil { baseHref = address(bytes, text) }
            case .html: readRoot(bytes, isXML: isXML, text)
            default: break
            }
        }
    }

    private mutating func readLink(_ bytes: UnsafeRawBufferPointer, _ text: PageText) {
        let (href, rel) = bytes.firstValues("href", "rel")
        guard let href else { return }
        metadata.linkCount += 1
        guard keepsLinks, links.count < Self.linkLimit, href.count <= Self.addressLimit else { return }
        linkBytes += href.count + (rel?.count ?? 0)
        guard linkBytes <= Self.linkByteLimit else { return }
        links.append(PageLink(href: text.address(href), rel: rel.map { text.attribute($0) } ?? ""))
    }

    private mutating func readRelation(_ bytes: UnsafeRawBufferPointer, _ text: PageText) {
        guard metadata.canonical == nil else { return }
        let (href, rel) = bytes.firstValues("href", "rel")
        guard let href, let rel, href.count <= Self.addressLimit, text.attribute(rel).hasWord("canonical")
        else { return }
        metadata.canonical = nonempty(text.address(href))
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
        guard let name, let content else { return }
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
    /// The values of two attributes in those of a tag; of several of one name the first counts.
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
