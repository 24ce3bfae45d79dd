internal import ContentCoding
internal import Glibc

/// An XML file of sitemaps.org that is written entry by entry: a sitemap, or an index of sitemaps.
///
/// It has another name until it is whole, so that a web server never serves half of one.
struct SitemapFile {
    /// What is in a file.
    enum Kind: String {
        case sitemap = "urlset"
        case index = "sitemapindex"

        fileprivate var entry: String { self == .sitemap ? "url" : "sitemap" }
    }

    /// The most entries of a file (<https://www.sitemaps.org/protocol.html>).
    static let entryLimit = 50_000
    /// The most bytes of a file before compression.
    static let sizeLimit = 52_428_800
    private static let bufferSize = 64 << 10

    private(set) var entries = 0
    private let kind: Kind
    private let temporaryName: String
    private let descriptor: Int32
    /// Nil where the file is not compressed.
    private let gzip: GzipCompressor?
    private var buffer: [UInt8] = []
    private var size = 0

    /// - Parameters:
    ///   - name: what it is called while it is written.
    ///   - isCompressed: whether it is gzip.
    /// - Throws: `CommandFailure`.
    init(_ kind: Kind, name: String, isCompressed: Bool) throws {
        self.kind = kind
        temporaryName = name
        gzip = isCompressed ? GzipCompressor() : nil
        guard !isCompressed || gzip != nil else { throw CommandFailure(.internalError, "there is no memory") }
        descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OutputFile.failure(name) }
        try put(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <\(kind.rawValue) xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">

            """)
    }

    private var end: String { "</\(kind.rawValue)>\n" }

    /// Adds an entry.
    ///
    /// - Parameters:
    ///   - modified: when it was last changed, as the protocol writes it; nil where that is not known.
    /// - Returns: false where the file has no room for it.
    mutating func add(_ url: String, modified: String?) throws -> Bool {
        let date = modified.map { "<lastmod>\($0)</lastmod>" } ?? ""
        let entry = "<\(kind.entry)><loc>\(XMLText.escaped(url))</loc>\(date)</\(kind.entry)>\n"
        let isFull =
            entries == SitemapFile.entryLimit
            || size + entry.utf8.count + end.utf8.count > SitemapFile.sizeLimit
        guard !isFull else { return false }
        try put(entry)
        entries += 1
        return true
    }

    /// Writes the end, and gives the file its name.
    mutating func finish(as name: String) throws {
        try put(end)
        try flush(isLast: true)
        guard close(descriptor) == 0, rename(temporaryName, name) == 0 else { throw OutputFile.failure(name) }
    }

    private mutating func put(_ text: String) throws {
        buffer += text.utf8
        size += text.utf8.count
        if buffer.count >= SitemapFile.bufferSize { try flush(isLast: false) }
    }

    private mutating func flush(isLast: Bool) throws {
        let bytes = gzip?.compress(buffer, isLast: isLast) ?? buffer
        buffer.removeAll(keepingCapacity: true)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw OutputFile.failure(temporaryName) }
            rest = rest.dropFirst(count)
        }
    }
}
