/// What a `Content-Type` header says of a body.
public enum ContentType {
    /// Whether a body of this type is scanned for a title: HTML, XHTML, or no type at all.
    ///
    /// - Parameter contentType: The header's value; nil and an empty one mean that there was none.
    public static func isHTML(_ contentType: String?) -> Bool {
        guard var contentType else { return true }
        return contentType.withUTF8 { utf8 in
            let essence = utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
            let start = essence.firstIndex { !$0.isASCIIWhitespace } ?? essence.endIndex
            let type = essence[start...].prefix { !$0.isASCIIWhitespace }
            if type.isEmpty { return true }
            return ["text/html", "application/xhtml+xml"].contains { (name: StaticString) in
                type.elementsEqual(name.bytes) { $0.asciiLowercased == $1 }
            }
        }
    }

    /// The encoding named by the header's `charset` parameter, or nil where there is none or it is unknown.
    ///
    /// Parameters are read as in the MIME Sniffing Standard §4.4: the first `charset` counts, a value may be quoted,
    /// and white space around `=` is not allowed. Of several types joined by commas the last that has one counts
    /// (Fetch Standard, "extract a MIME type").
    static func encoding(_ contentType: String) -> TextEncoding? {
        var contentType = contentType
        return contentType.withUTF8 { utf8 in
            var cursor = ParameterCursor(UnsafeRawBufferPointer(utf8))
            return cursor.charset().flatMap { TextEncoding(label: $0) }
        }
    }
}

extension StaticString {
    /// The string's UTF-8 bytes.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

/// Walks the parameters of a MIME type.
private struct ParameterCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func charset() -> Slice<UnsafeRawBufferPointer>? {
        var found: Slice<UnsafeRawBufferPointer>?
        var isFoundInThisType = false
        skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        while let separator = current {
            position += 1
            if separator == UInt8(ascii: ",") {
                isFoundInThisType = false
                skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
                continue
            }
            skip { $0.isASCIIWhitespace }
            let start = position
            skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
            let name = bytes[start..<position]
            guard current == UInt8(ascii: "=") else { continue }
            position += 1
            let value = parameterValue()
            let isCharset = name.elementsEqual("charset".utf8) { $0.asciiLowercased == $1 }
            if isCharset, !isFoundInThisType, !value.isEmpty {
                found = value
                isFoundInThisType = true
            }
        }
        return found
    }

    private mutating func parameterValue() -> Slice<UnsafeRawBufferPointer> {
        guard current == UInt8(ascii: "\"") else {
            let start = position
            skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
            return bytes[start..<position]
        }
        position += 1
        let start = position
        skip { $0 != UInt8(ascii: "\"") }
        let value = bytes[start..<position]
        skip { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        return value
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }
}
