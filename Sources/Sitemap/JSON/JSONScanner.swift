/// Finds brackets and texts in JSON (RFC 8259), byte by byte.
///
/// It looks at no more than that: numbers, commas and words may be as they like. Only brackets that do not match, or are nested too
/// deep, are a fault.
struct JSONScanner {
    /// What a byte has brought to its end.
    enum Event {
        /// An object, or else a list, begins; it counts among what is open.
        case opened(isObject: Bool)
        /// An object or a list ends; it is not open any more.
        case closed
        /// The value of a key is a text, without its escapes. What is too long is cut.
        case text([UInt8], isTooLong: Bool)
        /// The rest cannot be read.
        case failed
    }

    /// An object or a list that is open.
    private struct Container {
        let isObject: Bool
        /// The key whose value is being read.
        var key = ""
        /// Whether the next text is a key.
        var expectsKey: Bool
    }

    /// A text that is open.
    private struct Text {
        let isKey: Bool
        /// Whether somebody wants to know it.
        let isWanted: Bool
        /// With its escapes.
        var bytes: [UInt8] = []
        var isTooLong = false
        /// Whether the last byte was a backslash that escapes the next one.
        var isEscaping = false
    }

    /// How deep brackets may be nested.
    private static let depthLimit = 512

    private var open: [Container] = []
    private var text: Text?
    /// Whether the outermost object or list was closed. What follows is not read.
    private(set) var isWhole = false
    /// Why the rest cannot be read; nil where it can.
    private(set) var fault: String?

    /// How many objects and lists are open.
    var depth: Int { open.count }

    /// The key whose value is being read in the container of a depth, from 1; empty in a list.
    func key(at depth: Int) -> String { open.indices.contains(depth - 1) ? open[depth - 1].key : "" }

    /// Whether the container of a depth, from 1, is an object.
    func isObject(at depth: Int) -> Bool {
        open.indices.contains(depth - 1) && open[depth - 1].isObject
    }

    /// Reads a byte.
    ///
    /// - Parameter isWanted: whether the text that is the value of a key at a depth is wanted.
    mutating func read(_ byte: UInt8, isWanted: (String, Int) -> Bool) -> Event? {
        guard !isWhole, fault == nil else { return nil }
        guard text == nil else { return readText(byte) }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard open.count < Self.depthLimit else { return fail("more than \(Self.depthLimit) brackets") }
            let isObject = byte == UInt8(ascii: "{")
            open.append(Container(isObject: isObject, expectsKey: isObject))
            return .opened(isObject: isObject)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            guard open.last?.isObject == (byte == UInt8(ascii: "}")) else {
                return fail("a bracket that closes another one")
            }
            open.removeLast()
            isWhole = open.isEmpty
            return .closed
        case UInt8(ascii: ","): if isObject(at: depth) { open[depth - 1].expectsKey = true }
        case UInt8(ascii: ":"): if isObject(at: depth) { open[depth - 1].expectsKey = false }
        case UInt8(ascii: "\""):
            let isKey = open.last?.expectsKey ?? false
            text = Text(isKey: isKey, isWanted: isKey || isWanted(key(at: depth), depth))
        default: break
        }
        return nil
    }

    private mutating func fail(_ fault: String) -> Event? {
        self.fault = fault
        return .failed
    }

    // MARK: - Texts

    private mutating func readText(_ byte: UInt8) -> Event? {
        if text?.isEscaping == true {
            text?.isEscaping = false
        } else if byte == UInt8(ascii: "\\") {
            text?.isEscaping = true
        } else if byte == UInt8(ascii: "\"") {
            return endText()
        }
        guard text?.isWanted == true else { return nil }
        if text?.bytes.count ?? 0 < JSONFeed.textLimit {
            text?.bytes.append(byte)
        } else {
            text?.isTooLong = true
        }
        return nil
    }

    private mutating func endText() -> Event? {
        guard let ended = text else { return nil }
        text = nil
        guard ended.isWanted, !open.isEmpty else { return nil }
        let bytes = Self.unescaped(ended.bytes)
        guard ended.isKey else { return .text(bytes, isTooLong: ended.isTooLong) }
        open[depth - 1].key = String(decoding: bytes, as: UTF8.self)
        return nil
    }

    /// A text without its escapes (RFC 8259, section 7). Half of a surrogate pair is U+FFFD.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "\\")) else { return bytes }
        var plain: [UInt8] = []
        var units: [UInt16] = []
        var rest = bytes[...]
        func endUnits() {
            plain.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            units.removeAll()
        }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                endUnits()
                plain.append(byte)
                continue
            }
            if escaped == UInt8(ascii: "u"), let unit = hexadecimal(rest.prefix(4)) {
                units.append(unit)
                rest = rest.dropFirst(4)
                continue
            }
            endUnits()
            switch escaped {
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "r"): plain.append(0x0D)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0C)
            default: plain.append(escaped)
            }
        }
        endUnits()
        return plain
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard digits.count == 4, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
