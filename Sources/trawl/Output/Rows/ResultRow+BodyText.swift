internal import CrawlCore
internal import CrawlEngine
internal import Foundation
internal import TrawlText

extension ResultRow {
    /// The body as text: decoded from the encoding that the page was read in, else from the one that it is in by its type and its
    /// first bytes. Nil for no body, and for one that is not text.
    var bodyText: String? { body.flatMap { text(of: $0.bytes) } }

    private func text(of bytes: [UInt8]) -> String? {
        guard ContentType.isText(contentType) else { return nil }
        var output: [UInt8] = []
        bytes.withUnsafeBytes { bytes in
            if let charset, var decoder = TextEncoding(rawValue: charset)?.bodyDecoder {
                decoder.decode(bytes, into: &output)
                decoder.finish(into: &output)
            } else {
                let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextStreamDecoder.headLength))
                var decoder = TextStreamDecoder(head: head, contentType: contentType)
                decoder.decode(bytes, into: &output)
                decoder.finish(into: &output)
            }
        }
        // What has a NUL is no text, whatever its type says.
        guard !output.contains(0), let text = String(validating: output, as: UTF8.self) else { return nil }
        return text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    }
}

extension TextEncoding {
    /// A decoder for a body in this encoding; nil for `replacement`, which stands for encodings that nobody decodes.
    fileprivate var bodyDecoder: (any StreamDecoder)? {
        self == .replacement ? nil : streamDecoder(LegacyDecoder())
    }
}

extension JSONLine {
    /// Adds a page's body: `body`, or `body_base64` (RFC 4648, section 4) where it is not text.
    mutating func addBody(of row: ResultRow) {
        guard let body = row.body else { return add("body", nil as String?) }
        if let text = row.bodyText {
            add("body", text)
        } else {
            add("body_base64", Data(body.bytes).base64EncodedString())
        }
    }
}
