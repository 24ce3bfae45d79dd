internal import CrawlCore

/// The head of a request as it is sent, from which its cookies are read.
struct SentHead {
    private var bytes: [UInt8] = []
    /// How much of a head is kept: 256 KiB, which is more than curl sends.
    private static let limit = 256 << 10

    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a part of a head. When a head has ended, the next part begins another one: the request follows what a proxy was
    /// told, or is sent once more.
    mutating func append(_ part: UnsafeRawBufferPointer) {
        if bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) { reset() }
        if bytes.count + part.count <= SentHead.limit { bytes.append(contentsOf: part) }
    }

    /// The cookies in the last head.
    var cookies: CookieField {
        let name = Array("cookie:".utf8)
        return CookieField(
            bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
                guard line.prefix(name.count).elementsEqual(name, by: { $0 | 0x20 == $1 | 0x20 }) else {
                    return nil
                }
                return String(
                    decoding: line.dropFirst(name.count).filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            })
    }
}
