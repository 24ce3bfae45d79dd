import CrawlCore
import Testing

/// How lines are read: RFC 9309, section 2.2, and where it is silent robots.cc.
@Suite struct RobotsSyntaxTests {
    private func forbids(_ text: String) -> Bool { !RobotsTxt(text).allows("/x") }

    @Test(arguments: ["\n", "\r", "\r\n", "\n\n", "\r\r", "\n\r"])
    func `CR, LF and CR LF end a line`(end: String) {
        #expect(forbids("User-agent: *\(end)Disallow: /x\(end)"))
        #expect(forbids("User-agent: *\(end)Disallow: /x"))
        #expect(!forbids("User-agent: a\(end)Disallow: /x\(end)User-agent: *\(end)Disallow: /y"))
    }

    @Test(arguments: [[0xEF, 0xBB, 0xBF], [0xEF, 0xBB], [0xEF]] as [[UInt8]])
    func `a byte order mark is skipped, or what there is of one`(mark: [UInt8]) {
        let text = mark + Array("User-agent: *\nDisallow: /x".utf8)

        #expect(!RobotsTxt(parsing: text.span, productToken: "trawl").allows("/x"))
    }

    @Test func `comments are left out`() {
        #expect(forbids("# a\nUser-agent: * # b\n#Allow: /x\nDisallow: /x#c"))
        #expect(!forbids("User-agent: *\n# Disallow: /x\nDisallow #: /x"))
    }

    @Test(arguments: ["uSeR-aGeNt:*\ndIsAlLoW:/x", " \tUser-agent \t:\t* \n\tDisallow\t: /x \t"])
    func `neither case nor white space matters around keys and values`(text: String) {
        #expect(forbids(text))
    }

    @Test(arguments: [
        "user-agent *\ndisallow /x", "user-agent\t*\ndisallow \t /x", "useragent *\ndisallow /x",
    ])
    func `a colon may be missing between two words`(text: String) {
        #expect(forbids(text))
    }

    @Test(arguments: ["disallow /x y", "disallow", "disallow:", ": /x", "/x"])
    func `a line that is not two words needs its colon`(line: String) {
        #expect(!forbids("User-agent: *\n\(line)"))
    }

    @Test(arguments: ["Dissallow", "Dissalow", "Disalow", "Diasllow", "Disallaw", "Disallows"])
    func `frequent typing errors are understood`(key: String) {
        #expect(forbids("User-agent: *\n\(key): /x"))
    }

    @Test(arguments: ["User-agent", "Useragent", "User agent", "User-agents"])
    func `frequent ways to write user-agent are understood`(key: String) {
        #expect(forbids("\(key): *\nDisallow: /x"))
    }

    @Test(arguments: ["No-disallow", "Dis", "Noindex", "xDisallow"])
    func `other keys are ignored`(key: String) {
        #expect(!forbids("User-agent: *\n\(key): /x"))
    }

    @Test func `a NUL hides the rest of its line`() {
        #expect(forbids("User-agent: *\nDisallow: /x\0y"))
        #expect(!forbids("User-agent: *\n\0Disallow: /x"))
    }

    @Test func `no noise is taken for a rule`() {
        let noise = (0..<100).flatMap { _ in UInt8.min...UInt8.max }

        #expect(RobotsTxt(parsing: noise.span, productToken: "trawl").ruleCount == 0)
        #expect(RobotsTxt("<html><body>Disallow nothing<br>user-agent</body></html>").ruleCount == 0)
    }

    @Test func `of a line that is too long the beginning counts`() {
        // 8 * 2083 - 1 bytes, as in robots.cc.
        let path = "/" + String(repeating: "x", count: 16_663 - "Disallow: /".utf8.count)
        let robots = RobotsTxt(rules: "Disallow: \(path)yyy", "Disallow: /z")

        #expect(!robots.allows(path))
        #expect(robots.allows(String(path.dropLast())))
        #expect(!robots.allows("/z"))
    }

    @Test func `what is beyond 500 KiB is not read`() {
        // RFC 9309, section 2.5.
        let head = "User-agent: *\nDisallow: /a\n"
        let last = "Disallow: /x\n"
        let filler = String(
            repeating: "#", count: RobotsTxt.maximumLength - head.utf8.count - last.utf8.count - 1)

        let within = RobotsTxt(head + filler + "\n" + last + "Disallow: /y\n")
        let beyond = RobotsTxt(head + filler + "##\n" + last)

        #expect(!within.allows("/a"))
        #expect(!within.allows("/x"))
        #expect(within.allows("/y"))
        #expect(!beyond.allows("/a"))
        #expect(beyond.allows("/x"))
    }

    @Test func `a line that the limit cuts is not read, so that the text may be stored cut`() {
        let head = "User-agent: *\n"
        let filler = String(repeating: "#", count: RobotsTxt.maximumLength - head.utf8.count - 12)
        let text = Array((head + filler + "\nDisallow: /xyz\n").utf8)

        #expect(RobotsTxt(parsing: text.span, productToken: "trawl").allows("/x"))
        let cut = Array(text.prefix(RobotsTxt.maximumLength))
        #expect(RobotsTxt(parsing: cut.span, productToken: "trawl").allows("/x"))
    }
}
