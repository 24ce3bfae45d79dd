/// The rules of one crawler's groups, made ready to be asked.
struct RobotsRuleSet: Sendable {
    private let prefixRules: RobotsPrefixRules
    private let wildcardRules: RobotsWildcardRules

    /// No rules.
    init() {
        self.init(RobotsRuleList())
    }

    /// Orders the rules of a list; each pattern counts once.
    init(_ list: RobotsRuleList) {
        prefixRules = RobotsPrefixRules(list)
        wildcardRules = RobotsWildcardRules(list)
    }

    var count: Int { prefixRules.count + wildcardRules.count }
    var isEmpty: Bool { count == 0 }

    /// What the rules say of a normalised path: the most specific that matches decides (RFC 9309, section 2.2.2).
    func verdict(for path: Span<UInt8>) -> RobotsVerdict {
        let prefixRule = prefixRules.mostSpecific(for: path)
        switch wildcardRules.mostSpecific(for: path, above: prefixRule?.rank ?? 0) {
        case .found(let rule): return rule.verdict
        case .none: return prefixRule?.verdict ?? .allowed(line: nil)
        case .undecided: return .undecided
        }
    }
}
