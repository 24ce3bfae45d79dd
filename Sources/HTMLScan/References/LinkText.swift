internal import TrawlText

/// The text of a link, gathered while its element is open.
struct LinkText {
    /// How many bytes are gathered: room for references in a text of 200 characters.
    private static let byteLimit = 16 * PageReference.textLimit

    private var raw: [UInt8] = []

    /// Adds text as it stands in the page, or in an attribute. A run of white space is kept as one space.
    mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
        for byte in bytes {
            guard raw.count < Self.byteLimit else { return }
            if byte.isASCIIWhitespace { appendSpace() } else { raw.append(byte) }
        }
    }

    /// Adds white space, as between two blocks.
    mutating func appendSpace() {
        if let last = raw.last, last != UInt8(ascii: " ") { raw.append(UInt8(ascii: " ")) }
    }

    /// The text: its references resolved, white space collapsed, at most 200 characters.
    func content(_ text: PageText) -> String {
        raw.withUnsafeBytes { text.string($0, .isCollapsed) }.limited(to: PageReference.textLimit)
    }
}
