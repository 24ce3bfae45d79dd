/// Where a line of a robots.txt is, and where its parts are, in bytes from the start of the text.
struct RobotsLine {
    /// From 1.
    let number: Int
    /// The whole line without its end, but no more of it than counts.
    let range: Range<Int>
    /// Where the comment begins, or the line ends.
    let contentEnd: Int
    /// The first colon before `contentEnd`.
    let colon: Int?
}

/// Goes through the lines of a robots.txt (RFC 9309, section 2.2: CR, LF and CR LF end a line).
struct RobotsLineReader {
    /// What is beyond this is not looked at, as in robots.cc: eight times what some browsers allow a URL, less one.
    static let maximumLineLength = 2083 * 8 - 1

    private var position = 0
    private var number = 0
    private let end: Int
    private let isCut: Bool

    /// Begins with the first line of a text, after its byte order mark.
    init(_ text: Span<UInt8>) {
        end = min(text.count, RobotsTxt.maximumLength)
        isCut = text.count >= RobotsTxt.maximumLength
        // Part of a mark is skipped as well: so does robots.cc.
        for byte in [0xEF, 0xBB, 0xBF] as [UInt8] {
            guard position < end, text[position] == byte else { break }
            position += 1
        }
    }

    /// The next line; `nil` after the last. An empty one that no line end follows is none.
    mutating func next(in text: Span<UInt8>) -> RobotsLine? {
        guard position < end else { return nil }
        let start = position
        var colon: Int?
        var contentEnd: Int?
        var index = start
        scan: while index < end {
            switch text[index] {
            case ASCII.lineFeed, ASCII.carriageReturn:
                break scan
            case ASCII.colon:
                if colon == nil, contentEnd == nil { colon = index }
            case ASCII.hash, 0:
                // robots.cc goes by C strings, so that a NUL hides the rest of a line too.
                if contentEnd == nil { contentEnd = index }
            default:
                break
            }
            index += 1
        }
        if index == end, isCut {
            position = end
            return nil
        }
        position = index + 1
        if index + 1 < end, text[index] == ASCII.carriageReturn, text[index + 1] == ASCII.lineFeed {
            position += 1
        }
        number += 1
        let lineEnd = min(index, start + Self.maximumLineLength)
        if let found = colon, found >= lineEnd { colon = nil }
        return RobotsLine(
            number: number, range: start..<lineEnd, contentEnd: min(contentEnd ?? lineEnd, lineEnd),
            colon: colon)
    }
}
