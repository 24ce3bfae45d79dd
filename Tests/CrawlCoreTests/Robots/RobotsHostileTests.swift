import CrawlCore
import Testing

/// Files that are made to be slow. The bounds are some ten times what a build without optimisation takes.
@Suite struct RobotsHostileTests {
    /// A file of 500 KiB whose rules are made one by one.
    private func file(_ rule: (Int) -> String) -> [UInt8] {
        var text = Array("User-agent: *\n".utf8)
        var count = 0
        while text.count < RobotsTxt.maximumLength {
            text += Array((rule(count) + "\n").utf8)
            count += 1
        }
        return text
    }

    /// The verdict for a path, asked twenty times within a time.
    private func verdict(
        _ text: [UInt8], _ path: String, within limit: Duration = .seconds(20)
    ) -> RobotsVerdict {
        let bytes = Array(path.utf8)
        var verdict = RobotsVerdict.undecided
        let time = ContinuousClock().measure {
            let robots = RobotsTxt(parsing: text.span, productToken: "trawl")
            for _ in 0..<20 { verdict = robots.verdict(for: bytes.span) }
        }
        #expect(time < limit)
        return verdict
    }

    private let longPath = "/" + String(repeating: "a", count: 2_000)

    @Test func `a rule of four hundred stars is matched in no time`() {
        let text = Array(
            ("User-agent: *\nDisallow: /" + String(repeating: "a*", count: 400) + "b$\nAllow: /ok").utf8)

        #expect(verdict(text, longPath) == .allowed(line: nil))
        #expect(verdict(text, longPath + "b") == .disallowed(line: 2))
        #expect(verdict(text, "/ok") == .allowed(line: 3))
    }

    @Test func `a rule of a quarter million stars is matched in no time`() {
        let text = Array(("User-agent: *\nDisallow: /" + String(repeating: "a*", count: 250_000) + "\n").utf8)

        #expect(verdict(text, longPath) == .allowed(line: nil))
    }

    @Test func `a file that is one line of wildcards again and again is matched in no time`() {
        let text = file { _ in "Disallow: /" + String(repeating: "*a", count: 100) + "*b" }

        #expect(verdict(text, longPath) == .allowed(line: nil))
        #expect(verdict(text, longPath + "b") == .disallowed(line: 2))
    }

    @Test func `a segment that nearly fits everywhere is matched in no time`() {
        let text = Array(("User-agent: *\nDisallow: /*" + String(repeating: "a", count: 1_000) + "ba").utf8)

        #expect(verdict(text, "/ba" + String(repeating: "a", count: 1_990) + "b") == .allowed(line: nil))
        #expect(verdict(text, longPath + "ba") == .disallowed(line: 2))
    }

    @Test func `tens of thousands of short wildcard rules are matched in no time`() {
        let text = file { "Disallow: *\($0)x" }
        let path = "/" + (0..<400).map { "\(($0 * 7_919) % 1_000)" }.joined(separator: "-")

        #expect(verdict(text, path) == .allowed(line: nil))
        #expect(verdict(text, path + "-12345x") == .disallowed(line: 12_347))
    }

    @Test func `tens of thousands of plain rules are matched in no time`() {
        let text = file { "Disallow: /p\($0)/" }

        #expect(verdict(text, "/p19999/") == .disallowed(line: 20_001))
        #expect(verdict(text, "/p19999" + longPath) == .disallowed(line: 20_001))
        #expect(verdict(text, "/p" + longPath) == .allowed(line: nil))
    }

    @Test func `rules that begin alike are matched in no time`() {
        let text = file { "Disallow: /" + String(repeating: "a", count: $0 % 1_900 + 1) + "b" }

        #expect(verdict(text, longPath) == .allowed(line: nil))
        #expect(verdict(text, "/" + String(repeating: "a", count: 500) + "bc") == .disallowed(line: 501))
    }

    @Test func `what would take too long is not requested`() {
        let text = file { "Disallow: /" + String(repeating: "*a", count: $0 % 900 + 1) + "*b" }
        let path = "/" + String(repeating: "b", count: 1_000) + String(repeating: "a", count: 1_000)

        #expect(verdict(text, path) == .undecided)
        #expect(!RobotsVerdict.undecided.isAllowed)
        #expect(verdict(text, "/bbb") == .allowed(line: nil))
    }

    @Test func `a path that is too long for rules with wildcards is not requested`() {
        let path = "/" + String(repeating: "a", count: 70_000)

        #expect(RobotsTxt(rules: "Disallow: /*b").verdict(path) == .undecided)
        #expect(RobotsTxt(rules: "Disallow: /b").verdict(path) == .allowed(line: nil))
    }
}
