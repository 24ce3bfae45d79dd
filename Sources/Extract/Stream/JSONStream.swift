/// Reads a JSON text (RFC 8259) that comes in pieces, and hands out the values that some paths lead to.
///
/// It keeps no more than the values that are wanted and open, and a few bytes for each level of nesting.
final class JSONStream {
    /// A path, and what is wanted of it.
    struct Want {
        let steps: [JSONPath.Step]
        /// Which of the values that it leads to are wanted.
        let choice: Choice
        /// The longest text of a value, in bytes.
        let limit: Int

        enum Choice {
            case first
            /// The last, which is that within the last element of a list.
            case last
            case each
        }
    }

    /// The most paths that are followed at once.
    static let mostPaths = 32

    let wants: [Want]
    /// Gets each value that is wanted, whole.
    private let found: (Int, [UInt8]) -> Bool
    var grammar = JSONGrammar()
    /// The containers that are open.
    private var levels: [Level] = []
    /// The values that are open and wanted.
    private var captures: [Capture] = []
    /// Which paths have been found already, of those whose first value is wanted.
    private var settled: UInt32 = 0
    /// The paths whose next step may lead to the value that comes; bits.
    private var candidates: UInt32
    /// The name of the member that comes, as it is written.
    private var key: [UInt8] = []
    private(set) var fault: JSONFault?
    private var isStopped = false
    /// Paths for whose lists nothing was found but something else; their numbers.
    private(set) var reached: UInt32 = 0

    private struct Level {
        /// The paths that lead into it.
        var alive: UInt32
        let isObject: Bool
        var index = 0
    }

    private struct Capture {
        let want: Int
        let depth: Int
        /// Where it begins in this piece.
        var start: Int
        var bytes: [UInt8] = []
    }

    /// - Parameter found: gets the number of a path and the text of a value; false ends the reading.
    init(_ wants: [Want], found: @escaping (Int, [UInt8]) -> Bool) {
        self.wants = wants
        self.found = found
        candidates = wants.isEmpty ? 0 : UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(wants.count)) - 1)
    }

    /// Whether a list that was asked for, or nothing in its place, was met.
    func wasReached(_ want: Int) -> Bool { reached & 1 << UInt32(want) != 0 }

    /// Takes the next bytes.
    ///
    /// - Returns: false where no more are wanted: the text is no JSON, or reading was ended.
    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard fault == nil, !isStopped else { return false }
        for index in captures.indices { captures[index].start = 0 }
        var position = 0
        while position < bytes.count {
            let event = grammar.next(bytes, &position, keepsKeys: levels.last.map { $0.alive != 0 } ?? false)
            switch event {
            case .more: break
            case .key(let name):
                key = name
                meetKey()
            case .begin(let start): begin(bytes, at: start)
            case .end(let end): self.end(bytes, at: end)
            case .fault(let reason):
                fault = JSONFault(position: grammar.consumed, reason: reason)
            }
            if fault != nil || isStopped { return false }
        }
        for index in captures.indices {
            captures[index].bytes.append(contentsOf: bytes[captures[index].start...])
            if captures[index].bytes.count > wants[captures[index].want].limit { tooLong(captures[index]) }
        }
        return fault == nil
    }

    /// Takes the end of the text.
    func finish() {
        guard fault == nil, !isStopped else { return }
        if grammar.finish() {
            // A number ends with the text.
            let empty = UnsafeRawBufferPointer(start: nil, count: 0)
            for index in captures.indices { captures[index].start = 0 }
            end(empty, at: 0)
        }
        if !grammar.isDone {
            fault = JSONFault(
                position: grammar.consumed,
                reason: grammar.isEmpty ? "it has no value" : "it ends within a value")
        }
    }

    private func tooLong(_ capture: Capture) {
        fault = JSONFault(
            position: grammar.consumed,
            reason: "a value that is wanted is longer than \(wants[capture.want].limit) bytes")
    }

    private static func unescaped(_ key: [UInt8]) -> [UInt8] {
        guard key.contains(UInt8(ascii: "\\")) else { return key }
        return key.withUnsafeBytes { Array(JSONString.unescaped($0[...])) }
    }

    // MARK: Values

    private func meetKey() {
        guard let level = levels.last, level.alive != 0 else {
            candidates = 0
            return
        }
        let depth = levels.count - 1
        var bits = level.alive
        candidates = 0
        var name: [UInt8]?
        while bits != 0 {
            let want = bits.trailingZeroBitCount
            bits &= bits - 1
            switch wants[want].steps[depth] {
            case .all: candidates |= 1 << UInt32(want)
            case .name(let wanted):
                let written = name ?? JSONStream.unescaped(key)
                name = written
                if written == wanted { candidates |= 1 << UInt32(want) }
            case .index, .descendants: break
            }
        }
    }

    private func meetElement() {
        guard let level = levels.last, level.alive != 0 else {
            candidates = 0
            return
        }
        let depth = levels.count - 1
        var bits = level.alive
        candidates = 0
        while bits != 0 {
            let want = bits.trailingZeroBitCount
            bits &= bits - 1
            switch wants[want].steps[depth] {
            case .all: candidates |= 1 << UInt32(want)
            case .index(let index) where index == level.index: candidates |= 1 << UInt32(want)
            case .index(-1):
                // What was found in the element before is not in the last one.
                candidates |= 1 << UInt32(want)
                if wants[want].choice == .last { _ = found(want, []) }
            case .index, .name, .descendants: break
            }
        }
        levels[levels.count - 1].index += 1
    }

    private func begin(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        let depth = levels.count
        if let level = levels.last, !level.isObject { meetElement() }
        var alive: UInt32 = 0
        var bits = candidates & ~settled
        while bits != 0 {
            let want = bits.trailingZeroBitCount
            bits &= bits - 1
            let steps = wants[want].steps
            if steps.count == depth {
                captures.append(Capture(want: want, depth: depth, start: start))
            } else {
                alive |= 1 << UInt32(want)
                if wants[want].choice == .each, steps.count == depth + 1, !checkList(want, bytes[start]) {
                    return
                }
            }
        }
        switch bytes[start] {
        case UInt8(ascii: "{"): levels.append(Level(alive: alive, isObject: true))
        case UInt8(ascii: "["): levels.append(Level(alive: alive, isObject: false))
        default: break
        }
        candidates = 0
    }

    /// Whether a value is a list, or null, where each of its elements is wanted.
    private func checkList(_ want: Int, _ first: UInt8) -> Bool {
        reached |= 1 << UInt32(want)
        guard case .all? = wants[want].steps.last else { return true }
        let found: String
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "n"): return true
        case UInt8(ascii: "{"): found = "an object"
        case UInt8(ascii: "\""): found = "a text"
        default: found = "a number or truth value"
        }
        fault = JSONFault(position: grammar.consumed, reason: "a list of items was expected, not \(found)")
        return false
    }

    private func end(_ bytes: UnsafeRawBufferPointer, at end: Int) {
        if grammar.endedContainer { levels.removeLast() }
        let depth = levels.count
        while let last = captures.last, last.depth == depth {
            var capture = captures.removeLast()
            capture.bytes.append(contentsOf: bytes[capture.start..<max(end, capture.start)])
            guard capture.bytes.count <= wants[capture.want].limit else { return tooLong(capture) }
            if wants[capture.want].choice == .first { settled |= 1 << UInt32(capture.want) }
            if !found(capture.want, capture.bytes) {
                isStopped = true
                return
            }
        }
    }
}
