/// What one line of a `urls_from` list says.
public enum URLListLine: Sendable, Equatable {
    /// A URL. It is not taken apart, and ranges in it mean nothing.
    case url(String)
    /// A JSON object with the keys of a request.
    case request(URLListRequest)
    /// Nothing, or a comment: the line is empty or begins with `#`.
    case blank
    /// A mistake; the message says what to do about it.
    case failure(String)

    /// Reads a line of a list.
    public static func parse(_ line: URLListReader.Line) -> URLListLine {
        line.isTooLong ? .failure("the line is longer than 64 KiB; shorten or remove it") : parse(line.text)
    }

    /// Reads a line. White space around it, a byte order mark and a CR are dropped.
    public static func parse(_ text: String) -> URLListLine {
        var line = text[...].utf8
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        while let byte = line.first, isSpace(byte) { line.removeFirst() }
        while let byte = line.last, isSpace(byte) { line.removeLast() }
        switch line.first {
        case nil, UInt8(ascii: "#"): return .blank
        case UInt8(ascii: "{"): return URLListRequest.parse(String(Substring(line)))
        // Most lines have nothing to drop: those are not copied.
        default: return .url(line.count == text.utf8.count ? text : String(Substring(line)))
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }
}
