/// The rules of one crawler's groups, in the order in which they decide.
///
/// The first rule that matches is the most specific one, so that the search ends there. On the way to it most rules are
/// told apart by a ``RobotsGramSet`` of the path, about a nanosecond a rule; what is left is matched in steps no more than
/// twice the length of the path.
struct RobotsRuleSet: Sendable {
    private let text: [UInt8]
    /// For each byte of a pattern, how many bytes before the one that follows it begin its segment anew: the failure
    /// function of Knuth, Morris and Pratt's search. Empty where no pattern has a star.
    private let failure: [UInt16]
    private let rules: [RobotsRule]
    /// What a path must have, a rule.
    private let probes: [RobotsGramSet.Probes]

    /// No rules.
    init() {
        self.init(RobotsRuleList())
    }

    /// Orders the rules of a list, each pattern once.
    init(_ list: RobotsRuleList) {
        let text = list.text
        var rules = list.rules
        rules.sort { Self.precedes($0, $1, in: text) }
        var kept = 0
        for index in rules.indices {
            if kept > 0, Self.order(rules[kept - 1], rules[index], in: text) == 0 { continue }
            rules[kept] = rules[index]
            kept += 1
        }
        rules.removeSubrange(kept...)
        self.text = text
        self.rules = rules
        probes = rules.map { RobotsGramSet.Probes(text.span.extracting($0.pattern)) }
        failure = Self.failure(of: rules, in: text)
    }

    var count: Int { rules.count }
    var isEmpty: Bool { rules.isEmpty }

    /// What the rules say of a normalised path.
    func verdict(for path: Span<UInt8>) -> RobotsVerdict {
        let grams = RobotsGramSet(path)
        // Enough for every rule of an honest file, and a tenth of a millisecond.
        var allowance = 65_536 + 16 * path.count
        for index in probes.indices where grams.contains(probes[index]) {
            if matches(rules[index], path, allowance: &allowance) { return rules[index].verdict }
            if allowance < 0 { return .undecided }
        }
        return .allowed(line: nil)
    }
}

// Matching.
extension RobotsRuleSet {
    /// Whether a rule matches a path, from its first byte on (RFC 9309, sections 2.2.2 and 2.2.3).
    ///
    /// - Parameter allowance: is lowered by the steps that it takes to find out.
    private func matches(_ rule: RobotsRule, _ path: Span<UInt8>, allowance: inout Int) -> Bool {
        allowance -= 8
        guard Int(rule.literalLength) <= path.count else { return false }
        let pattern = text.span.extracting(rule.pattern)
        let prefixLength = Int(rule.prefixLength)
        for index in 0..<prefixLength where pattern[index] != path[index] {
            allowance -= index
            return false
        }
        guard prefixLength < pattern.count else { return !rule.isAnchored || path.count == prefixLength }

        // What follows the last star of an anchored pattern must end the path.
        var patternEnd = pattern.count
        var pathEnd = path.count
        while rule.isAnchored, pattern[patternEnd - 1] != ASCII.star {
            patternEnd -= 1
            pathEnd -= 1
            guard pattern[patternEnd] == path[pathEnd] else { return false }
        }

        // Between two stars the first place where the segment fits is as good as any.
        var position = prefixLength
        var state = prefixLength + 1
        var segment = state
        defer { allowance -= position }
        while state < patternEnd {
            let wanted = pattern[state]
            if wanted == ASCII.star {
                state += 1
                segment = state
                continue
            }
            if state == segment {
                while position < pathEnd, path[position] != wanted { position += 1 }
                guard position < pathEnd else { return false }
                position += 1
                state += 1
                continue
            }
            guard position < pathEnd else { return false }
            let byte = path[position]
            if byte == wanted {
                position += 1
                state += 1
            } else {
                state = segment + Int(failure[Int(rule.start) + state - 1])
            }
        }
        return true
    }

    private static func failure(of rules: [RobotsRule], in text: [UInt8]) -> [UInt16] {
        guard rules.contains(where: { $0.prefixLength < $0.length }) else { return [] }
        var failure = [UInt16](repeating: 0, count: text.count)
        for rule in rules where rule.prefixLength < rule.length {
            var segment = Int(rule.start) + Int(rule.prefixLength) + 1
            var border = 0
            var index = segment + 1
            while index < rule.pattern.upperBound {
                if text[index] == ASCII.star {
                    segment = index + 1
                    border = 0
                    index = segment + 1
                    continue
                }
                while border > 0, text[segment + border] != text[index] {
                    border = Int(failure[segment + border - 1])
                }
                if text[segment + border] == text[index] { border += 1 }
                failure[index] = UInt16(border)
                index += 1
            }
        }
        return failure
    }
}

// Ordering.
extension RobotsRuleSet {
    private static func precedes(_ one: RobotsRule, _ other: RobotsRule, in text: [UInt8]) -> Bool {
        let order = order(one, other, in: text)
        return order < 0 || (order == 0 && one.line < other.line)
    }

    /// Less than 0 where one rule decides before another, and 0 where they are the same rule.
    private static func order(_ one: RobotsRule, _ other: RobotsRule, in text: [UInt8]) -> Int {
        if one.rank != other.rank { return one.rank > other.rank ? -1 : 1 }
        if one.length != other.length { return one.length > other.length ? -1 : 1 }
        if one.isAnchored != other.isAnchored { return one.isAnchored ? -1 : 1 }
        for (left, right) in zip(one.pattern, other.pattern) where text[left] != text[right] {
            return text[left] < text[right] ? -1 : 1
        }
        return 0
    }
}
