/// A request without its body.
struct RequestHead: Sendable {
    /// The bytes are no HTTP/1 request.
    struct Malformed: Error {}

    let method: String
    let target: String
    let path: String
    /// What follows the first `?`; nil when there is none.
    let query: String?
    let headers: LoopbackServer.Headers
    let contentLength: Int
    /// Whether the connection is to be closed after the response (RFC 9112 section 9.3).
    let wantsClose: Bool
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    let expectsContinue: Bool

    /// Reads a head.
    ///
    /// - Parameter bytes: the request line and the fields, with the empty line that ends them.
    init(_ bytes: [UInt8]) throws(Malformed) {
        var lines = Lines(bytes)
        let words = bytes[lines.next()].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty, words[2].starts(with: "HTTP/1.".utf8)
        else { throw Malformed() }
        method = String(decoding: words[0], as: UTF8.self)
        target = String(decoding: words[1], as: UTF8.self)
        let (path, query) = Self.split(words[1])
        self.path = String(decoding: path, as: UTF8.self)
        self.query = query.map { String(decoding: $0, as: UTF8.self) }

        var fields: [LoopbackServer.Headers.Field] = []
        fields.reserveCapacity(8)
        while true {
            let line = lines.next()
            guard !line.isEmpty else { break }
            guard let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")), colon > line.lowerBound
            else { throw Malformed() }
            fields.append(
                .init(name: line.lowerBound..<colon, value: Self.trim(bytes, colon + 1..<line.upperBound)))
        }
        headers = LoopbackServer.Headers(bytes, fields)

        if let value = headers["content-length"] {
            guard let length = Int(value), length >= 0 else { throw Malformed() }
            contentLength = length
        } else {
            contentLength = 0
        }
        // HTTP/1.0 clients expect the connection to be closed unless they are told otherwise, and they are not.
        wantsClose = words[2].last == UInt8(ascii: "0") || headers.has("connection", "close")
        expectsContinue = contentLength > 0 && headers.has("expect", "100-continue")
    }

    /// The path and the query of a target, which is a whole URL when the client uses the server as a proxy (RFC 9112
    /// section 3.2.2).
    private static func split(_ target: ArraySlice<UInt8>) -> (
        path: ArraySlice<UInt8>, query: ArraySlice<UInt8>?
    ) {
        var rest = target
        if rest.starts(with: "http://".utf8) {
            let authority = rest.dropFirst(7)
            guard let slash = authority.firstIndex(of: UInt8(ascii: "/")) else {
                return ("/".utf8.map(\.self)[...], nil)
            }
            rest = rest[slash...]
        }
        guard let mark = rest.firstIndex(of: UInt8(ascii: "?")) else { return (rest, nil) }
        return (rest[..<mark], rest[(mark + 1)...])
    }

    private static func trim(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, bytes[lower] == 32 || bytes[lower] == 9 { lower += 1 }
        while lower < upper, bytes[upper - 1] == 32 || bytes[upper - 1] == 9 { upper -= 1 }
        return lower..<upper
    }

    /// The lines of a head, without their CR LF. The head must end with an empty line.
    private struct Lines {
        let bytes: [UInt8]
        var start = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func next() -> Range<Int> {
            var end = start
            while end < bytes.count && bytes[end] != UInt8(ascii: "\n") { end += 1 }
            defer { start = end + 1 }
            return start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)
        }
    }
}
