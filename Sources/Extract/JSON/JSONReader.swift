/// Finds values in a JSON text (RFC 8259) without building a tree of it.
struct JSONReader {
    /// How deep values may be nested; a text in which they are deeper is taken for no JSON.
    static let depthLimit = 512

    /// How many bytes may be read to follow paths: a hundred times the text, since bytes are read again for each
    /// step, but at most what takes a quarter of a second.
    private var workLimit: Int { min(1_000_000 + 100 * text.count, 100_000_000) }

    private static let workOfValue = 50

    private let text: UnsafeRawBufferPointer
    private let depthLimit: Int
    private let work = Work()

    private final class Work {
        var left = 0
        var fault: JSONFault?
    }

    /// Whether following paths took too long, so that some values were not found.
    var isExhausted: Bool { work.left <= 0 }

    /// A text that was found to be JSON; nil where it is not.
    init?(_ text: UnsafeRawBufferPointer) {
        self.init(unchecked: text, depthLimit: Self.depthLimit)
        guard isWhole else { return nil }
        work.left = workLimit
    }

    private init(unchecked text: UnsafeRawBufferPointer, depthLimit: Int) {
        self.text = text
        self.depthLimit = depthLimit
    }

    /// See ``JSONFault/find(in:depthLimit:)``.
    static func fault(in text: UnsafeRawBufferPointer, depthLimit: Int) -> JSONFault? {
        let reader = JSONReader(unchecked: text, depthLimit: depthLimit)
        return reader.isWhole ? nil : reader.work.fault ?? JSONFault(position: 0, reason: "it has no value")
    }

    /// Whether the text is one value, with nothing behind it.
    private var isWhole: Bool {
        guard let end = end(at: skipSpaces(0)) else { return false }
        let next = skipSpaces(end)
        return next == text.count || fail(at: next, "the value is over, and \(shown(next)) follows") != nil
    }

    /// Notes what is wrong with the text, where nothing was before.
    private func fail(at position: Int, _ reason: @autoclosure () -> String) -> Int? {
        if work.fault == nil {
            let isEnd = position >= text.count
            work.fault = JSONFault(
                position: min(position, text.count), reason: isEnd ? "it ends within a value" : reason())
        }
        return nil
    }

    /// A byte, as people are told of it.
    private func shown(_ position: Int) -> String {
        guard position < text.count else { return "the end" }
        let byte = text[position]
        return 0x21..<0x7F ~= byte
            ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
    }

    /// Finds the values that a path leads to, in order.
    ///
    /// - Parameter body: Gets the text of a value. Returns whether to go on.
    func find(_ path: JSONPath, _ body: (UnsafeRawBufferPointer) -> Bool) {
        _ = find(path.steps[...], at: skipSpaces(0), body)
    }

    /// Finds the values that a path leads to in each object of JSON-LD, in order.
    ///
    /// - Parameter body: Gets the text of a value. Returns whether to go on.
    func findInObjects(_ path: JSONPath, _ body: (UnsafeRawBufferPointer) -> Bool) {
        _ = objects(at: skipSpaces(0)) { find(path.steps[...], at: $0, body) }
    }

    // MARK: - Paths

    /// Walks the objects of JSON-LD: those of a list, and those of an object's `@graph` instead of the object.
    ///
    /// - Returns: Whether to go on.
    private func objects(at start: Int, _ body: (Int) -> Bool) -> Bool {
        work.left -= Self.workOfValue
        if isExhausted { return false }
        switch text[start] {
        case UInt8(ascii: "["): return children(at: start) { objects(at: $0, body) }
        case UInt8(ascii: "{"):
            guard let graph = named(Self.graphKey, at: start) else { return body(start) }
            return objects(at: graph, body)
        default: return true
        }
    }

    private static let graphKey = Array("@graph".utf8)

    /// - Returns: Whether to go on.
    private func find(
        _ steps: ArraySlice<JSONPath.Step>, at start: Int, _ body: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        work.left -= Self.workOfValue
        if isExhausted { return false }
        guard let step = steps.first else {
            return body(UnsafeRawBufferPointer(rebasing: text[start..<(end(at: start) ?? start)]))
        }
        let rest = steps.dropFirst()
        switch step {
        case .name(let name): return named(name, at: start).map { find(rest, at: $0, body) } ?? true
        case .index(let index): return element(index, at: start).map { find(rest, at: $0, body) } ?? true
        case .all: return children(at: start) { find(rest, at: $0, body) }
        case .descendants:
            // Never deeper than the text, which was measured.
            return find(rest, at: start, body) && children(at: start) { find(steps, at: $0, body) }
        }
    }

    /// The member of an object; of several with one name the last, as everywhere.
    private func named(_ name: [UInt8], at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "{") else { return nil }
        var found: Int?
        _ = members(at: start) { key, value in
            if isEqual(key, name) { found = value }
            return true
        }
        return found
    }

    private func element(_ index: Int, at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "[") else { return nil }
        var wanted = index
        if index < 0 {
            var count = 0
            _ = members(at: start) { _, _ in
                count += 1
                return true
            }
            wanted += count
        }
        guard wanted >= 0 else { return nil }
        var found: Int?
        _ = members(at: start) { _, value in
            if wanted == 0 { found = value }
            wanted -= 1
            return wanted >= 0
        }
        return found
    }

    private func children(at start: Int, _ body: (Int) -> Bool) -> Bool {
        members(at: start) { _, value in body(value) }
    }

    /// Walks the members of an object, or the elements of an array, whose key is empty; any other value has none.
    ///
    /// - Returns: Whether to go on.
    private func members(at start: Int, _ body: (Range<Int>, Int) -> Bool) -> Bool {
        let isObject = text[start] == UInt8(ascii: "{")
        guard isObject || text[start] == UInt8(ascii: "[") else { return true }
        var position = skipSpaces(start + 1)
        while position < text.count, text[position] != UInt8(ascii: "}"), text[position] != UInt8(ascii: "]")
        {
            var key = position..<position
            if isObject {
                guard let keyEnd = stringEnd(at: position) else { return true }
                key = (position + 1)..<(keyEnd - 1)
                position = skipSpaces(skipSpaces(keyEnd) + 1)
            }
            if isExhausted || !body(key, position) { return false }
            guard let end = end(at: position) else { return true }
            position = skipSpaces(end)
            if position < text.count, text[position] == UInt8(ascii: ",") {
                position = skipSpaces(position + 1)
            }
        }
        return true
    }

    /// Whether a key, in which there may be escapes, is a name.
    private func isEqual(_ key: Range<Int>, _ name: [UInt8]) -> Bool {
        let raw = text[key]
        if !raw.contains(UInt8(ascii: "\\")) { return raw.elementsEqual(name) }
        return JSONString.unescaped(raw).elementsEqual(name)
    }

    // MARK: - Grammar

    private func skipSpaces(_ start: Int) -> Int {
        var position = start
        while position < text.count, text[position].isJSONSpace { position += 1 }
        return position
    }

    /// Where the value ends that begins at a position; nil where it is no value.
    private func end(at start: Int) -> Int? {
        /// What closes the objects and arrays that are open.
        var open: [UInt8] = []
        var position = start
        // A value takes some time, however short it is.
        defer { work.left -= position - start + Self.workOfValue }
        while true {
            guard position < text.count else { return fail(at: position, "") }
            switch text[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = text[position] == UInt8(ascii: "{")
                let closer = UInt8(ascii: isObject ? "}" : "]")
                position = skipSpaces(position + 1)
                if position < text.count, text[position] == closer {
                    position += 1
                    break
                }
                guard open.count < depthLimit else {
                    return fail(at: position, "values are nested deeper than \(depthLimit)")
                }
                open.append(closer)
                if isObject {
                    guard let next = keyEnd(at: position) else { return nil }
                    position = next
                }
                continue
            case UInt8(ascii: "\""):
                guard let end = stringEnd(at: position) else { return nil }
                position = end
            default:
                guard let end = scalarEnd(at: position) else { return nil }
                position = end
            }
            // After a value: the end of what it is in, or the next.
            while let closer = open.last {
                position = skipSpaces(position)
                guard position < text.count else { return fail(at: position, "") }
                if text[position] == closer {
                    position += 1
                    open.removeLast()
                    continue
                }
                guard text[position] == UInt8(ascii: ",") else {
                    let wanted = Character(Unicode.Scalar(closer))
                    return fail(at: position, "\",\" or \"\(wanted)\" is missing before \(shown(position))")
                }
                position = skipSpaces(position + 1)
                if closer == UInt8(ascii: "}") {
                    guard let next = keyEnd(at: position) else { return nil }
                    position = next
                }
                break
            }
            if open.isEmpty { return position }
        }
    }

    /// Where the value begins after a key and its colon.
    private func keyEnd(at start: Int) -> Int? {
        guard let end = stringEnd(at: start) else { return nil }
        let colon = skipSpaces(end)
        return colon < text.count && text[colon] == UInt8(ascii: ":")
            ? skipSpaces(colon + 1) : fail(at: colon, "\":\" is missing before \(shown(colon))")
    }

    private func stringEnd(at start: Int) -> Int? {
        guard start < text.count, text[start] == UInt8(ascii: "\"") else {
            return fail(at: start, "a name in quotes was expected, not \(shown(start))")
        }
        var position = start + 1
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""): return position + 1
            case UInt8(ascii: "\\"):
                guard let length = JSONString.escapeLength(text[position...]) else {
                    // Of an escape that the text ends in there is nothing wrong but that.
                    let isCut =
                        text.count - position < 6 && text[(position + 1)...].allSatisfy { $0.isNameByte }
                    return fail(at: isCut ? text.count : position, "no escape begins so in a string")
                }
                position += length
            // NUL becomes U+FFFD wherever it goes from here.
            case 1..<0x20:
                return fail(at: position, "\(shown(position)) stands in a string without an escape")
            default: position += 1
            }
        }
        return fail(at: position, "")
    }

    private func scalarEnd(at start: Int) -> Int? {
        switch text[start] {
        case UInt8(ascii: "t"): wordEnd("true", at: start)
        case UInt8(ascii: "f"): wordEnd("false", at: start)
        case UInt8(ascii: "n"): wordEnd("null", at: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            numberEnd(at: start)
                ?? fail(
                    at: text[start...].allSatisfy(\.isOfNumber) ? text.count : start,
                    "no number is written so")
        default: fail(at: start, "no value begins with \(shown(start))")
        }
    }

    private func wordEnd(_ word: StaticString, at start: Int) -> Int? {
        let bytes = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        if text[start...].starts(with: bytes) { return start + bytes.count }
        let isCut = bytes.starts(with: text[start...])
        return fail(at: isCut ? text.count : start, "no value begins with \(shown(start))")
    }

    private func numberEnd(at start: Int) -> Int? {
        var position = start
        func digits() -> Bool {
            let first = position
            while position < text.count, text[position].isDigit { position += 1 }
            return position > first
        }
        func has(_ byte: UInt8) -> Bool {
            guard position < text.count, text[position] == byte else { return false }
            position += 1
            return true
        }
        _ = has(UInt8(ascii: "-"))
        if !has(UInt8(ascii: "0")), !digits() { return nil }
        if has(UInt8(ascii: ".")), !digits() { return nil }
        if has(UInt8(ascii: "e")) || has(UInt8(ascii: "E")) {
            if !has(UInt8(ascii: "+")) { _ = has(UInt8(ascii: "-")) }
            if !digits() { return nil }
        }
        return position
    }
}
