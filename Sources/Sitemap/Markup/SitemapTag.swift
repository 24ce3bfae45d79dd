internal import TrawlText

/// A tag of a sitemap or feed. Its bytes are valid while it is read only.
struct SitemapTag {
    /// From after `<`, or `</`, to before `>`.
    private let bytes: UnsafeRawBufferPointer
    private let nameEnd: Int
    /// Where the part of the name begins that comes after its prefix.
    private let localStart: Int
    /// Whether the element has no content.
    let isEmpty: Bool
    /// Where the tag begins: bytes of the body before it.
    let offset: Int

    init(_ bytes: UnsafeRawBufferPointer, offset: Int) {
        self.bytes = bytes
        self.offset = offset
        nameEnd = bytes.firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: "/") } ?? bytes.count
        localStart = bytes[..<nameEnd].firstIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? 0
        isEmpty = bytes.last == UInt8(ascii: "/")
    }

    /// The name without its prefix.
    var word: SitemapWord {
        SitemapWord(UnsafeRawBufferPointer(rebasing: bytes[localStart..<nameEnd]))
    }
    /// The whole name, as a number. Case is ignored: people who write sitemaps by hand do not heed it, though XML
    /// does.
    var name: UInt64 { Self.hash(bytes[..<nameEnd]) }
    /// The prefix of the name, as a number; that of no prefix where there is none.
    var prefix: UInt64 { Self.hash(bytes[..<max(localStart - 1, 0)]) }

    /// The value of an attribute by its name in small letters, its references resolved and without white space around; nil where there is none.
    func attribute(_ wanted: StaticString) -> String? {
        guard nameEnd < bytes.count else { return nil }
        var attributes = Attributes(bytes: bytes, position: nameEnd)
        while let (name, value) = attributes.next() {
            guard name.matches(wanted) else { continue }
            return SitemapText.string(value)
        }
        return nil
    }

    /// The namespaces that the tag declares, by prefix.
    var namespaces: [UInt64: UInt64] {
        var found: [UInt64: UInt64] = [:]
        var attributes = Attributes(bytes: bytes, position: nameEnd)
        while found.count < Self.namespaceLimit, let (name, value) = attributes.next() {
            guard name.prefix(5).matches("xmlns"),
                name.count == 5 || name[name.startIndex + 5] == UInt8(ascii: ":")
            else { continue }
            found[Self.hash(name.dropFirst(6))] = Self.hash(value)
        }
        return found
    }

    /// The most namespaces of a document that are looked at.
    private static let namespaceLimit = 64

    /// FNV-1a of 64 bits. A site that makes two names collide spoils only its own sitemap.
    private static func hash(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { hash, byte in
            (hash ^ UInt64(byte.asciiLowercased)) &* 0x100_0000_01B3
        }
    }

    /// Walks attributes, however they are written.
    private struct Attributes {
        let bytes: UnsafeRawBufferPointer
        var position: Int

        mutating func next() -> (name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>)? {
            skip { $0 <= 0x20 || $0 == UInt8(ascii: "/") }
            let start = position
            skip { $0 > 0x20 && $0 != UInt8(ascii: "=") }
            let name = bytes[start..<position]
            skip { $0 <= 0x20 }
            guard position < bytes.count else { return nil }
            guard bytes[position] == UInt8(ascii: "=") else { return (name, bytes[position..<position]) }
            position += 1
            skip { $0 <= 0x20 }
            guard position < bytes.count else { return nil }
            let quote = bytes[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                let valueStart = position
                skip { $0 > 0x20 }
                return (name, bytes[valueStart..<position])
            }
            position += 1
            let valueStart = position
            skip { $0 != quote }
            defer { position = min(position + 1, bytes.count) }
            return (name, bytes[valueStart..<position])
        }

        private mutating func skip(while condition: (UInt8) -> Bool) {
            while position < bytes.count, condition(bytes[position]) { position += 1 }
        }
    }
}

/// The names of elements that matter.
enum SitemapWord {
    case urlset, sitemapindex, rss, rdf, feed
    case url, sitemap, item, entry
    case loc, lastmod, priority, changefreq
    case link, guid, pubDate, updated, date
    case other

    init(_ name: UnsafeRawBufferPointer) {
        let all = name[...]
        self = Self.names.first { all.matches($0.name) }?.word ?? .other
    }

    private static let names: [(name: StaticString, word: SitemapWord)] = [
        ("url", .url), ("loc", .loc), ("lastmod", .lastmod), ("priority", .priority),
        ("changefreq", .changefreq),
        ("sitemap", .sitemap), ("item", .item), ("entry", .entry), ("link", .link), ("guid", .guid),
        ("pubdate", .pubDate), ("updated", .updated), ("date", .date), ("urlset", .urlset),
        ("sitemapindex", .sitemapindex), ("rss", .rss), ("rdf", .rdf), ("feed", .feed),
    ]
}
