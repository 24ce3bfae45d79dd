/// One step of a path to a place in JSON that is written to.
package enum JSONStep: Sendable, Equatable {
    /// A member of an object, which is made where there is none.
    case name(String)
    /// An element of a list, which has to be there.
    case index(Int)
}

/// A JSON text of which single values are replaced. Everything else stays as it was written, numbers among it.
package enum JSONTree: Sendable, Equatable {
    /// Names as they are written, quotes included, with their values.
    case object([(name: String, value: JSONTree)])
    case list([JSONTree])
    /// Any other value, as it is written.
    case scalar(String)

    /// Takes a text apart; nil where it is no JSON, or nested deeper than 500.
    package init?(_ text: String) {
        var reader = JSONTreeReader(bytes: Array(text.utf8))
        guard let tree = reader.value(depth: 0) else { return nil }
        reader.skipSpaces()
        guard reader.isAtEnd else { return nil }
        self = tree
    }

    /// The JSON text.
    package var text: String {
        switch self {
        case .scalar(let text): text
        case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name):\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    /// The value of a member.
    package subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == JSONTree.quoted(name) }?.value
    }

    /// Puts a value at a place.
    ///
    /// - Returns: false where the place cannot be reached: a list is too short, or a step leads into a value without members.
    package mutating func set(_ steps: ArraySlice<JSONStep>, to value: JSONTree) -> Bool {
        guard let step = steps.first else {
            self = value
            return true
        }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.name(let name), .object(var members)):
            let name = JSONTree.quoted(name)
            guard let index = members.firstIndex(where: { $0.name == name }) else {
                var member = JSONTree.object([])
                guard member.set(rest, to: value) else { return false }
                self = .object(members + [(name, member)])
                return true
            }
            guard members[index].value.set(rest, to: value) else { return false }
            self = .object(members)
            return true
        case (.name, .scalar("null")):
            self = .object([])
            return set(steps, to: value)
        case (.index(let index), .list(var elements)):
            guard elements.indices.contains(index), elements[index].set(rest, to: value) else { return false }
            self = .list(elements)
            return true
        default: return false
        }
    }

    /// Removes a member.
    package mutating func remove(_ name: String) {
        guard case .object(let members) = self else { return }
        self = .object(members.filter { $0.name != JSONTree.quoted(name) })
    }

    /// Whether a text in it looks like a reference to a secret, however JSON writes it.
    package var hasReferences: Bool {
        switch self {
        case .scalar(let json): JSONTree.string(json).map(TextTemplate.hasReferences) ?? false
        case .list(let elements): elements.contains(where: \.hasReferences)
        case .object(let members):
            members.contains { member in
                member.value.hasReferences
                    || JSONTree.string(member.name).map(TextTemplate.hasReferences) ?? true
            }
        }
    }

    /// The text of a string as JSON writes it, quotes included; nil where it is none.
    package static func string(_ json: String) -> String? {
        guard json.utf8.first == UInt8(ascii: "\""), json.utf8.count >= 2 else { return nil }
        guard json.utf8.contains(UInt8(ascii: "\\")) else { return String(json.dropFirst().dropLast()) }
        var units: [UInt16] = []
        var rest = json.utf16.dropFirst().dropLast()
        while let unit = rest.popFirst() {
            guard unit == UInt16(UInt8(ascii: "\\")), let kind = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch UInt8(truncatingIfNeeded: kind) {
            case UInt8(ascii: "u"):
                guard let number = UInt16(String(rest.prefix(4)) ?? "", radix: 16) else { return nil }
                units.append(number)
                rest = rest.dropFirst(4)
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            default: units.append(kind)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func quoted(_ name: String) -> String { "\"\(JSONText.escaped(name))\"" }

    /// Whether both are written alike.
    package static func == (one: JSONTree, other: JSONTree) -> Bool { one.text == other.text }
}

/// Reads JSON that was checked before.
private struct JSONTreeReader {
    let bytes: [UInt8]
    private var position = 0
    private static let depthLimit = 500

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpaces() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    mutating func value(depth: Int) -> JSONTree? {
        skipSpaces()
        guard depth < Self.depthLimit, let first = current else { return nil }
        switch first {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return list(depth: depth)
        case UInt8(ascii: "\""): return string().map { .scalar($0) }
        default:
            let start = position
            while let byte = current, byte > 0x20, !",]}".utf8.contains(byte) { position += 1 }
            guard position > start else { return nil }
            return .scalar(String(decoding: bytes[start..<position], as: UTF8.self))
        }
    }

    private mutating func object(depth: Int) -> JSONTree? {
        var members: [(name: String, value: JSONTree)] = []
        position += 1
        while true {
            skipSpaces()
            if take("}"), members.isEmpty { return .object([]) }
            guard let name = string() else { return nil }
            skipSpaces()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            members.append((name, value))
            skipSpaces()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    private mutating func list(depth: Int) -> JSONTree? {
        var elements: [JSONTree] = []
        position += 1
        skipSpaces()
        if take("]") { return .list([]) }
        while true {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
            skipSpaces()
            if take("]") { return .list(elements) }
            guard take(",") else { return nil }
        }
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    /// A string as it is written, quotes included.
    private mutating func string() -> String? {
        let start = position
        guard take("\"") else { return nil }
        while let byte = current, byte != UInt8(ascii: "\"") {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard take("\"") else { return nil }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
