internal import TrawlText

/// An entry of a sitemap or feed that is being read.
struct SitemapOpenEntry {
    /// What is read of an entry.
    enum Field {
        case location(Rank)
        case lastModified
        case priority
    }

    /// How reliably an element names the entry's page. The best one counts.
    enum Rank: Int {
        /// An element whose purpose is to name it.
        case link
        /// What identifies an item of RSS: it may lead to its page (RSS 2.0, `guid`), and does in RSS 1.0 (`rdf:about`).
        case identifier
        /// A link of Atom in RSS, or one to another form of the page.
        case otherLink
    }

    let kind: SitemapEntry.Kind
    /// Its place among the open elements.
    let index: Int
    /// The prefix of its name.
    let prefix: UInt64
    let offset: Int
    /// What was wrong first.
    private(set) var flaw: SitemapFlaw?
    private var lastModified: Int64?
    private var priority: Double?
    private var location: Location?
    /// A location within another element. It counts if that element is never closed, so that it hides the location by
    /// mistake.
    private var nested: Location?

    private struct Location {
        let text: String
        let rank: Rank
        let bases: [String]
        /// The place of its element.
        let index: Int
    }

    init(_ kind: SitemapEntry.Kind, index: Int, prefix: UInt64, offset: Int) {
        self.kind = kind
        self.index = index
        self.prefix = prefix
        self.offset = offset
    }

    /// Whether a location, or a mistake in one, was read.
    var isNamed: Bool { location != nil || flaw != nil }

    /// The entry; nil where it names no page.
    var value: SitemapEntry? {
        (location ?? nested).map {
            SitemapEntry(
                kind, location: $0.text, bases: $0.bases, lastModified: lastModified, priority: priority)
        }
    }

    mutating func flawed(_ flaw: SitemapFlaw) {
        if self.flaw == nil { self.flaw = flaw }
    }

    /// Notes a location.
    ///
    /// - Parameter place: of the element that says so; nil for the entry's own.
    mutating func found(_ text: String, _ rank: Rank, _ bases: [String], within place: Int? = nil) {
        // An identifier need not be a URL.
        guard rank != .identifier || text.utf8.isWebURL else { return }
        let found = Location(text: text, rank: rank, bases: bases, index: place ?? index)
        if found.index > index + 1 {
            if nested == nil { nested = found }
        } else if location.map({ rank.rawValue < $0.rank.rawValue }) ?? true {
            location = found
        }
    }

    mutating func found(_ text: String, _ field: Field) {
        switch field {
        case .location: break
        case .lastModified: lastModified = SitemapDate.unixMilliseconds(text) ?? lastModified
        case .priority:
            if let number = Double(text), (0...1).contains(number) { priority = number }
        }
    }

    /// The element at a place is closed, and with it what was found within.
    mutating func closed(_ place: Int) {
        if let nested, place < nested.index { self.nested = nil }
    }
}

extension Collection<UInt8> {
    /// Whether it is an absolute URL of the web.
    var isWebURL: Bool {
        ["http://", "https://"].contains { scheme in
            count > scheme.utf8.count && zip(self, scheme.utf8).allSatisfy { $0.asciiLowercased == $1 }
        }
    }
}
