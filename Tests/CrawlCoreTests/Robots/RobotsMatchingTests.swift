import CrawlCore
import Testing

/// Which rule decides: RFC 9309, sections 2.2.2, 2.2.3 and 5.
@Suite struct RobotsMatchingTests {
    @Test func `a rule matches paths that begin with it`() {
        let robots = RobotsTxt(rules: "Disallow: /fish")

        for path in ["/fish", "/fish.html", "/fish/salmon", "/fishheads?x"] { #expect(!robots.allows(path)) }
        for path in ["/", "/Fish", "/catfish", "/?id=fish", "/fis"] { #expect(robots.allows(path)) }
    }

    @Test func `the longest rule that matches decides, whatever the order`() {
        for rules in [["Allow: /p/", "Disallow: /p/x.gif"], ["Disallow: /p/x.gif", "Allow: /p/"]] {
            let robots = RobotsTxt(rules: rules[0], rules[1])

            #expect(!robots.allows("/p/x.gif"))
            #expect(robots.allows("/p/y.gif"))
        }
    }

    @Test func `of rules that are equally long the one that allows decides`() {
        #expect(
            RobotsTxt(rules: "Disallow: /folder", "Allow: /folder").verdict("/folder") == .allowed(line: 3))
        #expect(
            RobotsTxt(rules: "Allow: /folder", "Disallow: /folder").verdict("/folder") == .allowed(line: 2))
        #expect(RobotsTxt(rules: "Disallow: /*b", "Allow: /ab").verdict("/ab") == .allowed(line: 3))
        #expect(RobotsTxt(rules: "Disallow: /ab", "Allow: /*b").verdict("/ab") == .allowed(line: 3))
    }

    @Test func `wildcards count for the length of a rule`() {
        #expect(!RobotsTxt(rules: "Allow: /page", "Disallow: /*.htm").allows("/page.htm"))
        #expect(RobotsTxt(rules: "Allow: /$", "Disallow: /").allows("/"))
        #expect(!RobotsTxt(rules: "Allow: /$", "Disallow: /").allows("/a"))
        #expect(!RobotsTxt(rules: "Allow: /a", "Disallow: /a***").allows("/a"))
    }

    @Test func `the example of the RFC comes out as it says`() {
        let text = """
            User-Agent: *
            Disallow: *.gif$
            Disallow: /example/
            Allow: /publications/

            User-Agent: foobot
            Disallow:/
            Allow:/example/page.html
            Allow:/example/allowed.gif

            User-Agent: barbot
            User-Agent: bazbot
            Disallow: /example/page.html

            User-Agent: quxbot

            """

        #expect(RobotsTxt(text).verdict("/a.gif") == .disallowed(line: 2))
        #expect(RobotsTxt(text).verdict("/a.gif?x") == .allowed(line: nil))
        #expect(RobotsTxt(text).verdict("/publications/a.gif") == .allowed(line: 4))
        #expect(RobotsTxt(text, for: "foobot").verdict("/example/page.html") == .allowed(line: 8))
        #expect(RobotsTxt(text, for: "foobot").verdict("/example/") == .disallowed(line: 7))
        #expect(RobotsTxt(text, for: "bazbot").verdict("/example/page.html") == .disallowed(line: 13))
        #expect(RobotsTxt(text, for: "quxbot").verdict("/example/page.html") == .allowed(line: nil))
    }

    @Test func `robots txt itself is always allowed`() {
        let robots = RobotsTxt(rules: "Disallow: /", "Disallow: /robots.txt$")

        #expect(robots.verdict("/robots.txt") == .allowed(line: nil))
        #expect(!robots.allows("/robots.txt.gz"))
        #expect(!robots.allows("/a/robots.txt"))
    }

    @Test func `an empty rule matches nothing`() {
        #expect(RobotsTxt(rules: "Disallow:").verdict("/a") == .allowed(line: nil))
        #expect(RobotsTxt(rules: "Disallow: /a", "Allow:").verdict("/a") == .disallowed(line: 2))
        #expect(RobotsTxt(rules: "Disallow: $").allows("/a"))
    }

    @Test(arguments: ["a", "http://h/", "?a", "%2Fa"])
    func `a rule that begins with neither slash nor star matches nothing`(rule: String) {
        #expect(RobotsTxt(rules: "Disallow: \(rule)").verdict("/a?a") == .allowed(line: nil))
    }

    @Test(arguments: [
        ("/*.php", "/a.php?x", true), ("/*.php", "/a/.php", true), ("/*.php", "/php", false),
        ("*m", "/foom", true), ("*", "/", true), ("/*", "/", true), ("**", "/a", true), ("/*$", "/a", true),
        ("/fish*", "/fish", true), ("/fish*.php", "/fishheads/catfish.php?x", true),
        ("/foo/*/qux", "/foo/qux", false), ("/foo/*/qux", "/foo//qux", true), ("/a*a", "/a", false),
        ("/a*a", "/aa", true), ("/*ab*ab", "/aab", false), ("/*ab*ab", "/xabxaab", true),
        ("/*aab", "/aaaab", true), ("/*abcabd", "/abcabcabd", true), ("/*aabaaa*b", "/aabaabaaab", true),
    ])
    func `a star stands for any octets, or none`(rule: String, path: String, isMatch: Bool) {
        #expect(RobotsTxt(rules: "Disallow: \(rule)").allows(path) != isMatch)
    }

    @Test(arguments: [
        ("/*.php$", "/a.php", true), ("/*.php$", "/a.php5", false), ("/*.php$", "/a.php.php", true),
        ("/a$", "/a", true), ("/a$", "/a/", false), ("/$", "/", true), ("/*a$", "/ba", true),
        ("/*ab*b$", "/ab", false), ("/*ab*b$", "/abb", true), ("/a*a$", "/a", false), ("/a*$", "/abc", true),
        ("/*ab*$", "/ab", true), ("/*b*ab$", "/ab", false), ("/*ab*ab$", "/abxabab", true),
    ])
    func `a dollar at the end stands for the end of the path`(rule: String, path: String, isMatch: Bool) {
        #expect(RobotsTxt(rules: "Disallow: \(rule)").allows(path) != isMatch)
    }

    @Test func `a dollar elsewhere stands for itself`() {
        let robots = RobotsTxt(rules: "Disallow: /x$/abc")

        #expect(!robots.allows("/x$/abcdef"))
        #expect(robots.allows("/x/abcdef"))
    }

    @Test func `who allows an index file allows its directory`() {
        // As robots.cc has it, for rules that allow only.
        let robots = RobotsTxt(rules: "Allow: /a/index.html", "Disallow: /")

        #expect(robots.verdict("/a/") == .allowed(line: 2))
        #expect(robots.allows("/a/index.html"))
        #expect(!robots.allows("/a/index.htm"))
        #expect(!robots.allows("/a/b"))
        #expect(RobotsTxt(rules: "Disallow: /a/index.html").allows("/a/"))
    }

    @Test func `the path of a URL is matched with its query and without its fragment`() throws {
        let robots = RobotsTxt(rules: "Disallow: /a?b", "Disallow: /*c")

        #expect(!robots.verdict(for: try WebURL(parsing: "https://u:c@c.example:1/a?b#x")).isAllowed)
        #expect(robots.verdict(for: try WebURL(parsing: "https://u:c@c.example:1/a#c")).isAllowed)
        #expect(robots.verdict(for: try WebURL(parsing: "https://h")).isAllowed)
    }

    @Test func `a verdict names the line that decides`() {
        let text =
            "\u{FEFF}# text\r\nUser-agent: *\r\n\r\nDisallow: /a # why\r\n Allow : /a/b\n\rDisallow: /c"
        let robots = RobotsTxt(text)

        #expect(robots.verdict("/a") == .disallowed(line: 4))
        #expect(robots.verdict("/a/b") == .allowed(line: 5))
        #expect(robots.verdict("/c") == .disallowed(line: 7))
        #expect(robots.verdict("/d") == .allowed(line: nil))
        let bytes = Array(text.utf8)
        #expect(RobotsTxt.line(4, of: bytes.span) == "Disallow: /a # why")
        #expect(RobotsTxt.line(7, of: bytes.span) == "Disallow: /c")
        #expect(RobotsTxt.line(8, of: bytes.span) == nil)
    }

    @Test func `a rule that is repeated counts once, with its first line`() {
        let robots = RobotsTxt(rules: "Disallow: /*a", "Disallow: /b", "Disallow: /*a", "Disallow: /b")

        #expect(robots.ruleCount == 2)
        #expect(robots.verdict("/a") == .disallowed(line: 2))
        #expect(robots.verdict("/b") == .disallowed(line: 3))
    }
}
