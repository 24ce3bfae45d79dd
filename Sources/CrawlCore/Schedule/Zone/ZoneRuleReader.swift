extension ZoneRule {
    /// The rule of a text; nil where it is none.
    package init?(parsing text: String) {
        var reader = ZoneRuleReader(text)
        guard let rule = reader.rule() else { return nil }
        self = rule
    }
}

/// Reads the text of a rule from left to right.
private struct ZoneRuleReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    mutating func rule() -> ZoneRule? {
        guard name(), let west = time(hours: 24) else { return nil }
        guard !rest.isEmpty else { return ZoneRule(standard: -west, summer: nil) }
        guard name() else { return nil }
        var offset = -west + 3600
        if let next = rest.first, next != UInt8(ascii: ",") {
            guard let west = time(hours: 24) else { return nil }
            offset = -west
        }
        // What POSIX leaves open is what the United States do, as glibc has it.
        if rest.isEmpty { rest = ",M3.2.0,M11.1.0"[...].utf8 }
        guard let begins = change(), let ends = change(), rest.isEmpty else { return nil }
        return ZoneRule(
            standard: -west, summer: ZoneRule.Summer(offset: offset, begins: begins, ends: ends))
    }

    /// Three letters or more, or anything of letters, digits and signs between `<` and `>`.
    private mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")), end != rest.startIndex else {
                return false
            }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { (0x41...0x5a).contains($0 & 0xdf) }
        rest = rest[letters.endIndex...]
        return letters.count >= 3
    }

    /// `,M3.5.0/2`; without a time it is two in the morning.
    private mutating func change() -> ZoneRule.Change? {
        guard take(","), let day = day() else { return nil }
        guard take("/") else { return ZoneRule.Change(day: day, time: 7200) }
        guard let time = time(hours: 167) else { return nil }
        return ZoneRule.Change(day: day, time: time)
    }

    private mutating func day() -> ZoneRule.Day? {
        if take("J") { return number(1...365).map { .ofCommonYear($0) } }
        guard take("M") else { return number(0...365).map { .ofYear($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."),
            let day = number(0...6)
        else { return nil }
        return .weekday(month: Int(month), week: week, day: day)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private mutating func time(hours: Int64) -> Int64? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(0...hours).map({ $0 * 3600 }) else { return nil }
        for unit: Int64 in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        guard digits.count <= 3, let number = Int64(String(Substring(digits))), range.contains(number) else {
            return nil
        }
        return number
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
