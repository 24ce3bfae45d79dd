internal import TrawlText

/// Finds the URLs of style sheets that are resources of their own, one after another, while they arrive.
///
/// They are relative to the sheet's own URL.
package final class StyleSheetScanner {
    /// The most bytes of a sheet that are read.
    package static let byteLimit = 16 << 20
    /// How many bytes are decoded at a time.
    private static let sliceLength = 16 << 10
    private static let headLength = 1024

    /// What was found so far. There are no ids in a style sheet.
    package var references: PageReferences { PageReferences(list, ElementIDs()) }

    private var list = ReferenceList()
    private var scanner = CSSLinkScanner()
    private var type = MIMEType(contentType: nil)
    /// The first bytes, until they are enough to tell the encoding.
    private var head: [UInt8]? = []
    private var decoder: any StreamDecoder = TextEncoding.utf8.streamDecoder(LegacyDecoder())
    private var decoded: [UInt8] = []
    private var remaining = StyleSheetScanner.byteLimit
    private let legacy = LegacyDecoder()

    /// Creates a scanner, ready for a sheet of which no `Content-Type` is known.
    package init() {}

    /// Whether a body of this type is a style sheet.
    package static func reads(contentType: String?) -> Bool {
        guard let type = contentType?.prefix(while: { $0 != ";" && $0 != "," }) else { return false }
        return type.lowercased().split(whereSeparator: \.isWhitespace) == ["text/css"]
    }

    /// Forgets the sheet and begins another.
    package func reset(contentType: String?) {
        list = ReferenceList()
        scanner = CSSLinkScanner()
        type = MIMEType(contentType: contentType)
        head = []
        remaining = Self.byteLimit
    }

    /// Reads the next bytes of the sheet, as they are after any transfer and content encoding.
    package func feed(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > remaining { list.isCutShort = true }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining))
        remaining -= piece.count
        guard head != nil else { return decode(piece) }
        head?.append(contentsOf: piece)
        if head?.count ?? 0 >= Self.headLength { readHead() }
    }

    /// Says that the sheet ends here.
    package func finish() {
        readHead()
        decoded.removeAll(keepingCapacity: true)
        decoder.finish(into: &decoded)
        decoded.withUnsafeBytes { scanner.feed($0) }
        scanner.finish()
        takeLinks()
    }

    /// Chooses the encoding by the first bytes (CSS Syntax 3, §3.2), and reads them.
    private func readHead() {
        guard let bytes = head else { return }
        head = nil
        bytes.withUnsafeBytes { bytes in
            let mark = ByteOrderMark(bytes)
            let encoding = mark?.encoding ?? type.encoding ?? Self.declaredEncoding(bytes) ?? .utf8
            decoder = (encoding == .replacement ? .utf8 : encoding).streamDecoder(legacy)
            decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.count ?? 0)))
        }
    }

    /// The encoding that a rule `@charset` names, which must be written just so.
    private static func declaredEncoding(_ bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        let start = "@charset \"".utf8
        guard bytes.starts(with: start) else { return nil }
        let rest = bytes[start.count...]
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")),
            rest[end...].dropFirst().first == UInt8(ascii: ";"),
            let encoding = TextEncoding(label: rest[..<end])
        else { return nil }
        // What could be read so far is no UTF-16.
        return encoding == .utf16BE || encoding == .utf16LE ? .utf8 : encoding
    }

    private func decode(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            decoded.removeAll(keepingCapacity: true)
            decoder.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(Self.sliceLength)), into: &decoded)
            rest = rest.dropFirst(Self.sliceLength)
            decoded.withUnsafeBytes { scanner.feed($0) }
            takeLinks()
        }
    }

    private func takeLinks() {
        for link in scanner.takeLinks() { list.add(link, element: "") }
    }
}
