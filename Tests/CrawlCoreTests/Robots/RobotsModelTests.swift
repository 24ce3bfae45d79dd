import CrawlCore
import Testing

/// Random rules and paths against a model that is too simple to be wrong.
@Suite struct RobotsModelTests {
    private struct Rule {
        let isAllow: Bool
        let pattern: [UInt8]
    }

    /// Every way to fit the pattern, octet by octet, as RFC 9309 describes it.
    private func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
        var reachable: Set<Int> = [path.startIndex]
        for index in pattern.indices {
            if pattern[index] == UInt8(ascii: "$"), index == pattern.endIndex - 1 {
                return reachable.contains(path.endIndex)
            } else if pattern[index] == UInt8(ascii: "*") {
                reachable = Set((reachable.min() ?? path.endIndex)...path.endIndex)
            } else {
                reachable = Set(
                    reachable.filter { $0 < path.endIndex && path[$0] == pattern[index] }.map { $0 + 1 })
            }
            if reachable.isEmpty { return false }
        }
        return true
    }

    /// The length of the longest rule that matches, and whether it allows.
    private func decision(_ rules: [Rule], _ path: [UInt8]) -> (octets: Int, isAllow: Bool) {
        var best = (octets: 0, isAllow: true)
        for rule in rules where matches(rule.pattern[...], path[...]) {
            if rule.pattern.count > best.octets || (rule.pattern.count == best.octets && rule.isAllow) {
                best = (rule.pattern.count, rule.isAllow)
            }
        }
        return best
    }

    private func text(
        _ alphabet: String, length: ClosedRange<Int>, using generator: inout SeededGenerator
    ) -> [UInt8] {
        let bytes = Array(alphabet.utf8)
        let count = Int.random(in: length, using: &generator)
        return [UInt8(ascii: "/")] + (0..<count).compactMap { _ in bytes.randomElement(using: &generator) }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `random rules decide as the RFC says`(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let rules = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
            var pattern = text("aab/***", length: 0...12, using: &generator)
            if Int.random(in: 0..<6, using: &generator) == 0 { pattern.removeFirst() }
            if Int.random(in: 0..<4, using: &generator) == 0 { pattern.append(UInt8(ascii: "$")) }
            return Rule(isAllow: Bool.random(using: &generator), pattern: pattern)
        }
        let lines = rules.map {
            ($0.isAllow ? "Allow: " : "Disallow: ") + String(decoding: $0.pattern, as: UTF8.self)
        }
        let robots = RobotsTxt("User-agent: *\n" + lines.joined(separator: "\n"))

        for _ in 0..<200 {
            let path = text("aaab/", length: 0...40, using: &generator)
            let expected = decision(rules, path)

            switch robots.verdict(for: path.span) {
            case .allowed(line: nil):
                #expect(expected.octets == 0)
            case .allowed(line: let line?):
                #expect(expected == (rules[line - 2].pattern.count, true))
            case .disallowed(let line):
                #expect(expected == (rules[line - 2].pattern.count, false))
            case .undecided:
                Issue.record("undecided")
            }
        }
    }
}
