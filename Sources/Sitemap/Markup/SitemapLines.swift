/// Reads a sitemap that is a list: one URL a line (sitemaps.org, "Text file").
struct SitemapLines {
    /// The longest line that is looked at, in bytes; longer ones are left out.
    static let lineLimit = 8 << 10

    /// The entries that were read.
    var harvest: SitemapHarvest
    /// Whether it does not begin with a URL, and is no list.
    private(set) var isOver = false
    private var line: [UInt8] = []
    private var isTooLong = false
    private var hasEntries = false
    private var offset: Int

    /// A reader of the list that begins at `offset` in the body.
    init(offset: Int, limit: Int) {
        self.offset = offset
        harvest = SitemapHarvest(limit: limit)
    }

    /// Reads on, in UTF-8.
    ///
    /// - Parameter length: How many bytes of the body some of it stands for.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ length: (UnsafeRawBufferPointer) -> Int) {
        var start = 0
        for (position, byte) in bytes.enumerated() where !isOver {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                endLine()
                offset += length(UnsafeRawBufferPointer(rebasing: bytes[start...position]))
                start = position + 1
            } else if line.count < Self.lineLimit {
                line.append(byte)
            } else {
                isTooLong = true
            }
        }
        pending += length(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Bytes of the body behind what was read of a line.
    private var pending = 0

    mutating func finish() {
        if !isOver { endLine() }
        if !hasEntries { isOver = true }
    }

    private mutating func endLine() {
        defer {
            offset += pending
            pending = 0
            line.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        let text = line.trimmed
        guard let first = text.first, first != UInt8(ascii: "#") else { return }
        if !isTooLong, text.isWebURL {
            let location = String(decoding: SitemapText.encodingInvalid(text), as: UTF8.self)
            harvest.add(SitemapEntry(.page, location: location))
            if harvest.isFull { return isOver = true }
            hasEntries = true
        } else if hasEntries {
            harvest.leaveOut(
                SitemapFlaw(reason: isTooLong ? .longLocation : .notURL, offset: offset), isMistake: true)
        } else {
            // A list begins with a URL. Anything else may be 50 MiB of anything.
            isOver = true
        }
    }
}
