internal import TrawlText

/// Decodes pieces of a page to text, in the page's encoding.
///
/// One value serves page after page. `encoding` is that of the present page.
final class PageText {
    // Both are unchecked: they are set for each page, and nothing is called meanwhile.

    /// The encoding of the bytes that are given here. Bytes that were read before it was known are ASCII.
    @exclusivity(unchecked) var encoding = TextEncoding.utf8

    /// The encoding of the page. It differs from `encoding` where the page was decoded before it was read.
    @exclusivity(unchecked) var pageEncoding = TextEncoding.utf8

    /// Keeps the tables of legacy encodings from page to page.
    let decoder: LegacyDecoder
    private let queryEncoder: QueryEncoder
    private var output: [UInt8] = []

    init(decoder: LegacyDecoder) {
        self.decoder = decoder
        queryEncoder = QueryEncoder(decoder: decoder)
    }

    /// The text of some bytes. Invalid bytes become U+FFFD.
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
    func address(_ value: Slice<UnsafeRawBufferPointer>) -> String { address(ofText: attribute(value)) }

    /// An address of the page that is text already; its query in the page's encoding.
    func address(ofText address: String) -> String {
        pageEncoding == .utf8 ? address : queryEncoder.encodeQuery(of: address, in: pageEncoding)
    }
}
