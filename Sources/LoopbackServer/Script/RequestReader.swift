/// Splits the bytes that a client sends into heads and bodies.
struct RequestReader {
    /// How many bytes are kept for one connection: 64 MiB.
    private static let limit = 64 * 1024 * 1024

    private var bytes: [UInt8] = []
    /// How many bytes have been searched for the end of the head.
    private var scanned = 0

    /// Whether the client has sent more than is kept.
    var isOverfull: Bool { bytes.count > Self.limit }

    mutating func append(_ more: ArraySlice<UInt8>) {
        bytes += more
    }

    /// Takes a head; nil while none is complete.
    ///
    /// - Throws: `RequestHead.Malformed` for bytes that are no HTTP/1 request.
    mutating func takeHead() throws(RequestHead.Malformed) -> RequestHead? {
        // Empty lines before a request line must be ignored (RFC 9112 section 2.2).
        while scanned == 0, bytes.starts(with: "\r\n".utf8) { bytes.removeFirst(2) }
        while scanned < bytes.count {
            scanned += 1
            guard bytes[scanned - 1] == UInt8(ascii: "\n"), scanned >= 4,
                bytes[scanned - 3] == UInt8(ascii: "\n"),
                bytes[scanned - 2] == UInt8(ascii: "\r")
            else { continue }
            return try RequestHead(take(scanned))
        }
        return nil
    }

    /// Takes a body; nil while it is not complete.
    mutating func takeBody(_ count: Int) -> [UInt8]? {
        bytes.count >= count ? take(count) : nil
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { scanned = 0 }
        guard count > 0 else { return [] }
        if count == bytes.count {
            defer { bytes = [] }
            return bytes
        }
        defer { bytes.removeFirst(count) }
        return Array(bytes[..<count])
    }
}
