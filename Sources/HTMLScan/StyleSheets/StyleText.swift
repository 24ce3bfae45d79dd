/// The text of a `style` element, read while it arrives.
struct StyleText {
    /// The most bytes of an element that are read.
    static let byteLimit = StyleSheetScanner.byteLimit
    /// The length of `</style` and the byte behind it, which the lexer reads as text before it knows better.
    private static let endTagLength = 8

    /// Whether there was more than was read.
    private(set) var isCutShort = false
    private var scanner: CSSLinkScanner
    /// The last bytes, which may belong to the end tag.
    private var tail: [UInt8] = []
    private var remaining = StyleText.byteLimit

    init(line: Int) { scanner = CSSLinkScanner(line: line) }

    /// Reads the next bytes, and returns the URLs in them.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [CSSLink] {
        let excess = tail.count + bytes.count - Self.endTagLength
        guard excess > 0 else {
            tail.append(contentsOf: bytes)
            return []
        }
        let old = min(excess, tail.count)
        tail.prefix(old).withUnsafeBytes { scan($0) }
        tail.removeFirst(old)
        scan(UnsafeRawBufferPointer(rebasing: bytes.prefix(excess - old)))
        tail.append(contentsOf: bytes.dropFirst(excess - old))
        return scanner.takeLinks()
    }

    /// Says that the element ends here, and returns the last URLs.
    ///
    /// - Parameter hasEndTag: Whether its end tag was read; else the page has ended in it.
    mutating func finish(hasEndTag: Bool) -> [CSSLink] {
        if !hasEndTag { tail.withUnsafeBytes { scan($0) } }
        scanner.finish()
        return scanner.takeLinks()
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > remaining { isCutShort = true }
        scanner.feed(UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining)))
        remaining -= min(bytes.count, remaining)
    }
}

/// The style sheet in the page whose text is read.
enum OpenStyle {
    case none
    /// One in HTML, whose text is as it stands.
    case rawText(StyleText)
    /// One in SVG or XHTML, whose text is markup: gathered, as its references are resolved at its end.
    case markup([UInt8], line: Int)
}
