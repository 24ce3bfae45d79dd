internal import ContentCoding

/// Reads one sitemap as its bytes come in: urlset and sitemapindex (sitemaps.org 0.9), RSS and Atom feeds, and plain text with a URL a
/// line, each perhaps compressed by gzip, which is seen by its first bytes.
///
/// What it holds does not grow with the sitemap, but for entries that nobody takes. It belongs to one thread.
public final class SitemapReader {
    /// What no sitemap may exceed.
    public struct Limits: Sendable, Equatable {
        /// Bytes, decompressed. The default is 50 MiB (sitemaps.org, "Sitemaps XML format").
        public var bytes = 50 << 20
        /// Entries. The default is 50,000, as there.
        public var entries = 50_000

        /// The defaults.
        public init() {}
    }

    /// How many index files may be around a sitemap. sitemaps.org allows one; that some sites nest them is no reason to let any site do
    /// so without end.
    public static let maximumNesting = 3

    /// What stopped the reading or, where entries came after it, was wrong first; nil where nothing was.
    public private(set) var failure: SitemapFailure?

    private let limits: Limits
    private var entries: [SitemapEntry] = []
    private var entryCount = 0
    private var byteCount = 0
    private var wantsMore = true
    /// The first bytes, until it is known what they begin.
    private var head: [UInt8] = []
    private var isHeadRead = false
    private let decoder = ContentDecoder()
    private var isGzip = false
    private var format = Format.unknown

    private enum Format {
        case unknown
        case xml(SitemapXML)
        case lines(SitemapLines)
    }

    /// A reader for one sitemap.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Reads on.
    ///
    /// - Parameter bytes: The next bytes of the body, its `Content-Encoding` undone.
    /// - Returns: Whether more is wanted; false once a limit is reached or nothing can come of it.
    public func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard wantsMore, !bytes.isEmpty else { return wantsMore }
        guard !isHeadRead else { return decompress(bytes) }
        // Two bytes tell gzip (RFC 1952, section 2.3.1) from anything that is text.
        head.append(contentsOf: bytes)
        return head.count < 2 ? true : readHead()
    }

    /// Reads to the end: there is no more.
    public func finish() {
        if !isHeadRead, wantsMore { _ = readHead() }
        guard wantsMore else { return }
        if isGzip {
            do {
                try decoder.checkEnd()
            } catch {
                note(.malformed("\(error)"))
            }
        }
        switch format {
        case .unknown: note(.notASitemap)
        case .xml(let xml): take(xml.finish())
        case .lines(let lines): take(lines.finish())
        }
        wantsMore = false
    }

    /// The entries that were read since they were last taken, in their order.
    public func takeEntries() -> [SitemapEntry] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries
    }

    // MARK: - Compression

    private func readHead() -> Bool {
        isHeadRead = true
        isGzip = head.starts(with: [0x1F, 0x8B])
        if isGzip {
            do {
                try decoder.begin("gzip", intermediateLimit: 0)
            } catch {
                return stop(.outOfMemory)
            }
        }
        defer { head = [] }
        let bytes = head
        head = []
        return bytes.withUnsafeBytes(decompress)
    }

    private func decompress(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard isGzip else { return count(bytes) }
        do {
            return try decoder.decode(bytes) { count($0) }
        } catch {
            return stop(.malformed("\(error)"))
        }
    }

    private func count(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = limits.bytes - byteCount
        byteCount += bytes.count
        guard bytes.count <= room else {
            _ = parse(UnsafeRawBufferPointer(rebasing: bytes[..<room]))
            return stop(.tooLarge(limit: limits.bytes))
        }
        return parse(bytes)
    }

    // MARK: - Formats

    private func parse(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch format {
        case .xml(let xml): return take(xml.feed(bytes))
        case .lines(let lines): return take(lines.feed(bytes))
        case .unknown: break
        }
        // A byte order mark and white space, before which an XML declaration would be a mistake, are passed over.
        head.append(contentsOf: bytes)
        guard let first = head.firstIndex(where: { !Self.isIgnoredAtStart($0) }) else {
            head.removeAll(keepingCapacity: true)
            return true
        }
        format = head[first] == UInt8(ascii: "<") ? .xml(SitemapXML()) : .lines(SitemapLines())
        let rest = Array(head[first...])
        head = []
        return rest.withUnsafeBytes(parse)
    }

    private static func isIgnoredAtStart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    /// Takes over what a format has read.
    @discardableResult
    private func take(_ result: SitemapProgress) -> Bool {
        for entry in result.entries {
            guard entryCount < limits.entries else { return stop(.tooManyEntries(limit: limits.entries)) }
            entryCount += 1
            entries.append(entry)
        }
        if let failure = result.failure { note(failure) }
        if result.isOver { wantsMore = false }
        return wantsMore
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

/// What came of some bytes.
struct SitemapProgress {
    var entries: [SitemapEntry] = []
    var failure: SitemapFailure?
    /// Whether whatever else comes is of no account.
    var isOver = false
}
