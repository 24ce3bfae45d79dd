internal import TrawlText

/// Walks the attributes of a start tag (HTML Standard, §13.2.5.32 to 40; §13.2.3.2, "get an attribute", is the same).
struct AttributeCursor {
    private let bytes: UnsafeRawBufferPointer
    /// Where the search for the next attribute, or for the `>` of the tag, begins.
    private(set) var position: Int
    /// Whether the bytes ended within the tag.
    private(set) var isCutOff = false

    /// Begins after the tag's name.
    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next attribute as it is written; nil at the end of the tag. An attribute that is cut off at the end of the
    /// bytes is left out.
    mutating func next() -> (name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>)? {
        while let byte = current, byte.isASCIIWhitespace || byte == UInt8(ascii: "/") { position += 1 }
        guard let first = current, first != UInt8(ascii: ">") else {
            isCutOff = position == bytes.count
            return nil
        }
        let start = position
        while let byte = current, !byte.isASCIIWhitespace, byte != UInt8(ascii: "/"),
            byte != UInt8(ascii: ">"),
            byte != UInt8(ascii: "=") || position == start
        {
            position += 1
        }
        let name = bytes[start..<position]
        skipWhitespace()
        guard current == UInt8(ascii: "=") else { return (name, bytes[position..<position]) }
        position += 1
        skipWhitespace()
        return value().map { (name, $0) }
    }

    private mutating func value() -> Slice<UnsafeRawBufferPointer>? {
        guard let quote = current else {
            isCutOff = true
            return nil
        }
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let start = position
            while let byte = current, !byte.isASCIIWhitespace, byte != UInt8(ascii: ">") { position += 1 }
            isCutOff = current == nil
            return isCutOff ? nil : bytes[start..<position]
        }
        guard let end = bytes.firstIndex(of: quote, from: position + 1) else {
            position = bytes.count
            isCutOff = true
            return nil
        }
        let value = bytes[position + 1..<end]
        position = end + 1
        return value
    }

    private mutating func skipWhitespace() {
        while let byte = current, byte.isASCIIWhitespace { position += 1 }
    }
}
