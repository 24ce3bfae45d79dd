internal import CrawlCore

/// Writes the URLs of a host as a sitemap, or as several with an index, where one has no room for them.
struct SitemapWriter {
    /// A longer URL is no entry of a sitemap: it must be less than 2,048 characters.
    static let lengthLimit = 2_047

    private let name: String
    /// Where the files will be, with a slash at its end.
    private let base: WebURL
    private var file: SitemapFile
    /// Sitemaps that are full: their names while they are written are no longer theirs.
    private var names: [String] = []
    private(set) var entries = 0

    /// - Parameters:
    ///   - name: the file of the sitemap, or of the index. One that ends in `.gz` is compressed, and so are its sitemaps.
    ///   - base: where the files will be.
    /// - Throws: `CommandFailure`.
    init(_ name: String, base: WebURL) throws {
        self.name = name
        self.base = base
        file = try SitemapWriter.begin(.sitemap, name)
    }

    /// The files that were written, the one that names the others last.
    var files: [String] { names + (names.contains(name) ? [] : [name]) }

    /// Adds a URL.
    ///
    /// - Parameter lastModified: unix milliseconds; nil where it is not known.
    mutating func add(_ url: String, lastModified: Int64?) throws {
        let modified = lastModified.map { "\(Wording.instant(milliseconds: $0).prefix(19))Z" }
        if try !file.add(url, modified: modified) {
            try finishPart()
            file = try SitemapWriter.begin(.sitemap, name)
            _ = try file.add(url, modified: modified)
        }
        entries += 1
    }

    /// Writes what is left.
    mutating func finish() throws {
        guard !names.isEmpty else {
            try file.finish(as: name)
            return names.append(name)
        }
        try finishPart()
        var index = try SitemapWriter.begin(.index, name)
        for part in names {
            let last = part.split(separator: "/").last.map(String.init) ?? part
            let url = (try? WebURL(parsing: SitemapWriter.encoded(last), base: base))?.href ?? last
            guard try index.add(url, modified: nil) else {
                throw CommandFailure(.usage, "an index has no room for more than 50,000 sitemaps")
            }
        }
        try index.finish(as: name)
    }

    private mutating func finishPart() throws {
        let part = SitemapWriter.part(names.count + 1, of: name)
        try file.finish(as: part)
        names.append(part)
    }

    private static func begin(_ kind: SitemapFile.Kind, _ name: String) throws -> SitemapFile {
        try SitemapFile(kind, name: "\(name).part", isCompressed: name.hasSuffix(".gz"))
    }

    /// `sitemap-2.xml.gz` of `sitemap.xml.gz`.
    static func part(_ number: Int, of name: String) -> String {
        let folder = name.lastIndex(of: "/").map { name[...$0] } ?? ""
        let last = name.dropFirst(folder.count)
        let stem = last.prefix { $0 != "." }
        return "\(folder)\(stem)-\(number)\(last.dropFirst(stem.count))"
    }

    /// A name of a file as a reference to it.
    private static func encoded(_ name: String) -> String {
        "./"
            + name.utf8.map { byte in
                let isPlain = byte < 0x80 && !"%?#\\".utf8.contains(byte)
                return isPlain
                    ? String(decoding: [byte], as: UTF8.self)
                    : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }.joined()
    }
}
