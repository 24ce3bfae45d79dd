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
    let start: UInt32
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

    /// Where the pattern is in the text.
    var pattern: Range<Int> { Int(start)..<Int(start) + Int(length) }

    /// The verdict for a path that it matches.
    var verdict: RobotsVerdict { isAllow ? .allowed(line: Int(line)) : .disallowed(line: Int(line)) }
}
