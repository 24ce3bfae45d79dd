/// The rules with wildcards, in the order in which they decide: the first that matches is the most specific.
///
/// Most are told from those that may match by a ``RobotsPathIndex``, in a nanosecond or two each. The others are matched in
/// steps that are no more than a few times the length of the path, and all together in no more than an allowance.
struct RobotsWildcardRules: Sendable {
    /// What came of the search for a rule.
    enum Outcome {
        case found(RobotsRule)
        case none
        /// The allowance was used up.
        case undecided
    }

    /// Rules that are passed over together where the path has not what they have in common: their order makes
    /// neighbours of those that begin alike.
    private static let blockLength = 8

    let text: [UInt8]
    /// For each byte of a pattern, how many bytes before the one that follows it begin its segment anew: the failure
    /// function of Knuth, Morris and Pratt's search.
    let failure: [UInt16]
    private let rules: [RobotsRule]
    /// What a path must have, a rule and a block.
    private let probes: [RobotsPathIndex.Probes]
    private let blockProbes: [RobotsPathIndex.Probes]

    /// Takes the rules with wildcards of a list.
    init(_ list: RobotsRuleList) {
        var text = list.text
        var rules = list.rules.filter(\.hasWildcard)
        rules.sort { one, other in
            if one.rank != other.rank { return one.rank > other.rank }
            if one.isAnchored != other.isAnchored { return one.isAnchored }
            let order = text.span.order(one.pattern, other.pattern)
            return order == 0 ? one.line < other.line : order < 0
        }
        rules = rules.withoutRepetition { one, other in
            one.rank == other.rank && one.isAnchored == other.isAnchored
                && text.span.order(one.pattern, other.pattern) == 0
        }
        text = rules.layOut(from: text)
        self.text = text
        self.rules = rules
        failure = Self.failure(of: rules, in: text)
        probes = rules.map { RobotsPathIndex.Probes(text.span.extracting($0.pattern)) }
        blockProbes = stride(from: 0, to: rules.count, by: Self.blockLength).map { start in
            var common = rules[start].pattern
            for rule in rules[start...].prefix(Self.blockLength) {
                common = common.prefix(text.span.commonPrefixLength(common, rule.pattern))
            }
            return RobotsPathIndex.Probes(text.span.extracting(common))
        }
    }

    var count: Int { rules.count }

    /// The rule of the highest rank that matches a path, if it is higher than `rank`.
    func mostSpecific(for path: Span<UInt8>, above rank: UInt32) -> Outcome {
        guard let first = rules.first, first.rank > rank else { return .none }
        guard path.count <= RobotsPathIndex.maximumLength else { return .undecided }
        let pathIndex = RobotsPathIndex(path)
        var allowance = Self.allowance(for: path)
        for block in blockProbes.indices where pathIndex.contains(blockProbes[block]) {
            let start = block * Self.blockLength
            guard rules[start].rank > rank else { return .none }
            for index in start..<min(start + Self.blockLength, rules.count)
            where pathIndex.contains(probes[index]) {
                let rule = rules[index]
                guard rule.rank > rank else { return .none }
                if matches(rule, path, pathIndex, allowance: &allowance) { return .found(rule) }
                // To pass over a rule is a step too.
                if allowance < index { return .undecided }
            }
        }
        return .none
    }

    /// How many steps, about a nanosecond each, may be taken for a path: for one of 2,000 bytes less than the tenth of a
    /// millisecond.
    ///
    /// The part that its length gives is twice what one rule needs at the very most. The other is for what a file may hold
    /// that means no harm: the 313 rules of eventbrite.com's, more than any other's of the corpora, take less than a
    /// thousand steps for a path of 2,000 bytes.
    private static func allowance(for path: Span<UInt8>) -> Int { 57_344 + 12 * path.count }
}

// What is prepared for matching.
extension RobotsWildcardRules {
    private static func failure(of rules: [RobotsRule], in text: [UInt8]) -> [UInt16] {
        guard !rules.isEmpty else { return [] }
        var failure = [UInt16](repeating: 0, count: text.count)
        for rule in rules {
            var segment = rule.pattern.lowerBound + Int(rule.prefixLength) + 1
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
