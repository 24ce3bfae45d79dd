/// A path to values in JSON: a part of RFC 9535.
///
/// It begins with `$`; then come names (`.name`, `['name']`), indexes (`[0]`, and `[-1]` from the end), `[*]` or `.*` for
/// all members, and `..` before any of them for all that is within.
struct JSONPath {
    /// One step of a path.
    enum Step: Equatable {
        case name([UInt8])
        case index(Int)
        case all
        /// The value itself and all that is within; the next step is taken at each.
        case descendants
    }

    let steps: [Step]

    /// Reads a path.
    ///
    /// - Throws: What is wrong with it, and where.
    init(_ text: String) throws(Mistake) {
        var parser = JSONPathParser(text)
        steps = try parser.path()
    }

    /// What is wrong with a path.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }
}

/// Reads a JSON path.
private struct JSONPathParser {
    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func path() throws(JSONPath.Mistake) -> [JSONPath.Step] {
        guard current == UInt8(ascii: "$") else { throw mistake("a path begins with $") }
        position += 1
        var steps: [JSONPath.Step] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "."):
                position += 1
                if current == UInt8(ascii: ".") {
                    position += 1
                    steps.append(.descendants)
                    if current == UInt8(ascii: "[") { continue }
                }
                steps.append(try dotted())
            case UInt8(ascii: "["):
                position += 1
                steps.append(try bracketed())
            default: throw mistake("a step begins with . or [")
            }
        }
        return steps
    }

    private mutating func dotted() throws(JSONPath.Mistake) -> JSONPath.Step {
        if current == UInt8(ascii: "*") {
            position += 1
            return .all
        }
        let start = position
        while let byte = current, byte != UInt8(ascii: "."), byte != UInt8(ascii: "["),
            byte >= 0x80 || byte.isNameByte || byte == UInt8(ascii: "-")
        {
            position += 1
        }
        guard position > start else { throw mistake("a name is missing") }
        return .name(Array(bytes[start..<position]))
    }

    private mutating func bracketed() throws(JSONPath.Mistake) -> JSONPath.Step {
        skipSpaces()
        let step: JSONPath.Step
        switch current {
        case UInt8(ascii: "*"):
            position += 1
            step = .all
        case UInt8(ascii: "'"), UInt8(ascii: "\""): step = .name(try quoted())
        case .some(let byte) where byte.isDigit || byte == UInt8(ascii: "-"): step = .index(try index())
        case UInt8(ascii: "?"): throw mistake("filters are not supported")
        default: throw mistake("a quoted name, a number or * is missing")
        }
        skipSpaces()
        switch current {
        case UInt8(ascii: "]"): position += 1
        case UInt8(ascii: ":"): throw mistake("slices are not supported")
        case UInt8(ascii: ","): throw mistake("lists of steps are not supported")
        default: throw mistake("] is missing")
        }
        return step
    }

    private mutating func quoted() throws(JSONPath.Mistake) -> [UInt8] {
        let quote = bytes[position]
        position += 1
        var name: [UInt8] = []
        while let byte = current, byte != quote {
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                name.append(byte)
                continue
            }
            guard let escaped = current,
                escaped == quote || escaped == UInt8(ascii: "\\") || escaped == UInt8(ascii: "/")
            else { throw mistake("only quotes, / and \\ are escaped") }
            name.append(escaped)
            position += 1
        }
        guard current == quote else { throw mistake("a quotation is not closed") }
        position += 1
        return name
    }

    private mutating func index() throws(JSONPath.Mistake) -> Int {
        let start = position
        position += 1
        while let byte = current, byte.isDigit { position += 1 }
        guard let index = Int(String(decoding: bytes[start..<position], as: UTF8.self)), abs(index) < 1 << 53
        else {
            throw mistake("an index is a number")
        }
        return index
    }

    private mutating func skipSpaces() {
        while let byte = current, byte.isJSONSpace { position += 1 }
    }

    private func mistake(_ what: String) -> JSONPath.Mistake {
        let place = String(decoding: bytes.prefix(position), as: UTF8.self).count + 1
        return JSONPath.Mistake(description: "\(what), at character \(place) of \(text)")
    }
}
