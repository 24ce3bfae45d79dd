internal import CrawlCore

/// The head of a request as it goes out, for the cookies in it.
struct SentHead {
    private var bytes: [UInt8] = []
    /// curl itself sends less than this: 256 KiB.
    private static let limit = 256 << 10

    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// A part of the head. Behind the end of one begins another: what a proxy is told, or the request once more.
    mutating func append(_ part: UnsafeRawBufferPointer) {
        if bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) { reset() }
        if bytes.count + part.count <= SentHead.limit { bytes.append(contentsOf: part) }
    }

    /// The cookies of the last head.
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
