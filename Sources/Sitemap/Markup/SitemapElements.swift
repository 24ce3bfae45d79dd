/// Builds entries from the tags and the text of a sitemap or feed.
///
/// Elements are closed by name: an end tag closes everything that is still open within its element, so that an
/// unclosed element costs at most its entry. It is a value, so that a copy can be restored.
struct SitemapElements {
    /// The longest text of a field, in bytes.
    static let textLimit = 8 << 10
    /// How many copies may be made within one field.
    private static let speculationLimit = 64

    /// The entries that were read.
    var harvest: SitemapHarvest
    /// What kind of document it is; nil before its outermost element.
    private(set) var root: Root?
    /// Whether nothing can come of the rest: it is no sitemap, or has more entries than the limit.
    private(set) var isOver = false
    /// Whether the outermost element was closed.
    private(set) var isWhole = false
    /// How many entries have begun or ended.
    private(set) var boundaries = 0
    /// Whether references may be to entities that the document declares.
    var declaresEntities = false

    private var stack = SitemapStack()
    private var entry: SitemapOpenEntry?
    private var field: Field?
    /// The text of the field.
    private var text: [UInt8] = []
    /// How often what is read was kept to be restored, within the field.
    private var speculations = 0

    enum Root {
        case sitemap
        case rss
        case atom
    }

    /// The field whose text is being read.
    private struct Field {
        let kind: SitemapOpenEntry.Field
        /// Its place on the stack.
        let index: Int
        let offset: Int
        var isTooLong = false
    }

    init(limit: Int) { harvest = SitemapHarvest(limit: limit) }

    var wantsText: Bool { field != nil }
    /// Whether another copy may be made to be restored. Their number within one field is limited, since each copies
    /// its text.
    var maySpeculate: Bool { speculations < Self.speculationLimit }

    // MARK: - What may be hidden

    /// Counts what is read for a copy that may be thrown away, where there is a field whose text it copies.
    mutating func countHidden() { speculations += field == nil ? 0 : 1 }

    // MARK: - Tags

    mutating func start(_ tag: SitemapTag) {
        guard !isOver else { return }
        let word = tag.word
        guard let root else { return begin(word, tag) }
        if let field { interrupt(field, by: word) }
        let isOwn = entry.map { stack.isSame(tag.prefix, $0.prefix) } ?? true
        if field == nil, isOwn, Self.isEntry(word, in: root) {
            begin(entry: word, tag)
        } else {
            stack.push(tag, hasBase: entry == nil || field == nil)
            if field == nil { startField(word, tag, isOwn: isOwn) }
        }
        if tag.isEmpty { end(tag) }
    }

    private mutating func begin(_ word: SitemapWord, _ tag: SitemapTag) {
        switch word {
        case .urlset, .sitemapindex: root = .sitemap
        case .rss, .rdf: root = .rss
        case .feed: root = .atom
        default: isOver = true
        }
        stack.pushRoot(tag)
    }

    private static func isEntry(_ word: SitemapWord, in root: Root) -> Bool {
        switch root {
        // Some sites put one of them into the other.
        case .sitemap: word == .url || word == .sitemap
        case .rss: word == .item
        case .atom: word == .entry
        }
    }

    private mutating func begin(entry word: SitemapWord, _ tag: SitemapTag) {
        if let open = entry {
            closeEntry(at: tag.offset)
            stack.pop(to: open.index)
        }
        // No document nests entries so deep: the elements around it were not closed.
        if stack.count > SitemapStack.depthLimit / 2 { stack.pop(to: 1) }
        stack.push(tag, hasBase: true)
        boundaries += 1
        entry = SitemapOpenEntry(
            word == .sitemap ? .sitemap : .page, index: stack.count - 1, prefix: tag.prefix,
            offset: tag.offset)
        if let about = root == .rss ? tag.attribute("rdf:about") : nil {
            entry?.found(about, .identifier, stack.bases)
        }
    }

    /// Closes the element that a tag names, and all that is open in it.
    mutating func end(_ tag: SitemapTag) {
        guard !isOver else { return }
        guard let index = stack.index(of: tag.name) else { return stack.popDeeper() }
        // The names of elements beyond the stack are not known. Only a tag of an element outside the entry is sure
        // not to end one of them.
        if stack.deeper > 0, index > (entry?.index ?? 0) { return stack.popDeeper() }
        if let field, index <= field.index { endField(field, isClosed: index == field.index) }
        if let open = entry {
            if index <= open.index { closeEntry(at: tag.offset) } else { entry?.closed(index) }
        }
        if index == 0 { isWhole = true }
        stack.pop(to: index)
    }

    mutating func finish(at offset: Int) {
        if let field { endField(field, isClosed: false) }
        if entry != nil { closeEntry(at: offset) }
    }

    // MARK: - Fields

    private mutating func startField(_ word: SitemapWord, _ tag: SitemapTag, isOwn: Bool) {
        guard entry != nil, let root, stack.deeper == 0 else { return }
        let kind: SitemapOpenEntry.Field
        switch (word, root) {
        case (.loc, .sitemap) where isOwn:
            // The entry before was not closed, or this one has two locations.
            if entry?.isNamed == true { reopenEntry(at: tag.offset) }
            kind = .location(.link)
        case (.link, .rss) where isOwn: kind = .location(.link)
        case (.guid, .rss) where isOwn:
            guard tag.attribute("ispermalink").map({ $0.lowercased() != "false" }) ?? true else { return }
            kind = .location(.identifier)
        // An Atom link within RSS.
        case (.link, .rss): return takeLink(tag)
        case (.link, .atom) where isOwn: return takeLink(tag)
        case (.lastmod, .sitemap) where isOwn, (.pubDate, .rss) where isOwn, (.updated, .atom) where isOwn:
            kind = .lastModified
        // A date of Dublin Core, which RSS 1.0 uses.
        case (.date, .rss): kind = .lastModified
        case (.priority, .sitemap) where isOwn: kind = .priority
        default: return
        }
        text.removeAll(keepingCapacity: true)
        field = Field(kind: kind, index: stack.count - 1, offset: tag.offset)
    }

    /// Takes the address of an Atom `link` whose relation is `alternate`, which is also the default (RFC 4287,
    /// section 4.2.7.2).
    private mutating func takeLink(_ tag: SitemapTag) {
        guard let target = tag.attribute("href"), !target.isEmpty, target.utf8.count <= Self.textLimit else {
            return
        }
        let relation = tag.attribute("rel")?.lowercased() ?? "alternate"
        guard relation == "alternate" || relation == "http://www.iana.org/assignments/relation/alternate"
        else {
            return
        }
        let type = tag.attribute("type")?.lowercased() ?? "text/html"
        entry?.found(
            target, root == .atom && type.contains("html") ? .link : .otherLink, stack.bases,
            within: stack.count - 1)
    }

    /// Ends a field in which another element begins, unless that may be part of a location.
    private mutating func interrupt(_ field: Field, by word: SitemapWord) {
        if case .location = field.kind, text.trimmed.isEmpty {
            switch word {
            // <loc><url>http://…</url></loc> is not rare.
            case .loc, .lastmod, .priority, .changefreq, .link, .guid, .pubDate: break
            default: return
            }
        }
        endField(field, isClosed: false)
        stack.pop(to: field.index)
    }

    /// Adds text of the field.
    ///
    /// - Parameter isCharacterData: Whether there are no references in it.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isCharacterData: Bool) {
        guard field != nil else { return }
        guard text.count + bytes.count <= Self.textLimit else {
            field?.isTooLong = true
            return
        }
        guard isCharacterData else { return text.append(contentsOf: bytes) }
        for byte in bytes {
            text.append(byte)
            if byte == UInt8(ascii: "&") { text.append(contentsOf: "amp;".utf8) }
        }
    }

    private mutating func endField(_ field: Field, isClosed: Bool) {
        self.field = nil
        speculations = 0
        guard case .location(let rank) = field.kind else {
            guard isClosed, !field.isTooLong else { return }
            entry?.found(SitemapText.string(text), field.kind)
            return
        }
        // The rest of a CDATA section whose beginning is broken.
        if text.suffix(3).elementsEqual("]]>".utf8) { text.removeLast(3) }
        let (resolved, hasUnknownName) = SitemapText.resolve(text)
        guard !resolved.isEmpty || !isClosed || field.isTooLong else { return }
        if isClosed, !field.isTooLong, !(hasUnknownName && declaresEntities) {
            let location = String(decoding: SitemapText.encodingInvalid(resolved), as: UTF8.self)
            entry?.found(location, rank, stack.bases, within: field.index)
        } else {
            let reason: SitemapFlaw.Reason =
                field.isTooLong ? .longLocation : isClosed ? .entity : .openLocation
            entry?.flawed(SitemapFlaw(reason: reason, offset: field.offset))
        }
    }

    // MARK: - Entries

    private mutating func closeEntry(at offset: Int) {
        if let field { endField(field, isClosed: false) }
        guard let open = entry else { return }
        entry = nil
        boundaries += 1
        if let value = open.value {
            harvest.add(value)
            if harvest.isFull { isOver = true }
        } else {
            let flaw = open.flaw ?? SitemapFlaw(reason: .noLocation, offset: open.offset)
            // An item of a feed need not name a page.
            harvest.leaveOut(flaw, isMistake: root == .sitemap || flaw.reason != .noLocation)
        }
    }

    /// Ends the entry where another one's location begins.
    private mutating func reopenEntry(at offset: Int) {
        guard let open = entry else { return }
        closeEntry(at: offset)
        entry = SitemapOpenEntry(open.kind, index: open.index, prefix: open.prefix, offset: offset)
    }
}
