internal import TrawlText

/// Gathers the text of a title while it arrives.
struct TitleText {
    /// The most characters (Unicode scalar values) that a title keeps.
    static let characterLimit = 4096
    /// The most bytes that are gathered: sixteen a character, room for all but the most wasteful references.
    static let byteLimit = 16 * characterLimit

    private var raw: [UInt8] = []

    /// Whether no more need be gathered.
    var isFull: Bool { raw.count >= Self.byteLimit }

    /// Forgets what was gathered.
    mutating func reset() { raw.removeAll(keepingCapacity: true) }

    /// Adds text as it stands in the page. A run of white space is kept as one space, so that its length costs no
    /// memory.
    mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
        var rest = bytes
        while let first = rest.first, !isFull {
            if first.isASCIIWhitespace {
                if let last = raw.last, last != UInt8(ascii: " ") { raw.append(UInt8(ascii: " ")) }
                rest = rest.dropFirst()
            } else {
                let room = rest.prefix(Self.byteLimit - raw.count)
                let end = room.firstIndex { $0.isASCIIWhitespace } ?? room.endIndex
                raw.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<end]))
                rest = rest[end...]
            }
        }
    }

    /// Removes the bytes last added.
    mutating func removeLast(_ count: Int) { raw.removeLast(min(count, raw.count)) }

    /// The title's content: decoded, its references resolved, white space and control characters collapsed and stripped.
    func content(_ text: PageText) -> String {
        raw.withUnsafeBytes { text.string($0, .isCollapsed) }.limited(to: Self.characterLimit)
    }
}
