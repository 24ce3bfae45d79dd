internal import TrawlText

extension MarkupLexer {
    /// Reads attributes only to find where they and their tag end.
    ///
    /// - Returns: Whether the tag is complete.
    mutating func readAttributes(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        while position < bytes.count {
            if state == .quotedValue {
                guard let end = bytes.firstIndex(of: quote, from: position) else {
                    position = bytes.count
                    return false
                }
                position = end + 1
                state = .beforeAttribute
                continue
            }
            let byte = bytes[position]
            position += 1
            if state == .beforeValue {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                    state = .quotedValue
                    continue
                }
                if byte.isASCIIWhitespace { continue }
                if byte == UInt8(ascii: ">") { return true }
                state = .unquotedValue
                continue
            }
            if byte == UInt8(ascii: ">") {
                isSelfClosing = state == .selfClosing
                return true
            }
            if byte.isASCIIWhitespace {
                state =
                    state == .attributeName || state == .afterAttributeName
                    ? .afterAttributeName : .beforeAttribute
            } else if state == .unquotedValue {
                continue
            } else if byte == UInt8(ascii: "/") {
                state = .selfClosing
            } else if byte == UInt8(ascii: "="), state == .attributeName || state == .afterAttributeName {
                state = .beforeValue
            } else {
                // Anything else, a quote, `<` or a leading `=` too, begins or continues a name.
                state = .attributeName
            }
        }
        return false
    }
}
