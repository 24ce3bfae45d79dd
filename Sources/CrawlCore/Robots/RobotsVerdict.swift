/// What a robots.txt says of one URL, and which of its lines says it.
package enum RobotsVerdict: Sendable, Equatable {
    /// The URL may be requested. The rule on the line, counted from 1, says so; `nil` where no rule matches, or where
    /// the URL is that of robots.txt itself.
    case allowed(line: Int?)
    /// The rule on the line, counted from 1, forbids the URL.
    case disallowed(line: Int)
    /// The answer would take longer than any honest file needs, so the URL is not requested.
    ///
    /// Rules are tried from the longest to the shortest, for a tenth of a millisecond or so: it takes hundreds of rules
    /// with wildcards, each of which nearly matches a long URL, or tens of thousands, to get there. A path of more than
    /// 65,534 bytes is undecided too, if there are rules with wildcards.
    case undecided

    /// Whether the URL may be requested.
    package var isAllowed: Bool {
        if case .allowed = self { true } else { false }
    }
}
