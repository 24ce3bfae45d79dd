/// Reads a feed in JSON (JSON Feed 1.1, <https://www.jsonfeed.org/version/1.1/>) as its bytes arrive.
///
/// It holds the brackets that are open, and one item.
struct JSONFeed {
    /// The longest text of a field, in bytes.
    static let textLimit = 8 << 10

    /// The entries that were read.
    var harvest: SitemapHarvest
    /// Whether the feed has a list of items. Other JSON is no feed.
    private(set) var hasItems = false

    private var scanner = JSONScanner()
    /// Where in the body the bytes begin that are read next.
    private var offset: Int
    private var item: OpenItem?

    /// What is known of the item that is being read.
    private struct OpenItem {
        let offset: Int
        var url: String?
        var id: String?
        var externalURL: String?
        var modified: Int64?
        var published: Int64?
        var hasLongLocation = false

        /// Where it leads: to its page, which its `id` should be the URL of, or else to what it is about.
        var location: String? { url ?? id ?? externalURL }
    }

    /// A reader of the feed that begins at `offset` in the body.
    init(offset: Int, limit: Int) {
        self.offset = offset
        harvest = SitemapHarvest(limit: limit)
    }

    /// Whether nothing can come of the rest.
    var isOver: Bool { harvest.isFull || scanner.fault != nil }
    /// Whether the outermost object was closed.
    var isWhole: Bool { scanner.isWhole }
    /// What is wrong with the JSON; nil for nothing that keeps it from being read.
    var fault: String? { scanner.fault.map { "\($0) at byte \(offset)" } }

    /// Reads on, in UTF-8.
    ///
    /// - Parameter length: How many bytes of the body some of it stands for.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ length: (UnsafeRawBufferPointer) -> Int) {
        var start = 0
        for (position, byte) in bytes.enumerated() {
            guard let event = scanner.read(byte, isWanted: Self.isWanted) else { continue }
            offset += length(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            start = position
            note(event)
            if isOver { return }
        }
        offset += length(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    // MARK: - Where it stands

    /// Whether the value of a key counts.
    private static func isWanted(_ key: String, depth: Int) -> Bool {
        switch depth {
        case 1: key == "next_url"
        case itemDepth: fields.contains(key)
        default: false
        }
    }

    private static let fields: Set = ["url", "id", "external_url", "date_modified", "date_published"]

    /// How many brackets are open within an item: those of the feed, of the list and its own.
    private static let itemDepth = 3

    private mutating func note(_ event: JSONScanner.Event) {
        switch event {
        case .opened(isObject: false) where scanner.depth == 2 && scanner.key(at: 1) == "items":
            hasItems = true
        case .opened(isObject: true) where scanner.depth == Self.itemDepth && isList:
            item = OpenItem(offset: offset)
        case .closed where scanner.depth == Self.itemDepth - 1: closeItem()
        case .text(let text, let isTooLong): note(text, isTooLong: isTooLong)
        case .opened, .closed, .failed: break
        }
    }

    /// Whether what is open is the list of items.
    private var isList: Bool { scanner.key(at: 1) == "items" && !scanner.isObject(at: 2) }

    // MARK: - Items

    private mutating func note(_ text: [UInt8], isTooLong: Bool) {
        let key = scanner.key(at: scanner.depth)
        let text = String(decoding: SitemapText.encodingInvalid(text.trimmed), as: UTF8.self)
        guard scanner.depth == Self.itemDepth else {
            if !isTooLong, !text.isEmpty { harvest.add(SitemapEntry(.nextPage, location: text)) }
            return
        }
        switch key {
        case "date_modified": item?.modified = SitemapDate.unixMilliseconds(text)
        case "date_published": item?.published = SitemapDate.unixMilliseconds(text)
        case _ where isTooLong: item?.hasLongLocation = true
        case "url" where !text.isEmpty: item?.url = text
        // An identifier need not be a URL.
        case "id" where text.utf8.isWebURL: item?.id = text
        case "external_url" where !text.isEmpty: item?.externalURL = text
        default: break
        }
    }

    private mutating func closeItem() {
        guard let item else { return }
        self.item = nil
        guard let location = item.location else {
            let reason: SitemapFlaw.Reason = item.hasLongLocation ? .longLocation : .noLocation
            // An item of a feed need not name a page.
            return harvest.leaveOut(
                SitemapFlaw(reason: reason, offset: item.offset), isMistake: item.hasLongLocation)
        }
        harvest.add(
            SitemapEntry(.page, location: location, lastModified: item.modified ?? item.published))
    }
}
