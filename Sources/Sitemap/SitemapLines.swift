/// Reads a sitemap that is a list: one URL a line, in UTF-8.
final class SitemapLines {
    /// The longest line that is looked at, in bytes; longer ones are left out.
    static let lineLimit = 8 << 10

    private var line: [UInt8] = []
    private var isTooLong = false
    private var hasEntries = false

    func feed(_ bytes: UnsafeRawBufferPointer) -> SitemapProgress {
        var progress = SitemapProgress()
        for byte in bytes where !progress.isOver {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                endLine(&progress)
            } else if line.count < Self.lineLimit {
                line.append(byte)
            } else {
                isTooLong = true
            }
        }
        return progress
    }

    func finish() -> SitemapProgress {
        var progress = SitemapProgress()
        endLine(&progress)
        if !hasEntries { progress.failure = .notASitemap }
        return progress
    }

    private func endLine(_ progress: inout SitemapProgress) {
        defer {
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        guard !line.isEmpty else { return }
        let text = line.trimmed
        guard !text.isEmpty else { return }
        if !isTooLong, Self.isURL(text) {
            hasEntries = true
            progress.entries.append(SitemapEntry(.page, location: String(decoding: text, as: UTF8.self)))
        } else if !hasEntries {
            // A list begins with a URL. Anything else may be 50 MiB of anything.
            progress.failure = .notASitemap
            progress.isOver = true
        }
    }

    private static func isURL(_ text: ArraySlice<UInt8>) -> Bool {
        ["http://", "https://"].contains { scheme in
            text.count > scheme.utf8.count
                && zip(text, scheme.utf8).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
        }
    }
}

extension [UInt8] {
    /// Without the white space around.
    var trimmed: ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
        else { return [] }
        return self[first...last]
    }
}
