/// The grammar of JSON (RFC 8259), for a text that comes in pieces: where values begin and end, and what cannot be there.
struct JSONGrammar {
    /// What comes next in a text.
    enum Event {
        /// Nothing yet.
        case more
        /// A name of an object's member, as it is written, without quotes; empty where nobody wants it.
        case key([UInt8])
        /// A value begins at this place.
        case begin(Int)
        /// A value has ended before this place.
        case end(Int)
        /// The text is no JSON.
        case fault(String)
    }

    private enum State {
        case value
        case valueOrEnd
        case keyOrEnd
        case key
        case colon
        case after
        case string
        case escape
        case unicode(Int)
        case number
        case word
        case done
    }

    /// How deep values may be nested.
    static let depthLimit = JSONReader.depthLimit

    private var state = State.value
    /// Whether each open container is an object.
    private var open: [Bool] = []
    private var isKey = false
    private var keepsKey = false
    private var text: [UInt8] = []
    /// Bytes of the pieces before.
    private var before = 0
    /// Whether the value that ended last is an object or a list.
    private(set) var endedContainer = false
    private(set) var isEmpty = true

    /// Bytes that were read.
    var consumed: Int { before }
    /// Whether the text is whole.
    var isDone: Bool { if case .done = state { true } else { false } }

    /// Takes the end of the text.
    ///
    /// - Returns: whether a value ends with it.
    mutating func finish() -> Bool {
        guard open.isEmpty else { return false }
        switch state {
        case .number where JSONGrammar.isNumber(text): break
        case .word where JSONGrammar.isWord(text): break
        default: return false
        }
        state = .done
        endedContainer = false
        return true
    }

    /// Reads on to the next event, or to the end of the piece.
    mutating func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, keepsKeys: Bool) -> Event {
        let start = position
        let event = read(bytes, &position, keepsKeys: keepsKeys)
        before += position - start
        return event
    }

    private mutating func read(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, keepsKeys: Bool
    ) -> Event {
        while position < bytes.count {
            let byte = bytes[position]
            switch state {
            case .string:
                let start = position
                while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5C,
                    bytes[position] >= 0x20 || bytes[position] == 0
                {
                    position += 1
                }
                if isKey, keepsKey { text.append(contentsOf: bytes[start..<position]) }
                guard position < bytes.count else { return .more }
                if let event = quoteOrEscape(bytes[position], &position) { return event }
            case .escape:
                position += 1
                if isKey, keepsKey { text.append(byte) }
                switch byte {
                case UInt8(ascii: "u"): state = .unicode(4)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
                    UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    state = .string
                default: return .fault("no escape begins so in a string")
                }
            case .unicode(let left):
                position += 1
                if isKey, keepsKey { text.append(byte) }
                guard byte.hexadecimalValue != nil else { return .fault("no escape begins so in a string") }
                state = left == 1 ? .string : .unicode(left - 1)
            case .number, .word:
                if byte.isOfNumber || byte.isNameByte {
                    guard text.count < 1_024 else { return .fault("no number is so long") }
                    text.append(byte)
                    position += 1
                    continue
                }
                return scalarEnded(position)
            default:
                if byte.isJSONSpace {
                    position += 1
                    continue
                }
                if let event = sign(byte, &position, keepsKeys: keepsKeys) { return event }
            }
        }
        return .more
    }

    private mutating func quoteOrEscape(_ byte: UInt8, _ position: inout Int) -> Event? {
        position += 1
        switch byte {
        case UInt8(ascii: "\""):
            guard isKey else { return ended(position, container: false) }
            state = .colon
            isKey = false
            defer { text = [] }
            return .key(text)
        case UInt8(ascii: "\\"):
            if isKey, keepsKey { text.append(byte) }
            state = .escape
            return nil
        default:
            position -= 1
            return .fault("a control character stands in a string without an escape")
        }
    }

    private mutating func scalarEnded(_ position: Int) -> Event {
        let isNumber = if case .number = state { true } else { false }
        guard isNumber ? JSONGrammar.isNumber(text) : JSONGrammar.isWord(text) else {
            return .fault(isNumber ? "no number is written so" : "no value is written so")
        }
        return ended(position, container: false)
    }

    private mutating func ended(_ position: Int, container: Bool) -> Event {
        endedContainer = container
        state = open.isEmpty ? .done : .after
        return .end(position)
    }

    /// Takes a byte that is neither white space nor within a scalar.
    private mutating func sign(_ byte: UInt8, _ position: inout Int, keepsKeys: Bool) -> Event? {
        switch (state, byte) {
        case (.keyOrEnd, UInt8(ascii: "}")), (.valueOrEnd, UInt8(ascii: "]")): return close(&position)
        case (.after, UInt8(ascii: "}")) where open.last == true: return close(&position)
        case (.after, UInt8(ascii: "]")) where open.last == false: return close(&position)
        case (.after, UInt8(ascii: ",")):
            state = open.last == true ? .key : .value
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
            (isKey, keepsKey, text, state) = (true, keepsKeys, [], .string)
        case (.value, _), (.valueOrEnd, _): return begin(byte, &position)
        case (.done, _): return .fault("the value is over, and more follows")
        case (.colon, _): return .fault("\":\" is missing")
        case (.after, _): return .fault("\",\" or the end of the list or object is missing")
        default: return .fault("a name in quotes was expected")
        }
        position += 1
        return nil
    }

    private mutating func close(_ position: inout Int) -> Event {
        position += 1
        open.removeLast()
        return ended(position, container: true)
    }

    private mutating func begin(_ byte: UInt8, _ position: inout Int) -> Event {
        isEmpty = false
        let start = position
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard open.count < Self.depthLimit else {
                return .fault("values are nested deeper than \(Self.depthLimit)")
            }
            open.append(byte == UInt8(ascii: "{"))
            state = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
        case UInt8(ascii: "\""): state = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): (state, text) = (.number, [byte])
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): (state, text) = (.word, [byte])
        default: return .fault("no value begins so")
        }
        position += 1
        return .begin(start)
    }

    private static func isWord(_ text: [UInt8]) -> Bool {
        text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8) || text.elementsEqual("null".utf8)
    }

    private static func isNumber(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func digits() -> Bool {
            let digits = rest.prefix(while: \.isDigit)
            rest = rest[digits.endIndex...]
            return !digits.isEmpty
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "0") { rest.removeFirst() } else if !digits() { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard digits() else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard digits() else { return false }
        }
        return rest.isEmpty
    }
}
