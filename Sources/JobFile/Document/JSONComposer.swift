/// From a JSON text (RFC 8259) to one tree of values, keys in their order and numbers as they were written.
///
/// Lists have one request a line, and are read with this: libYAML does not know JSON's surrogate pairs, and is
/// slower.
struct JSONComposer {
    /// The error for a text that is no JSON.
    struct Mistake: Error {}

    private let bytes: [UInt8]
    private var position = 0

    /// Reads a text.
    ///
    /// - Throws: ``Mistake`` where it is no JSON, is nested more than ``YAMLComposer/maxDepth`` levels deep, or has a key
    ///   twice in one object.
    static func compose(_ text: String) throws(Mistake) -> DocumentNode {
        var composer = JSONComposer(bytes: Array(text.utf8))
        let node = try composer.value(depth: 0)
        composer.skipSpace()
        guard composer.position == composer.bytes.count else { throw Mistake() }
        return node
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func value(depth: Int) throws(Mistake) -> DocumentNode {
        guard depth < YAMLComposer.maxDepth else { throw Mistake() }
        skipSpace()
        return DocumentNode(content: try content(depth: depth), position: .start)
    }

    private mutating func content(depth: Int) throws(Mistake) -> DocumentNode.Content {
        switch current {
        case UInt8(ascii: "{"): return .mapping(try entries(depth: depth))
        case UInt8(ascii: "["): return .list(try elements(depth: depth))
        case UInt8(ascii: "\""): return .text(try string(), isQuoted: true)
        default:
            let start = position
            while let byte = current, !Self.endsWord(byte) { position += 1 }
            let word = String(decoding: bytes[start..<position], as: UTF8.self)
            switch word {
            case "null": return .null
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default:
                let content = DocumentNode.Content(plain: word)
                guard case .number = content else { throw Mistake() }
                return content
            }
        }
    }

    private mutating func entries(depth: Int) throws(Mistake) -> [DocumentNode.Entry] {
        position += 1
        var entries: [DocumentNode.Entry] = []
        var keys: Set<String> = []
        skipSpace()
        if skip(UInt8(ascii: "}")) { return entries }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw Mistake() }
            let key = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")), keys.insert(key).inserted else { throw Mistake() }
            entries.append(DocumentNode.Entry(key: key, position: .start, value: try value(depth: depth + 1)))
            skipSpace()
            if skip(UInt8(ascii: "}")) { return entries }
            guard skip(UInt8(ascii: ",")) else { throw Mistake() }
        }
    }

    private mutating func elements(depth: Int) throws(Mistake) -> [DocumentNode] {
        position += 1
        var elements: [DocumentNode] = []
        skipSpace()
        if skip(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if skip(UInt8(ascii: "]")) { return elements }
            guard skip(UInt8(ascii: ",")) else { throw Mistake() }
        }
    }

    /// The string that begins here.
    private mutating func string() throws(Mistake) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw Mistake()
            default: text.append(byte)
            }
        }
        throw Mistake()
    }

    private mutating func escape(into text: inout [UInt8]) throws(Mistake) {
        guard let byte = current else { throw Mistake() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var unit = try codeUnit()
            if 0xD800...0xDBFF ~= unit, current == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let second = try codeUnit()
                guard 0xDC00...0xDFFF ~= second else { throw Mistake() }
                unit = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
            }
            // Half a pair is no character.
            text += String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8
        default: throw Mistake()
        }
    }

    private mutating func codeUnit() throws(Mistake) -> UInt32 {
        guard position + 4 <= bytes.count else { throw Mistake() }
        let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
        guard digits.first != "+", let unit = UInt32(digits, radix: 16) else { throw Mistake() }
        position += 4
        return unit
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }
}
