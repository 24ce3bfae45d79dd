internal import TrawlText

/// Makes text of a page's bytes, in whatever encoding it is.
///
/// One serves page after page; `encoding` is that of the present one.
final class PageText {
    /// The encoding of the bytes; of those that were read before it was known all are ASCII.
    var encoding = TextEncoding.utf8

    /// The encoding of the page, which may have been decoded before its bytes come here.
    var pageEncoding = TextEncoding.utf8

    private let decoder: LegacyDecoder
    private let queryEncoder: QueryEncoder
    private var output: [UInt8] = []

    init(decoder: LegacyDecoder) {
        self.decoder = decoder
        queryEncoder = QueryEncoder(decoder: decoder)
    }

    /// The text of some bytes; of what is invalid in them there is U+FFFD.
    func string(_ bytes: UnsafeRawBufferPointer, _ content: TextContent) -> String {
        output.removeAll(keepingCapacity: true)
        if encoding == .utf8 || bytes.isASCII {
            content.append(bytes, to: &output)
        } else {
            decoder.decode(bytes, as: encoding).withUnsafeBytes { content.append($0, to: &output) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The value of an attribute, with the white space around it stripped.
    func attribute(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        var value = value
        while let first = value.first, first.isASCIIWhitespace { value = value.dropFirst() }
        while let last = value.last, last.isASCIIWhitespace { value = value.dropLast() }
        let bytes = UnsafeRawBufferPointer(rebasing: value)
        // Nearly all there are.
        if bytes.allSatisfy({ $0 != UInt8(ascii: "&") && $0 < 0x80 && $0 != 0 }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        return string(bytes, .isAttribute)
    }

    /// The value of an attribute that is an address, whose query is in the page's encoding.
    func address(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        let address = attribute(value)
        return pageEncoding == .utf8 ? address : queryEncoder.encodeQuery(of: address, in: pageEncoding)
    }
}
