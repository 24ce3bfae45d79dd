internal import TrawlText

extension MarkupLexer {
    /// What of a tag's attributes the next byte belongs to.
    enum AttributePart {
        /// The white space before an attribute, or before the end of the tag.
        case before
        case name
        /// The white space after a name, in which a `=` may follow.
        case afterName
        /// The white space after a `=`.
        case beforeValue
        /// A value up to the same quote.
        case quotedValue(quote: UInt8)
        case unquotedValue
        /// What follows a `/`: with a `>` the tag is self-closing.
        case selfClosing
    }

    /// Reads attributes only to find where they and their tag end.
    ///
    /// - Returns: Whether the tag is complete. If not, the bytes have ended.
    mutating func readAttributes(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, from start: AttributePart
    ) -> Bool {
        var part = start
        while position < bytes.count {
            if case .quotedValue(let quote) = part {
                guard let end = bytes.firstIndex(of: quote, from: position) else {
                    position = bytes.count
                    break
                }
                position = end + 1
                part = .before
                continue
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ">") {
                if case .selfClosing = part { tag.isSelfClosing = true }
                return true
            }
            part = Self.part(after: byte, in: part)
        }
        state = .attributes(part)
        return false
    }

    /// What follows a byte that neither ends the tag nor stands in quotes.
    @inline(__always)
    private static func part(after byte: UInt8, in part: AttributePart) -> AttributePart {
        switch part {
        case .beforeValue:
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return .quotedValue(quote: byte) }
            return byte.isASCIIWhitespace ? .beforeValue : .unquotedValue
        case .unquotedValue:
            return byte.isASCIIWhitespace ? .before : .unquotedValue
        case .name, .afterName:
            if byte.isASCIIWhitespace { return .afterName }
            if byte == UInt8(ascii: "=") { return .beforeValue }
        case .before, .selfClosing, .quotedValue:
            if byte.isASCIIWhitespace { return .before }
        }
        // Anything else, a quote, `<` or a leading `=` too, begins or continues a name.
        return byte == UInt8(ascii: "/") ? .selfClosing : .name
    }
}
