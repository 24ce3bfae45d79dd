/// The type of a body, as its response's `Content-Type` gives it.
///
/// The value is read as in the Fetch Standard's "extract a MIME type": of several types joined by commas the last
/// valid one counts, and keeps the `charset` of the one before where that is the same type.
package struct MIMEType {
    /// The formats that are told apart.
    package enum Format {
        case html
        case xhtml
        /// XML other than XHTML.
        case xml
        /// Other text: plain, CSS, a script.
        case text
        case json
        /// Anything that is not text.
        case other
        /// No type was given, or one that says nothing (MIME Sniffing Standard, §7): the body's first bytes tell.
        case unknown
    }

    package var format = Format.unknown
    /// The encoding that the `charset` parameter names; nil where there is none or it is unknown.
    package private(set) var encoding: TextEncoding?

    /// Whether a body of this type is, or may be, an HTML page.
    package var isPage: Bool {
        switch format {
        case .html, .xhtml, .unknown: true
        case .xml, .text, .json, .other: false
        }
    }

    /// Whether a body of this type is, or may be, text.
    package var isText: Bool { format != .other }

    /// Reads the header's value; nil and an empty one mean that there was none.
    package init(contentType: String?) {
        guard var contentType else { return }
        contentType.withUTF8 { utf8 in
            let (essence, charset) = Self.last(in: UnsafeRawBufferPointer(utf8))
            format = Self.format(of: essence)
            encoding = charset.flatMap { Self.encoding(of: $0) }
        }
    }

    /// The `type/subtype` of a header's value, in small letters; empty where it names none.
    package static func essence(of contentType: String) -> String {
        var contentType = contentType
        return contentType.withUTF8 { utf8 in
            String(decoding: last(in: UnsafeRawBufferPointer(utf8)).essence, as: UTF8.self).lowercased()
        }
    }

    /// The last valid type of a header's value, and its charset.
    private static func last(
        in value: UnsafeRawBufferPointer
    ) -> (essence: Slice<UnsafeRawBufferPointer>, charset: Slice<UnsafeRawBufferPointer>?) {
        var essence = value[..<0]
        var charset: Slice<UnsafeRawBufferPointer>?
        var cursor = MIMETypeCursor(value)
        while let next = cursor.next() {
            guard isEssence(next.essence) else { continue }
            let isSame = next.essence.elementsEqual(essence) { $0.asciiLowercased == $1.asciiLowercased }
            charset = next.charset ?? (isSame ? charset : nil)
            essence = next.essence
        }
        return (essence, charset)
    }

    /// The encoding of a `charset`; in a quoted one any character may have a backslash before it.
    private static func encoding(of charset: Slice<UnsafeRawBufferPointer>) -> TextEncoding? {
        let backslash = UInt8(ascii: "\\")
        guard charset.contains(backslash), charset.base[charset.startIndex - 1] == UInt8(ascii: "\"") else {
            return TextEncoding(label: charset)
        }
        return charset.filter { $0 != backslash }.withUnsafeBytes { TextEncoding(label: $0[...]) }
    }

    private static func isEssence(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return false }
        return slash > bytes.startIndex && slash + 1 < bytes.endIndex && !bytes.elementsEqual("*/*".utf8)
            && bytes.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func format(of essence: Slice<UnsafeRawBufferPointer>) -> Format {
        func matches(_ name: StaticString) -> Bool {
            essence.count == name.utf8CodeUnitCount
                && essence.elementsEqual(name.bytes) { $0.asciiLowercased == $1 }
        }
        func ends(in suffix: StaticString) -> Bool {
            essence.suffix(suffix.utf8CodeUnitCount).elementsEqual(suffix.bytes) { $0.asciiLowercased == $1 }
        }
        if matches("text/html") { return .html }
        if essence.isEmpty || matches("unknown/unknown") || matches("application/unknown") { return .unknown }
        if matches("application/xhtml+xml") { return .xhtml }
        if matches("application/json") || matches("text/json") || ends(in: "+json") { return .json }
        if matches("application/xml") || matches("text/xml") || ends(in: "+xml") { return .xml }
        let isText =
            essence.prefix(5).elementsEqual("text/".utf8) { $0.asciiLowercased == $1 }
            || matches("application/javascript")
        return isText ? .text : .other
    }
}

/// Walks the MIME types of a header's value, and their parameters.
private struct MIMETypeCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next type and its first `charset`.
    ///
    /// Parameters are read as in the MIME Sniffing Standard, §4.4: a value may be quoted, and white space around `=` is not
    /// allowed.
    mutating func next() -> (essence: Slice<UnsafeRawBufferPointer>, charset: Slice<UnsafeRawBufferPointer>?)?
    {
        guard position < bytes.count else { return nil }
        skip { $0.isASCIIWhitespace || $0 == UInt8(ascii: ",") }
        // Text after a space is dropped, as browsers do. In `text/html charset=x` a semicolon was forgotten.
        let essence = bytes[position...].prefix {
            !$0.isASCIIWhitespace && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
        }
        skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        var charset: Slice<UnsafeRawBufferPointer>?
        while current == UInt8(ascii: ";") {
            position += 1
            skip { $0.isASCIIWhitespace }
            let start = position
            skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
            let name = bytes[start..<position]
            guard current == UInt8(ascii: "=") else { continue }
            position += 1
            let value = parameterValue()
            let isCharset = name.elementsEqual("charset".utf8) { $0.asciiLowercased == $1 }
            if isCharset, charset == nil, !value.isEmpty { charset = value }
        }
        return (essence, charset)
    }

    private mutating func parameterValue() -> Slice<UnsafeRawBufferPointer> {
        guard current == UInt8(ascii: "\"") else {
            let start = position
            skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
            return bytes[start..<position]
        }
        position += 1
        let start = position
        while let byte = current, byte != UInt8(ascii: "\"") {
            position += byte == UInt8(ascii: "\\") && position + 1 < bytes.count ? 2 : 1
        }
        let value = bytes[start..<position]
        skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        return value
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }
}
