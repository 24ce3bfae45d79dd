internal import TrawlText

/// Finds the encoding that a page declares.
///
/// This is the "prescan a byte stream to determine its encoding" of the HTML Standard, §13.2.3.2, over bytes that are
/// not decoded, since only ASCII counts in them.
struct MetaPrescan {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Searches a page's first bytes; the Standard suggests 1024.
    ///
    /// An XML declaration counts if no `meta` does. One that is written in UTF-16 decides at once.
    ///
    /// - Returns: The encoding to use, or nil where no known one is declared.
    static func encoding(in bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        if bytes.starts(with: [0x3C, 0, 0x3F, 0, 0x78, 0]) { return .utf16LE }
        if bytes.starts(with: [0, 0x3C, 0, 0x3F, 0, 0x78]) { return .utf16BE }
        var prescan = MetaPrescan(bytes: bytes)
        return prescan.run() ?? XMLDeclaration.encoding(in: bytes)
    }

    /// Reads the encoding in the attributes of one `meta` element: the bytes from after its name to the `>` of its
    /// tag.
    ///
    /// References in the attributes are resolved, which the search of the first bytes does not do.
    ///
    /// - Returns: The encoding to use, or nil where no known one is declared.
    static func encoding(inMetaAttributes bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        var prescan = MetaPrescan(bytes: bytes)
        prescan.resolvesReferences = true
        return prescan.metaEncoding()
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var resolvesReferences = false

    /// Gets an encoding of an attribute's value.
    private func encoding(
        in value: Slice<UnsafeRawBufferPointer>, _ get: (Slice<UnsafeRawBufferPointer>) -> TextEncoding?
    ) -> TextEncoding? {
        guard resolvesReferences, value.contains(UInt8(ascii: "&")) else { return get(value) }
        var resolved: [UInt8] = []
        TextContent.isAttribute.append(UnsafeRawBufferPointer(rebasing: value), to: &resolved)
        return resolved.withUnsafeBytes { get($0[...]) }
    }

    private mutating func run() -> TextEncoding? {
        while let next = find(UInt8(ascii: "<"), from: position) {
            position = next
            let second = byte(1)
            if starts(with: "<!--") {
                // The two dashes that open a comment may also be those that close it.
                guard let end = findCommentEnd(from: position + 2) else { return nil }
                position = end
            } else if starts(with: "<meta"), let after = byte(5),
                after.isASCIIWhitespace || after == UInt8(ascii: "/")
            {
                position += 5
                if let encoding = metaEncoding() { return encoding }
            } else if second.isASCIILetter || (second == UInt8(ascii: "/") && byte(2).isASCIILetter) {
                skipTag()
            } else if second == UInt8(ascii: "!") || second == UInt8(ascii: "/")
                || second == UInt8(ascii: "?")
            {
                guard let end = find(UInt8(ascii: ">"), from: position) else { return nil }
                position = end + 1
            } else {
                position += 1
            }
        }
        return nil
    }

    private func byte(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private func starts(with text: StaticString) -> Bool {
        position + text.utf8CodeUnitCount <= bytes.count
            && text.bytes.elementsEqual(bytes[position...].prefix(text.utf8CodeUnitCount)) {
                $0 == $1.asciiLowercased
            }
    }

    private func find(_ byte: UInt8, from start: Int) -> Int? {
        bytes.firstIndex(of: byte, from: start)
    }

    private func findCommentEnd(from start: Int) -> Int? {
        var index = start + 2
        while let end = find(UInt8(ascii: ">"), from: index) {
            if bytes[end - 1] == UInt8(ascii: "-"), bytes[end - 2] == UInt8(ascii: "-") { return end + 1 }
            index = end + 1
        }
        return nil
    }

    private mutating func skipTag() {
        while let byte = byte(0), !byte.isASCIIWhitespace, byte != UInt8(ascii: ">") { position += 1 }
        var attributes = AttributeCursor(bytes, at: position)
        while attributes.next() != nil {}
        position = attributes.position
    }

    /// Reads the encoding of a `meta`: its `charset`, or its `content` with an `http-equiv` of `content-type`.
    private mutating func metaEncoding() -> TextEncoding? {
        var isSeen = (httpEquiv: false, content: false, charset: false)
        var gotPragma = false
        var needPragma: Bool?
        var encoding: TextEncoding?
        var attributes = AttributeCursor(bytes, at: position)
        defer { position = attributes.position }
        while let (name, value) = attributes.next() {
            if !isSeen.httpEquiv, name.matches("http-equiv") {
                isSeen.httpEquiv = true
                gotPragma = value.matches("content-type")
            } else if !isSeen.content, name.matches("content") {
                isSeen.content = true
                if encoding == nil, needPragma == nil,
                    let found = self.encoding(in: value, Self.encoding(inContent:))
                {
                    encoding = found
                    needPragma = true
                }
            } else if !isSeen.charset, name.matches("charset") {
                isSeen.charset = true
                encoding = self.encoding(in: value) { TextEncoding(label: $0) }
                needPragma = false
            }
        }
        guard !attributes.isCutOff, let needPragma, let encoding, gotPragma || !needPragma else { return nil }
        switch encoding {
        // A page whose declaration can be read as ASCII is not UTF-16.
        case .utf16BE, .utf16LE: return .utf8
        case .userDefined: return .windows1252
        default: return encoding
        }
    }

    /// Extracts a character encoding from a `meta` element's `content` (HTML Standard, §2.6.5).
    private static func encoding(inContent content: Slice<UnsafeRawBufferPointer>) -> TextEncoding? {
        var rest = content
        while rest.count >= 7 {
            guard rest.prefix(7).matches("charset") else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(7).drop(while: \.isASCIIWhitespace)
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst().drop(while: \.isASCIIWhitespace)
            guard let quote = rest.first else { return nil }
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: quote) else { return nil }
                return TextEncoding(label: rest[..<end])
            }
            return TextEncoding(label: rest.prefix { !$0.isASCIIWhitespace && $0 != UInt8(ascii: ";") })
        }
        return nil
    }
}

extension UInt8? {
    fileprivate var isASCIILetter: Bool { self?.isASCIILetter ?? false }
}
