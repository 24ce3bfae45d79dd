/// The rules without wildcards, which match a path by its first bytes, or by all of them.
///
/// They are sorted by their patterns, so that those which a path may still match are neighbours, byte by byte fewer: a
/// search takes time in proportion to the path, whatever the number of rules.
struct RobotsPrefixRules: Sendable {
    private let text: [UInt8]
    private let rules: [RobotsRule]

    /// Takes the rules without wildcards of a list.
    init(_ list: RobotsRuleList) {
        let text = list.text
        var rules = list.rules.filter { !$0.hasWildcard }
        rules.sort { one, other in
            let order = text.span.order(one.pattern, other.pattern)
            if order != 0 { return order < 0 }
            if one.isAnchored != other.isAnchored { return one.isAnchored }
            return one.rank == other.rank ? one.line < other.line : one.rank > other.rank
        }
        // Of those that match the same paths only the first can decide.
        rules = rules.withoutRepetition { one, other in
            one.isAnchored == other.isAnchored && text.span.order(one.pattern, other.pattern) == 0
        }
        self.text = rules.layOut(from: text)
        self.rules = rules
    }

    var count: Int { rules.count }

    /// The rule of the highest rank that matches a path.
    func mostSpecific(for path: Span<UInt8>) -> RobotsRule? {
        var best: RobotsRule?
        var (low, high) = (0, rules.count)
        var depth = 0
        // The patterns of low..<high begin with the path's first `depth` bytes; the shortest are first.
        while low < high {
            while low < high, rules[low].length == depth {
                let rule = rules[low]
                if !rule.isAnchored || depth == path.count, rule.rank > best?.rank ?? 0 { best = rule }
                low += 1
            }
            guard low < high, depth < path.count else { break }
            let wanted = path[depth]
            if byte(depth, of: low) != wanted || byte(depth, of: high - 1) != wanted {
                low = firstRule(in: low..<high, whoseByte: depth, isAtLeast: wanted)
                high = firstRule(in: low..<high, whoseByte: depth, isAtLeast: wanted + 1)
            }
            depth += 1
        }
        return best
    }

    private func byte(_ depth: Int, of rule: Int) -> UInt8 { text[Int(rules[rule].start) + depth] }

    /// The first rule of a range with such a byte, or the end of the range.
    private func firstRule(in range: Range<Int>, whoseByte depth: Int, isAtLeast wanted: UInt8) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if byte(depth, of: middle) < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
