internal import TrawlText

/// The attributes of one tag after another that bear on what the page refers to.
struct TagValues {
    /// The names of these attributes.
    enum Name: String, CaseIterable {
        case action, alt, archive, background, cite, classid, codebase, content, data, formaction, href,
            hreflang
        case httpEquiv = "http-equiv"
        case icon, id, imagesrcset, itemid, longdesc, lowsrc, manifest, name, ping, poster, profile, property
        case rel, src, srcdoc, srcset, style, type
        case xlinkHref = "xlink:href"
    }

    /// The attributes that the tag has, in order, and where their values are.
    private(set) var found: [(name: Name, range: Range<Int>)] = []

    private static let names = Dictionary(
        uniqueKeysWithValues: Name.allCases.map { (TagName($0.rawValue).bits, $0) })

    /// Looks at another tag. Of several attributes with one name the first counts.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        found.removeAll(keepingCapacity: true)
        var cursor = AttributeCursor(bytes)
        while let (written, value) = cursor.next() {
            guard let name = Self.name(written), self[name] == nil else { continue }
            found.append((name, value.startIndex..<value.endIndex))
        }
    }

    /// Where the value of an attribute is; nil where the tag has no such attribute.
    subscript(name: Name) -> Range<Int>? { found.first { $0.name == name }?.range }

    private static func name(_ written: Slice<UnsafeRawBufferPointer>) -> Name? {
        guard written.count <= TagName.capacity else { return nil }
        var packed = TagName()
        for byte in written { packed.append(byte) }
        return names[packed.bits]
    }
}
