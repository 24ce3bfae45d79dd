/// One rule of a robots.txt: where its pattern is in the text of its list, and what decides quickly.
///
/// The pattern is normalised; a star in it stands for any octets, and it does not end with one.
struct RobotsRule: Sendable {
    /// What comes first: the more octets the rule is written with, the higher, and of two that are equally long the
    /// one that allows (RFC 9309, section 2.2.2).
    let rank: UInt32
    /// The line that it stands on, from 1.
    let line: UInt32
    /// Where its pattern begins.
    fileprivate(set) var start: UInt32
    /// The length of the pattern. It fits: a line has a limit, and escaping makes three bytes of one.
    let length: UInt16
    /// The length of what comes before the first star.
    let prefixLength: UInt16
    /// The length without the stars: no shorter path can match.
    let literalLength: UInt16
    /// Whether the pattern must reach to the end of the path.
    let isAnchored: Bool

    /// Whether the rule allows what it matches.
    var isAllow: Bool { rank & 1 != 0 }

    /// Whether there is a star in the pattern.
    var hasWildcard: Bool { prefixLength < length }

    /// Where the pattern is in the text.
    var pattern: Range<Int> { Int(start)..<Int(start) + Int(length) }

    /// The verdict for a path that it matches.
    var verdict: RobotsVerdict { isAllow ? .allowed(line: Int(line)) : .disallowed(line: Int(line)) }
}

extension Span<UInt8> {
    /// Less than 0 where the bytes of one range come before those of another, and 0 where they are the same.
    func order(_ one: Range<Int>, _ other: Range<Int>) -> Int {
        let common = commonPrefixLength(one, other)
        if common == one.count || common == other.count { return one.count - other.count }
        return self[one.lowerBound + common] < self[other.lowerBound + common] ? -1 : 1
    }

    /// How many bytes two ranges begin with alike.
    func commonPrefixLength(_ one: Range<Int>, _ other: Range<Int>) -> Int {
        let (one, other) = (extracting(one), extracting(other))
        let limit = Swift.min(one.count, other.count)
        var length = 0
        while length < limit, one[length] == other[length] { length += 1 }
        return length
    }
}

extension [RobotsRule] {
    /// The first of each run of rules that are the same.
    func withoutRepetition(areSame: (RobotsRule, RobotsRule) -> Bool) -> [RobotsRule] {
        var kept: [RobotsRule] = []
        for rule in self {
            if let last = kept.last, areSame(last, rule) { continue }
            kept.append(rule)
        }
        return kept
    }

    /// Copies the rules' patterns from a text into one that has them in the order of the rules, so that going through
    /// them is going through memory.
    ///
    /// - Returns: the new text.
    mutating func layOut(from text: [UInt8]) -> [UInt8] {
        var ordered: [UInt8] = []
        ordered.reserveCapacity(reduce(0) { $0 + Int($1.length) })
        for index in indices {
            let start = ordered.count
            ordered.append(text.span.extracting(self[index].pattern))
            self[index].start = UInt32(start)
        }
        return ordered
    }
}
