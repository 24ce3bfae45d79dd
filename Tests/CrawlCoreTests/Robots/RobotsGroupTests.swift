import CrawlCore
import Testing

/// Which rules concern a crawler: RFC 9309, section 2.2.1.
@Suite struct RobotsGroupTests {
    @Test func `the group that names the crawler counts, and not the one for everyone`() {
        let robots = RobotsTxt("User-agent: *\nDisallow: /\n\nUser-agent: trawl\nDisallow: /private\n")

        #expect(robots.allows("/public"))
        #expect(!robots.allows("/private"))
    }

    @Test func `a group that names the crawler counts wherever it stands`() {
        let robots = RobotsTxt("User-agent: trawl\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n")

        #expect(robots.allows("/public"))
        #expect(!robots.allows("/private"))
    }

    @Test func `without a group that names the crawler the one for everyone counts`() {
        let robots = RobotsTxt("User-agent: other\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n")

        #expect(robots.allows("/a"))
        #expect(!robots.allows("/b"))
    }

    @Test func `without either no rule applies`() {
        #expect(RobotsTxt("User-agent: other\nDisallow: /\n").verdict("/a") == .allowed(line: nil))
        #expect(RobotsTxt("").verdict("/a") == .allowed(line: nil))
        #expect(RobotsTxt().verdict("/a") == .allowed(line: nil))
    }

    @Test func `a group without rules that names the crawler allows everything`() {
        #expect(RobotsTxt("User-agent: *\nDisallow: /\nUser-agent: trawl\n").allows("/a"))
        #expect(RobotsTxt("User-agent: *\nDisallow: /\nUser-agent: trawl\nDisallow:\n").allows("/a"))
    }

    @Test(arguments: ["trawl", "Trawl", "TRAWL"]) func `names are compared without regard to case`(
        name: String
    ) {
        #expect(!RobotsTxt("User-agent: \(name)\nDisallow: /\n", for: "traWL").allows("/"))
    }

    @Test func `groups of one name are merged`() {
        let robots = RobotsTxt(
            "user-agent: trawl\ndisallow: /foo\n\nuser-agent: b\ndisallow: /b\n\nuser-agent: trawl\ndisallow: /baz\n"
        )

        #expect(!robots.allows("/foo"))
        #expect(!robots.allows("/baz"))
        #expect(robots.allows("/b"))
    }

    @Test func `groups for everyone are merged`() {
        let robots = RobotsTxt(
            "user-agent: *\ndisallow: /a\nuser-agent: b\ndisallow: /b\nuser-agent: *\ndisallow: /c")

        #expect(!robots.allows("/a"))
        #expect(robots.allows("/b"))
        #expect(!robots.allows("/c"))
    }

    @Test func `one group may have several names`() {
        let robots = RobotsTxt(
            "User-agent: a\n\nUser-agent: trawl\nUser-agent: b\nDisallow: /x\n\nUser-agent: c\n")

        #expect(!robots.allows("/x"))
    }

    @Test func `a rule ends the names of a group, be it an empty one`() {
        #expect(RobotsTxt("User-agent: trawl\nDisallow:\nUser-agent: b\nDisallow: /\n").allows("/x"))
    }

    @Test(arguments: ["Crawl-delay: 5", "Sitemap: https://h/s.xml", "Foo: bar", "", "# text", "Host: h"])
    func `no other line ends the names of a group`(line: String) {
        // RFC 9309, section 2.2.4.
        #expect(!RobotsTxt("User-agent: trawl\n\(line)\nUser-agent: b\nDisallow: /\n").allows("/x"))
        #expect(!RobotsTxt("User-agent: trawl\nDisallow: /a\n\(line)\nDisallow: /x\n").allows("/x"))
    }

    @Test func `rules before the first group are ignored`() {
        #expect(RobotsTxt("Disallow: /\nUser-agent: *\nDisallow: /a\n").allows("/x"))
    }

    @Test(arguments: ["trawl/1.0", "trawl 1.0", "trawl*", "trawl, other", "trawl2"])
    func `a name ends where no character of a token is`(name: String) {
        // As robots.cc has it.
        #expect(!RobotsTxt("User-agent: \(name)\nDisallow: /\n").allows("/"))
    }

    @Test(arguments: ["traw", "trawler", "trawl-news", "mytrawl", "-trawl", "*trawl"])
    func `a name that is only alike is another`(name: String) {
        #expect(RobotsTxt("User-agent: \(name)\nDisallow: /\n").allows("/"))
    }

    @Test func `a star that more words follow is a star`() {
        #expect(!RobotsTxt("User-agent: * all of you\nDisallow: /\n").allows("/"))
    }

    @Test func `a crawler without a name is in the group for everyone only`() {
        #expect(RobotsTxt("User-agent:\nDisallow: /\n", for: "").allows("/"))
        #expect(RobotsTxt("User-agent: 1\nDisallow: /\n", for: "").allows("/"))
        #expect(!RobotsTxt("User-agent: *\nDisallow: /\n", for: "").allows("/"))
    }

    @Test func `a name that is no token counts where it is written the same`() {
        #expect(!RobotsTxt("User-agent: Jävla-Bot2/3\nDisallow: /\n", for: "jävla-bot2").allows("/"))
        #expect(RobotsTxt("User-agent: Jävla-Foobot\nDisallow: /\n", for: "jävla-fanbot").allows("/"))
    }
}
