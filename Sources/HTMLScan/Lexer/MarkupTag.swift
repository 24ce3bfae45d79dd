internal import TrawlText

/// A tag that a lexer has found.
struct MarkupTag {
    /// The name, in lower case.
    var name = TagName()
    /// The name as it is written, where all is kept; a few bytes more than are plausible at most.
    var writtenName: [UInt8] = []
    /// The attributes, where they are kept.
    var attributes = TagAttributes()
    /// Whether it is an end tag.
    var isEnd = false
    /// Whether it ends in `/>`.
    var isSelfClosing = false

    private static let writtenNameLimit = 128

    /// Begins another tag. Attributes and the written name are those of the last tag until they are kept.
    mutating func begin(isEnd: Bool) {
        name = TagName()
        self.isEnd = isEnd
        isSelfClosing = false
    }

    /// Keeps what comes next of the name as it is written.
    mutating func appendToWrittenName(_ bytes: Slice<UnsafeRawBufferPointer>) {
        if name.count == 0 { writtenName.removeAll(keepingCapacity: true) }
        let name = bytes.prefix {
            $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") && !$0.isASCIIWhitespace
        }
        writtenName.append(contentsOf: name.prefix(Self.writtenNameLimit - writtenName.count))
    }
}
