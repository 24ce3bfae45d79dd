internal import ContentCoding
internal import TrawlText

/// Reads one sitemap as its bytes arrive: a urlset or sitemapindex (sitemaps.org 0.9), an RSS or Atom feed, a JSON Feed, or
/// plain text with one URL a line. It may be in any encoding of the web, and compressed by gzip, which its first bytes
/// tell.
///
/// A mistake in an entry costs at most that entry. Memory does not grow with the sitemap, except for entries that are
/// not taken. The reader belongs to one thread.
package final class SitemapReader {
    /// What no sitemap may exceed.
    package struct Limits: Sendable, Equatable {
        /// Bytes, decompressed. The default is 50 MiB (sitemaps.org, "Sitemaps XML format").
        package var bytes = 50 << 20
        /// Entries. The default is 50,000, as there.
        package var entries = 50_000

        /// The defaults.
        package init() {}
    }

    /// How deep index files may be nested. sitemaps.org allows one level, and some sites use more. The limit keeps
    /// hostile sites from nesting them without end.
    package static let maximumNesting = 3

    /// How many further pages of a feed are read. A feed whose every page names a next one would have no end.
    package static let maximumPages = 1_000

    /// What stopped the reading; nil where nothing did.
    package private(set) var failure: SitemapFailure?
    /// How many entries were left out, since something is wrong with them.
    package var leftOut: Int { harvest?.leftOut ?? 0 }
    /// What was wrong with the first entry that was left out; nil where none was.
    package var flaw: SitemapFlaw? { harvest?.flaw }
    /// Whether an entry was left out by a mistake, and not only because an item of a feed names no page, as it may.
    package var hasMistakes: Bool { harvest?.hasMistakes ?? false }

    private var harvest: SitemapHarvest? { markup?.elements.harvest ?? lines?.harvest ?? feed?.harvest }

    private let limits: Limits
    private let contentType: String?
    private var byteCount = 0
    private var wantsMore = true
    /// The first bytes, held back until they tell whether the body is gzip, and then what its encoding is.
    private var head: [UInt8] = []
    private var isHeadRead = false
    private let inflater = ContentDecoder()
    private var isGzip = false
    /// Decodes the text to UTF-8; nil before the encoding is known.
    private var decoder: TextStreamDecoder?
    private var decoded: [UInt8] = []
    /// Where in the body the text begins.
    private var textOffset = 0
    private var markup: SitemapMarkup?
    private var lines: SitemapLines?
    private var feed: JSONFeed?

    /// A reader for one sitemap.
    ///
    /// - Parameter contentType: the value of its `Content-Type`, of which only the charset counts; nil for none.
    package init(contentType: String? = nil, limits: Limits = Limits()) {
        self.contentType = contentType
        self.limits = limits
    }

    /// Reads on.
    ///
    /// - Parameter bytes: The next bytes of the body, its `Content-Encoding` undone.
    /// - Returns: Whether more is wanted; false once a limit is reached or nothing can come of it.
    package func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard wantsMore, !bytes.isEmpty else { return wantsMore }
        guard !isHeadRead else { return decompress(bytes) }
        // Two bytes tell gzip (RFC 1952, section 2.3.1) from anything that is text.
        head.append(contentsOf: bytes)
        return head.count < 2 ? true : readHead()
    }

    /// Reads to the end: there is no more.
    package func finish() {
        if !isHeadRead, wantsMore { _ = readHead() }
        if wantsMore {
            if isGzip {
                do {
                    try inflater.checkEnd()
                } catch {
                    note(.malformed("\(error)"))
                }
            }
            if decoder == nil { _ = begin() }
            decoded.removeAll(keepingCapacity: true)
            decoder?.finish(into: &decoded)
            _ = decoded.withUnsafeBytes(read)
        }
        let isAtEnd = wantsMore
        markup?.finish(isAtEnd: isAtEnd)
        if isAtEnd { lines?.finish() }
        _ = settle()
        if !hasBegun { note(.notASitemap) }
        if isAtEnd, let feed {
            if !feed.hasItems { note(.notASitemap) }
            if !feed.isWhole { note(.cutOff(length: byteCount)) }
        }
        if isAtEnd, let markup, !markup.elements.isWhole {
            note(markup.elements.root == nil ? .notASitemap : .cutOff(length: byteCount))
        }
        wantsMore = false
    }

    /// The entries that were read since they were last taken, in their order.
    package func takeEntries() -> [SitemapEntry] {
        (markup?.takeEntries() ?? []) + (lines?.harvest.takeEntries() ?? [])
            + (feed?.harvest.takeEntries() ?? [])
    }

    // MARK: - Compression

    private func readHead() -> Bool {
        isHeadRead = true
        isGzip = head.starts(with: [0x1F, 0x8B])
        if isGzip {
            do {
                try inflater.begin("gzip", intermediateLimit: 0)
            } catch {
                return stop(.outOfMemory)
            }
        }
        let bytes = head
        head = []
        return bytes.withUnsafeBytes(decompress)
    }

    private func decompress(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard isGzip else { return count(bytes) }
        do {
            return try inflater.decode(bytes) { count($0) }
        } catch {
            return stop(.malformed("\(error)"))
        }
    }

    private func count(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = limits.bytes - byteCount
        byteCount += bytes.count
        guard bytes.count <= room else {
            _ = decode(UnsafeRawBufferPointer(rebasing: bytes[..<room]))
            return stop(.tooLarge(limit: limits.bytes))
        }
        return decode(bytes)
    }

    // MARK: - Text

    private func decode(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let decoder else {
            head.append(contentsOf: bytes)
            return isEncodingKnown ? begin() : true
        }
        if decoder.isUTF8 { return read(bytes) }
        decoded.removeAll(keepingCapacity: true)
        self.decoder?.decode(bytes, into: &decoded)
        return decoded.withUnsafeBytes(read)
    }

    /// Whether the head tells the encoding: it has an XML declaration, or begins with something else.
    private var isEncodingKnown: Bool {
        guard head.count < TextStreamDecoder.headLength else { return true }
        let start = head.drop { $0 <= 0x20 && $0 != 0 }
        guard start.count >= 4 else { return false }
        return !start.starts(with: "<?".utf8) || start.contains(UInt8(ascii: ">"))
    }

    /// Chooses the encoding, and reads the head.
    private func begin() -> Bool {
        let bytes = head
        head = []
        return bytes.withUnsafeBytes { bytes in
            let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextStreamDecoder.headLength))
            let decoder = TextStreamDecoder(head: head, contentType: contentType)
            self.decoder = decoder
            textOffset = decoder.markLength
            return decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(decoder.markLength)))
        }
    }

    /// Reads some of the text in UTF-8.
    private func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let decoder, wantsMore else { return wantsMore }
        var bytes = bytes
        if !hasBegun {
            // White space, before which an XML declaration would be a mistake, and another byte order mark are passed over.
            let start = bytes.firstIndex { !Self.isIgnoredAtStart($0) } ?? bytes.count
            textOffset += decoder.sourceLength(of: UnsafeRawBufferPointer(rebasing: bytes[..<start]))
            guard start < bytes.count else { return true }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[start...])
            switch bytes[0] {
            case UInt8(ascii: "<"):
                markup = SitemapMarkup(decoder, offset: textOffset, limit: limits.entries)
            case UInt8(ascii: "{"): feed = JSONFeed(offset: textOffset, limit: limits.entries)
            default: lines = SitemapLines(offset: textOffset, limit: limits.entries)
            }
        }
        feed?.read(bytes, decoder.sourceLength)
        markup?.read(bytes)
        lines?.read(bytes, decoder.sourceLength)
        return settle()
    }

    /// Whether the form of the sitemap is known.
    private var hasBegun: Bool { markup != nil || lines != nil || feed != nil }

    private static func isIgnoredAtStart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    /// Ends the reading where nothing can come of the rest.
    private func settle() -> Bool {
        guard markup?.isOver ?? lines?.isOver ?? feed?.isOver ?? false else { return wantsMore }
        if let fault = feed?.fault { return stop(.malformed(fault)) }
        let isFull = harvest?.isFull ?? false
        return stop(isFull ? .tooManyEntries(limit: limits.entries) : .notASitemap)
    }

    private func note(_ failure: SitemapFailure) {
        if self.failure == nil { self.failure = failure }
    }

    private func stop(_ failure: SitemapFailure) -> Bool {
        note(failure)
        wantsMore = false
        return false
    }
}
