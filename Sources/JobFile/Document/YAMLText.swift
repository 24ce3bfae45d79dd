/// A document's text as it is handed to libYAML, with two kinds of marks in it.
///
/// - Every `*` becomes ``aliasMark``, so that Yams takes an alias for a plain scalar and copies nothing. Yams
///   would put a whole copy in an alias's place and hash mapping keys with all that they hold, which takes a
///   few lines of aliases of aliases ("billion laughs") beyond any time. ``YAMLComposer`` resolves aliases
///   itself, within bounds. Only a plain scalar can begin with an alias's `*`; anywhere else the mark is
///   turned back.
/// - ``duplicateMark`` goes before the first of two equal keys, which Yams refuses without saying where the
///   second one is.
struct YAMLText {
    /// Stands for `*`: the last private-use character.
    static let aliasMark: Unicode.Scalar = "\u{10FFFD}"
    /// Stands before a key that comes again: the private-use character before that.
    static let duplicateMark: Unicode.Scalar = "\u{10FFFC}"

    private(set) var text: String

    /// Marks a document. A byte order mark at its beginning is dropped.
    init(_ original: String) {
        text = original
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        if text.utf8.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{") { joinSurrogates() }
        if text.utf8.contains(UInt8(ascii: "*")) {
            let mark = Array(String(Self.aliasMark).utf8)
            var marked: [UInt8] = []
            marked.reserveCapacity(text.utf8.count + 64)
            for byte in text.utf8 {
                if byte == UInt8(ascii: "*") { marked += mark } else { marked.append(byte) }
            }
            text = String(decoding: marked, as: UTF8.self)
        }
    }

    /// What the user wrote where libYAML found a text.
    static func unmark(_ text: String) -> String {
        guard text.utf8.contains(0xF4) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar != duplicateMark {
            scalars.append(scalar == aliasMark ? "*" : scalar)
        }
        return String(scalars)
    }

    /// Puts ``duplicateMark`` before the key at a position, inside its quotes.
    mutating func markDuplicate(at position: TextPosition) {
        let scalars = text.unicodeScalars
        var current = TextPosition.start
        var previous: Unicode.Scalar = " "
        for index in scalars.indices {
            if current == position {
                let isQuote = scalars[index] == "\"" || scalars[index] == "'"
                text.unicodeScalars.insert(
                    Self.duplicateMark, at: isQuote ? scalars.index(after: index) : index)
                return
            }
            current.advance(over: scalars[index], after: previous)
            previous = scalars[index]
        }
    }

    /// The first character that YAML does not allow (section 5.1), which libYAML reports without its place.
    var firstIllegalCharacter: (scalar: Unicode.Scalar, position: TextPosition)? {
        var position = TextPosition.start
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n", "\r", " "..."~", "\u{85}", "\u{A0}"..."\u{FEFE}", "\u{FF00}"..."\u{FFFD}",
                "\u{10000}"...:
                position.advance(over: scalar, after: previous)
                previous = scalar
            default:
                return (scalar, position)
            }
        }
        return nil
    }

    /// Replaces JSON's way to escape what lies beyond U+FFFF, `\ud83d\ude00`, with YAML's, `\U0001f600`.
    private mutating func joinSurrogates() {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return }
        let bytes = Array(text.utf8)
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let high = Self.escapedUnit(in: bytes, at: index), UTF16.isLeadSurrogate(high),
                let low = Self.escapedUnit(in: bytes, at: index + 6), UTF16.isTrailSurrogate(low)
            {
                let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
                let digits = String(value, radix: 16)
                joined += "\\U\(String(repeating: "0", count: 8 - digits.utf8.count))\(digits)".utf8
                index += 12
            } else {
                // A backslash takes the next byte with it: `\\ud83d` is no escape.
                let length = bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count ? 2 : 1
                joined += bytes[index..<(index + length)]
                index += length
            }
        }
        text = String(decoding: joined, as: UTF8.self)
    }

    /// The value of `\uXXXX` at an index, nil where there is none.
    private static func escapedUnit(in bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u"), bytes[index + 2] != UInt8(ascii: "+")
        else { return nil }
        return UInt16(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }
}
