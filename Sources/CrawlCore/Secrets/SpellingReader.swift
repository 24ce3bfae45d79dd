internal import CharacterNames

/// Reads a text whose characters may be escaped as in JSON, URLs, forms and HTML, also one within another.
///
/// Nothing is decoded. A position is read in all possible ways, and the caller continues from where each of them
/// ends.
struct SpellingReader {
    /// The ways to read the position that was read last.
    private(set) var readings: [Reading] = []

    let text: SpelledText
    private let names: CharacterNameList
    /// What stands within escapes, which many positions before it ask for: at depths 1 and 2, by the end of the position.
    private var known: [(position: Int, reading: Reading)]
    /// Whether the escape that was read last has others within it.
    private var metEscape = false

    /// The run of backslashes that was met last.
    private var run = 0..<0

    /// How deep escapes may stand in one another: a URL in HTML in JSON.
    private static let depth = 3
    private static let knownCount = 64
    /// A longer run of backslashes is nothing but backslashes, at its beginning.
    private static let backslashRun = 16

    init(_ text: SpelledText, names: CharacterNameList) {
        self.text = text
        self.names = names
        known = Array(repeating: (-1, Reading(value: 0, end: 0)), count: Self.knownCount * Self.depth)
    }

    /// Whether a unit begins an escape.
    static func isSpecial(_ unit: UInt32) -> Bool {
        unit == 0x5C || unit == 0x25 || unit == 0x26 || unit == 0x2B  // \ % & +
    }

    /// Finds the ways to read a position; none at the end.
    mutating func read(at position: Int) {
        readings.removeAll(keepingCapacity: true)
        guard let unit = text.unit(at: position) else { return }
        let isByte = text.step == 1
        readings.append(Reading(value: unit, isByte: isByte, end: position + text.step))
        if unit >= 0x80, let character = text.character(at: position, unit) { readings.append(character) }
        guard Self.isSpecial(unit), !isInRun(position, unit) else { return }
        // Of each way that begins an escape: what the escape comes to where those within it are read at a depth.
        var mayDiffer: UInt32 = .max
        for depth in 0..<Self.depth {
            for index in 0..<min(readings.count, 32)
            where Self.isSpecial(readings[index].value) && mayDiffer & 1 << UInt32(index) != 0 {
                metEscape = false
                let (first, second) = escape(readings[index], depth: depth)
                if !metEscape { mayDiffer &= ~(1 << UInt32(index)) }
                if let first, !readings.contains(first) { readings.append(first) }
                if let second, !readings.contains(second) { readings.append(second) }
            }
        }
    }

    private mutating func isInRun(_ position: Int, _ unit: UInt32) -> Bool {
        guard unit == UInt32(ASCII.backslash) else { return false }
        if !run.contains(position) {
            run = position..<(position + text.step)
            while text.unit(at: run.upperBound) == unit { run = position..<(run.upperBound + text.step) }
        }
        return run.upperBound - position >= Self.backslashRun * text.step
    }

    /// What stands at a position within an escape: digits, letters, `#` and `;`, which may be escaped themselves.
    private mutating func inner(at position: Int, _ depth: Int) -> Reading? {
        guard let unit = text.unit(at: position) else { return nil }
        let plain = Reading(value: unit, end: position + text.step)
        guard Self.isSpecial(unit) else { return plain }
        metEscape = true
        guard depth > 0 else { return plain }
        let slot = depth * Self.knownCount + position / text.step % Self.knownCount
        if known[slot].position == position { return known[slot].reading }
        var reading = inner(at: position, depth - 1) ?? plain
        if Self.isSpecial(reading.value), let found = escape(reading, depth: depth - 1).0 { reading = found }
        known[slot] = (position, reading)
        return reading
    }

    // MARK: - Escapes

    /// What an escape that begins with a sign stands for; a second reading where browsers and others differ.
    private mutating func escape(_ sign: Reading, depth: Int) -> (Reading?, Reading?) {
        switch UInt8(truncatingIfNeeded: sign.value) {
        case UInt8(ascii: "\\"): (backslash(sign, depth), nil)
        case UInt8(ascii: "%"): (percent(sign, depth), nil)
        case UInt8(ascii: "&"): reference(sign, depth)
        default: (Reading(value: 0x20, end: sign.end), nil)
        }
    }

    /// RFC 8259, section 7; and what JavaScript, PHP and Python write beside it: `\x2f`, `\u{2f}`, `\057`, `\'`.
    private mutating func backslash(_ sign: Reading, _ depth: Int) -> Reading? {
        guard let kind = inner(at: sign.end, depth), kind.value < 0x80 else { return nil }
        switch UInt8(kind.value) {
        case UInt8(ascii: "u"):
            if let reading = number(at: kind.end, depth, radix: 16, digits: 4...4) { return reading }
            guard let brace = inner(at: kind.end, depth), brace.isASCII(UInt8(ascii: "{")),
                var reading = number(at: brace.end, depth, radix: 16, digits: 1...8),
                let close = inner(at: reading.end, depth), close.isASCII(UInt8(ascii: "}"))
            else { return nil }
            reading.end = close.end
            return reading
        case UInt8(ascii: "U"): return number(at: kind.end, depth, radix: 16, digits: 8...8)
        case UInt8(ascii: "x"): return number(at: kind.end, depth, radix: 16, digits: 2...2, isByte: true)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            return number(at: sign.end, depth, radix: 8, digits: 1...3, isByte: true)
        case UInt8(ascii: "b"): return Reading(value: 0x08, end: kind.end)
        case UInt8(ascii: "f"): return Reading(value: 0x0C, end: kind.end)
        case UInt8(ascii: "n"): return Reading(value: 0x0A, end: kind.end)
        case UInt8(ascii: "r"): return Reading(value: 0x0D, end: kind.end)
        case UInt8(ascii: "t"): return Reading(value: 0x09, end: kind.end)
        case let byte where !byte.isASCIIAlpha && !byte.isASCIIDigit:
            return Reading(value: kind.value, end: kind.end)
        default: return nil
        }
    }

    /// RFC 3986, section 2.1; and `%u00e9`, as JavaScript's `escape` writes it.
    private mutating func percent(_ sign: Reading, _ depth: Int) -> Reading? {
        if let reading = number(at: sign.end, depth, radix: 16, digits: 2...2, isByte: true) {
            return reading
        }
        guard let kind = inner(at: sign.end, depth), kind.isASCII(UInt8(ascii: "u")) else { return nil }
        return number(at: kind.end, depth, radix: 16, digits: 4...4)
    }

    /// HTML Standard, sections 13.2.5.72 to 80.
    private mutating func reference(_ sign: Reading, _ depth: Int) -> (Reading?, Reading?) {
        guard let first = inner(at: sign.end, depth) else { return (nil, nil) }
        guard first.isASCII(UInt8(ascii: "#")) else { return name(first, depth) }
        let kind = inner(at: first.end, depth)
        let isHexadecimal = kind.map { $0.value | 0x20 == UInt32(UInt8(ascii: "x")) } ?? false
        let start = isHexadecimal ? kind?.end ?? first.end : first.end
        guard
            var reading = number(at: start, depth, radix: isHexadecimal ? 16 : 10, digits: 1...Int.max)
        else { return (nil, nil) }
        if let semicolon = inner(at: reading.end, depth), semicolon.isASCII(UInt8(ascii: ";")) {
            reading.end = semicolon.end
        }
        guard let character = Windows1252.character(reading.value) else { return (reading, nil) }
        return (reading, Reading(value: character, end: reading.end))
    }

    private mutating func name(_ first: Reading, _ depth: Int) -> (Reading?, Reading?) {
        var found: (Reading?, Reading?) = (nil, nil)
        guard first.value < 0x80 else { return found }
        for index in names.range(of: UInt8(first.value)) {
            var end = first.end
            let name = names[index]
            var count = 1
            while count < name.name.count, let next = inner(at: end, depth), next.isASCII(name.name[count]) {
                end = next.end
                count += 1
            }
            guard count == name.name.count else { continue }
            let reading = Reading(value: name.character, second: name.second, end: end)
            found = found.0 == nil ? (reading, nil) : (found.0, reading)
        }
        return found
    }

    /// The number that digits make; more of them than make a character are no more than that.
    private mutating func number(
        at start: Int, _ depth: Int, radix: UInt32, digits: ClosedRange<Int>, isByte: Bool = false
    ) -> Reading? {
        var (value, end, count) = (UInt32(0), start, 0)
        while count < digits.upperBound, let next = inner(at: end, depth), next.value < 0x80,
            let digit = UInt8(next.value).hexDigitValue, digit < radix
        {
            value = min(value * radix + UInt32(digit), 0x11_0000)
            end = next.end
            count += 1
        }
        guard count >= digits.lowerBound else { return nil }
        return Reading(value: isByte ? value & 0xFF : value, isByte: isByte, end: end)
    }
}
