internal import CLibXML2

/// Makes entries of the elements that the parser reports.
final class SitemapElements {
    /// The most attributes of a tag; sitemaps and feeds have a few.
    static let attributeLimit = 100
    /// The longest text of an element that is of interest, in bytes.
    static let textLimit = 8 << 10

    /// What was wrong first.
    var failure: SitemapFailure?
    /// Whether nothing can come of the rest.
    private(set) var isOver = false
    /// Whether the first element was one of a sitemap or feed.
    private(set) var hasRoot = false
    /// The parser that reports here. Safe because it and this object belong to the same `SitemapXML`.
    var parser: xmlParserCtxtPtr?

    private var entries: [SitemapEntry] = []
    /// Elements that are open.
    private var depth = 0
    /// The element that is an entry of this kind of document: `url`, `sitemap`, `item` or `entry`.
    private var entryName = ""
    private var entry: Entry?
    /// What is read of an entry's field, nil outside of those that are of interest.
    private var field: Field?
    private var text: [UInt8] = []

    private struct Entry {
        let depth: Int
        let namespace: String
        var value: SitemapEntry
        var isBroken = false
    }

    private enum Field {
        case location
        case lastModified
        case priority
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> SitemapElements? {
        // Safe because `SitemapXML`, which owns the parser, keeps its elements alive.
        context.map { Unmanaged<SitemapElements>.fromOpaque($0).takeUnretainedValue() }
    }

    func takeEntries() -> [SitemapEntry] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries
    }

    /// Ends the reading of what is made to be expensive.
    func refuse() { stop(.hostile) }

    private func stop(_ failure: SitemapFailure) {
        if self.failure == nil { self.failure = failure }
        isOver = true
        if let parser { xmlStopParser(parser) }
    }

    /// Takes note of a mistake that the parser has come across since it was last asked.
    func noteMistake() {
        guard let parser, parser.pointee.wellFormed == 0 else { return }
        parser.pointee.wellFormed = 1
        entry?.isBroken = true
        guard failure == nil else { return }
        var message = "bad XML"
        if let error = xmlGetLastError(of: parser) { message = error }
        failure = .malformed(message)
    }

    private func xmlGetLastError(of parser: xmlParserCtxtPtr) -> String? {
        guard let error = xmlCtxtGetLastError(UnsafeMutableRawPointer(parser)),
            let message = error.pointee.message
        else { return nil }
        let text = String(cString: message).prefix { $0 != "\n" }
        return "line \(error.pointee.line): \(text)"
    }

    // MARK: - Elements

    func start(_ name: String, namespace: String, attribute: (String) -> [UInt8]?) {
        guard !isOver else { return }
        noteMistake()
        depth += 1
        if depth == 1 { return begin(root: name) }
        if let entry {
            guard depth == entry.depth + 1, namespace == entry.namespace else { return }
            startField(name, attribute)
        } else if name == entryName {
            let kind = entryName == "sitemap" ? SitemapEntry.Kind.sitemap : .page
            entry = Entry(
                depth: depth, namespace: namespace, value: SitemapEntry(kind, location: ""))
        }
    }

    private func begin(root: String) {
        switch root {
        case "urlset": entryName = "url"
        case "sitemapindex": entryName = "sitemap"
        case "rss", "RDF": entryName = "item"
        case "feed": entryName = "entry"
        default: return stop(.notASitemap)
        }
        hasRoot = true
    }

    private func startField(_ name: String, _ attribute: (String) -> [UInt8]?) {
        text.removeAll(keepingCapacity: true)
        switch name {
        case "loc": field = .location
        case "link" where entryName == "entry":
            // RFC 4287, section 4.2.7.2: a link without a relation is an alternate one.
            guard entry?.value.location.isEmpty == true, let target = attribute("href"),
                attribute("rel").map({ $0.elementsEqual("alternate".utf8) }) ?? true
            else { return }
            // References in attributes come as they were written, or as &#38;.
            let href = String(decoding: target, as: UTF8.self)
            entry?.value.location = href.replacing("&#38;", with: "&").trimmed
        case "link": field = .location
        case "lastmod", "pubDate", "updated": field = .lastModified
        case "priority": field = .priority
        default: break
        }
    }

    func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard field != nil else { return }
        if text.count + bytes.count <= Self.textLimit {
            text.append(contentsOf: bytes)
        } else {
            entry?.isBroken = true
        }
    }

    func end() {
        guard !isOver else { return }
        noteMistake()
        depth -= 1
        guard let open = entry else { return }
        if depth < open.depth {
            entry = nil
            if !open.isBroken, !open.value.location.isEmpty { entries.append(open.value) }
        } else if depth == open.depth, let field {
            endField(field)
        }
    }

    private func endField(_ field: Field) {
        self.field = nil
        let value = String(decoding: text.trimmed, as: UTF8.self)
        switch field {
        case .location: entry?.value.location = value
        case .lastModified: entry?.value.lastModified = SitemapDate.unixMilliseconds(value)
        case .priority:
            if let number = Double(value), (0...1).contains(number) { entry?.value.priority = number }
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(decoding: Array(utf8).trimmed, as: UTF8.self) }
}
