internal import TrawlText

/// Decodes the text of sitemaps.
enum SitemapText {
    /// The text of some content, without white space around: references resolved, bytes that are no UTF-8 percent-encoded.
    static func string(_ content: some Collection<UInt8>) -> String {
        let resolved = resolve(Array(content)).text
        return String(decoding: encodingInvalid(resolved), as: UTF8.self)
    }

    /// Resolves the references of some content.
    ///
    /// Those of XML and of HTML count where they end in a semicolon. All else that begins with `&` stands for itself: it is an
    /// ampersand that should have been written `&amp;`.
    ///
    /// - Returns: the text without white space around, and whether a name in it that ends in a semicolon is not known.
    static func resolve(_ content: [UInt8]) -> (text: ArraySlice<UInt8>, hasUnknownName: Bool) {
        let content = content.trimmed
        guard content.contains(ampersand) else { return (content, false) }
        var text: [UInt8] = []
        var hasUnknownName = false
        content.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let byte = bytes[position]
                let start = text.count
                let length =
                    byte == ampersand
                    ? CharacterReference.resolve(bytes, at: position, isAttribute: true, into: &text) : 0
                if length > 1, bytes[position + length - 1] == UInt8(ascii: ";") {
                    position += length
                } else {
                    text.removeSubrange(start...)
                    text.append(byte)
                    position += 1
                    if byte == ampersand, isName(bytes[position...]) { hasUnknownName = true }
                }
            }
        }
        return (text.trimmed, hasUnknownName)
    }

    /// Percent-encodes what is no UTF-8, so that a URL keeps its bytes.
    static func encodingInvalid(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.contains(where: { $0 >= 0x80 }), String(validating: text, as: UTF8.self) == nil else {
            return Array(text)
        }
        var encoded: [UInt8] = []
        var rest = text
        while let byte = rest.first {
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let character = rest.prefix(length)
            if String(validating: character, as: UTF8.self) != nil {
                encoded += character
                rest = rest.dropFirst(length)
            } else {
                encoded += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
                rest = rest.dropFirst()
            }
        }
        return encoded
    }

    private static let ampersand = UInt8(ascii: "&")

    /// Whether a name and a semicolon come next.
    private static func isName(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        let name = bytes.prefix {
            $0.asciiLowercased &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "_")
        }
        return !name.isEmpty && name.endIndex < bytes.endIndex && bytes[name.endIndex] == UInt8(ascii: ";")
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
    /// Without the white space and control characters around.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { $0 > 0x20 }), let last = lastIndex(where: { $0 > 0x20 }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
