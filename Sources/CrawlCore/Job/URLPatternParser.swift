extension URLPattern {
    /// Reads a pattern.
    ///
    /// - Throws: ``URLPatternError`` where a bracket or brace is no legal range or list, where there are
    ///   more than 100 parts (curl's `GLOB_PATTERN_NUM`), and where the URLs are more than `Int.max`.
    package init(_ text: String) throws(URLPatternError) {
        var parser = URLPatternParser(bytes: Array(text.utf8))
        try parser.parse()
        self.init(parts: parser.parts, count: parser.count)
    }
}

/// One pass over a pattern's bytes, after `glob_parse` in curl's tool_urlglob.c.
struct URLPatternParser {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var parts: [URLPattern.Part] = []
    private(set) var count = 1

    /// The most parts of one pattern, as in curl.
    private static let maxParts = 100

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parse() throws(URLPatternError) {
        while position < bytes.count {
            let start = position
            switch bytes[position] {
            case UInt8(ascii: "{"):
                try append(list())
            case UInt8(ascii: "[") where literalBracketLength == nil:
                try append(range())
            default:
                try append(literal())
            }
            guard parts.count <= Self.maxParts else {
                throw failure(at: start, "more than \(Self.maxParts) parts; write several URLs instead")
            }
        }
        if parts.isEmpty { parts = [.literal("")] }
    }

    private mutating func append(_ part: URLPattern.Part) throws(URLPatternError) {
        let (product, overflow) = count.multipliedReportingOverflow(by: part.count)
        guard !overflow else {
            throw failure(at: 0, "the ranges together stand for too many URLs; make them shorter")
        }
        count = product
        parts.append(part)
    }

    private func failure(at position: Int, _ message: String) -> URLPatternError {
        URLPatternError(position: position, message: message)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
}

// MARK: - Literal text

extension URLPatternParser {
    private mutating func literal() throws(URLPatternError) -> URLPattern.Part {
        var text: [UInt8] = []
        loop: while let byte = current {
            switch byte {
            case UInt8(ascii: "{"):
                break loop
            case UInt8(ascii: "["):
                guard let length = literalBracketLength else { break loop }
                text += bytes[position..<(position + length)]
                position += length
            case UInt8(ascii: "$") where referenceLength != nil:
                let length = referenceLength ?? 1
                text += bytes[position..<(position + length)]
                position += length
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let bracket = String(Unicode.Scalar(byte))
                throw failure(
                    at: position,
                    "\"\(bracket)\" closes nothing; write \\\(bracket) for the character itself")
            case UInt8(ascii: "\\") where position + 1 < bytes.count && isBracket(bytes[position + 1]):
                text.append(bytes[position + 1])
                position += 2
            default:
                text.append(byte)
                position += 1
            }
        }
        return .literal(String(decoding: text, as: UTF8.self))
    }

    /// The length of the reference that begins here, such as `${var:id}`, whose braces are no list; nil where none does.
    private var referenceLength: Int? {
        let rest = bytes[position...]
        guard ["${env:", "${file:", "${var:"].contains(where: { rest.starts(with: $0.utf8) }) else {
            return nil
        }
        return rest.firstIndex(of: UInt8(ascii: "}")).map { $0 + 1 - position }
    }

    private func isBracket(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): true
        default: false
        }
    }

    /// The length of the brackets that begin here and stand for themselves, nil where there are none: `[]`, a range whose
    /// variables are not filled in yet, and an IPv6 address. curl asks its URL parser about the address; here the form decides: two colons
    /// or more, hexadecimal digits, dots, and a zone.
    private var literalBracketLength: Int? {
        if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "]") { return 2 }
        var colons = 0
        var inZone = false
        for index in (position + 1)..<max(position + 1, bytes.count) {
            switch bytes[index] {
            case UInt8(ascii: "$") where bytes[index...].starts(with: "${var:".utf8):
                return bytes[index...].firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 - position }
            case UInt8(ascii: "]"):
                return colons >= 2 ? index + 1 - position : nil
            case _ where inZone:
                continue
            case UInt8(ascii: ":"):
                colons += 1
            case UInt8(ascii: "%") where colons >= 2:
                inZone = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."):
                continue
            case UInt8(ascii: "-") where colons == 0:
                continue
            default:
                return nil
            }
        }
        return nil
    }
}

// MARK: - Lists

extension URLPatternParser {
    private mutating func list() throws(URLPatternError) -> URLPattern.Part {
        let start = position
        var elements: [String] = []
        var element: [UInt8] = []
        position += 1
        while let byte = current {
            switch byte {
            case UInt8(ascii: "}"), UInt8(ascii: ","):
                let isEnd = byte == UInt8(ascii: "}")
                if isEnd, elements.isEmpty, element.isEmpty {
                    throw failure(
                        at: start, "the list {} is empty; write {a,b}, or \\{ for the character itself")
                }
                elements.append(String(decoding: element, as: UTF8.self))
                element.removeAll(keepingCapacity: true)
                position += 1
                if isEnd { return .list(elements) }
            case UInt8(ascii: "$") where referenceLength != nil:
                let length = referenceLength ?? 1
                element += bytes[position..<(position + length)]
                position += length
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "]"):
                let bracket = String(Unicode.Scalar(byte))
                throw failure(
                    at: position,
                    "\"\(bracket)\" inside a list; lists do not nest, write \\\(bracket) for the character itself"
                )
            case UInt8(ascii: "\\") where position + 1 < bytes.count:
                element.append(bytes[position + 1])
                position += 2
            default:
                element.append(byte)
                position += 1
            }
        }
        throw failure(
            at: start, "\"{\" is not closed; write {a,b} for a list, or \\{ for the character itself")
    }
}

// MARK: - Ranges

extension URLPatternParser {
    private mutating func range() throws(URLPatternError) -> URLPattern.Part {
        let start = position
        position += 1
        let part =
            switch current {
            case .some(let byte) where isDigit(byte): numbers()
            case .some(let byte) where isLetter(byte): letters()
            default: URLPattern.Part?.none
            }
        guard let part else {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) ?? bytes.count - 1
            let text = String(decoding: bytes[start...min(end, start + 40)], as: UTF8.self)
            throw failure(
                at: start,
                "\"\(text)\" is not a range; write [1-50], [001-100:3] or [a-z], or \\[ for the character itself"
            )
        }
        return part
    }

    /// `1-50]`, `001-100:3]`; nil where it is none.
    private mutating func numbers() -> URLPattern.Part? {
        let width = bytes[position] == UInt8(ascii: "0") ? digitCount : 0
        guard let first = number(), skip(UInt8(ascii: "-")) else { return nil }
        // curl allows blanks here and nowhere else.
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { position += 1 }
        guard let last = number(), first <= last, let step = step(), isFitting(step, span: last - first)
        else {
            return nil
        }
        guard let count = Int(exactly: (last - first) / step), count < Int.max else { return nil }
        return .numbers(first: first, step: step, count: count + 1, width: width)
    }

    /// `a-z]`, `a-z:2]`; nil where it is none.
    private mutating func letters() -> URLPattern.Part? {
        let first = bytes[position]
        position += 1
        guard skip(UInt8(ascii: "-")), let last = current, isLetter(last) else { return nil }
        position += 1
        // Bit 5 is what tells the cases apart.
        guard first <= last, first & 0x20 == last & 0x20, let step = step(),
            isFitting(step, span: UInt64(last - first))
        else { return nil }
        return .letters(first: first, step: Int(step), count: Int(last - first) / Int(step) + 1)
    }

    /// An optional `:3` and the closing bracket.
    private mutating func step() -> UInt64? {
        let step = skip(UInt8(ascii: ":")) ? number() : 1
        return skip(UInt8(ascii: "]")) ? step : nil
    }

    /// A step that leaves the range at once is taken for a mistake, as in curl.
    private func isFitting(_ step: UInt64, span: UInt64) -> Bool {
        span == 0 ? step == 1 : step >= 1 && step <= span
    }

    private var digitCount: Int { bytes[position...].prefix(while: isDigit).count }

    private mutating func number() -> UInt64? {
        let digits = bytes[position...].prefix(while: isDigit)
        position += digits.count
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
