/// Decodes text other than HTML pages to UTF-8, piece by piece: XML, feeds, lists.
///
/// The encoding is that of the byte order mark, else the `charset` of the `Content-Type`, else UTF-16 where the first
/// character is written in it, else that of the XML declaration (RFC 7303, section 3), else UTF-8.
package struct TextStreamDecoder {
    /// How many of a text's first bytes tell its encoding.
    package static let headLength = 1024

    /// How many bytes the byte order mark takes; 0 where there is none.
    package let markLength: Int
    private let encoding: TextEncoding
    private var decoder: (any StreamDecoder)?

    /// A decoder for the text that begins with these bytes. They are not decoded yet.
    ///
    /// - Parameters:
    ///   - head: the first ``headLength`` bytes, or all where there are fewer.
    ///   - contentType: the value of the `Content-Type` header; nil for none.
    package init(head: UnsafeRawBufferPointer, contentType: String? = nil) {
        let mark = ByteOrderMark(head)
        markLength = mark?.count ?? 0
        encoding = mark?.encoding ?? Self.encoding(of: head, contentType)
        switch encoding {
        case .utf8, .replacement: decoder = nil
        default: decoder = encoding.streamDecoder(LegacyDecoder())
        }
    }

    /// Whether the text is UTF-8 already and is copied. Invalid bytes stay as they are.
    package var isUTF8: Bool { decoder == nil }

    /// Adds the next piece in UTF-8; what is incomplete at its end is kept for the next.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        if decoder == nil { return output.append(contentsOf: bytes) }
        decoder?.decode(bytes, into: &output)
    }

    /// Adds what is left at the end of the text.
    package mutating func finish(into output: inout [UInt8]) {
        decoder?.finish(into: &output)
    }

    /// How many bytes of the source some decoded bytes stand for. The number is exact for UTF-8, UTF-16 and
    /// single-byte encodings.
    package func sourceLength(of decoded: UnsafeRawBufferPointer) -> Int {
        guard decoder != nil else { return decoded.count }
        let isUTF16 = encoding == .utf16BE || encoding == .utf16LE
        let isMultiByte = encoding.isMultiByte
        return decoded.reduce(0) { length, byte in
            switch byte {
            case ..<0x80: length + (isUTF16 ? 2 : 1)
            // It goes on with a character.
            case 0x80..<0xC0: length
            case 0xF0...: length + (isUTF16 ? 4 : isMultiByte ? 2 : 1)
            default: length + (isUTF16 || isMultiByte ? 2 : 1)
            }
        }
    }

    private static func encoding(of head: UnsafeRawBufferPointer, _ contentType: String?) -> TextEncoding {
        var written: TextEncoding?
        if head.count >= 2, head[0] == 0, 0x01...0x7F ~= head[1] { written = .utf16BE }
        if head.count >= 2, 0x01...0x7F ~= head[0], head[1] == 0 { written = .utf16LE }
        if let named = MIMEType(contentType: contentType).encoding {
            // Text whose first character takes one byte is not UTF-16, whatever its header says.
            switch named {
            case .utf16BE, .utf16LE: return written == nil ? .utf8 : named
            default: return named
            }
        }
        if let written { return written }
        let start = head.firstIndex { !$0.isASCIIWhitespace } ?? head.count
        return XMLDeclaration.encoding(
            in: UnsafeRawBufferPointer(rebasing: head[start...])) ?? .utf8
    }
}
