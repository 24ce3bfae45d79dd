import CrawlCore
import Testing

/// The records that RFC 9309 leaves to others: section 2.2.4.
@Suite struct RobotsExtensionTests {
    private func delay(_ text: String) -> Int? { RobotsTxt(text).crawlDelayMilliseconds }

    @Test(arguments: [
        ("2", 2_000), ("0", 0), ("0.5", 500), (".25", 250), ("5.", 5_000), ("1.23456", 1_234), ("60", 60_000),
        ("61", 60_000), ("99999999999999999999999999", 60_000), ("007", 7_000),
    ])
    func `a delay is a number of seconds, up to a minute`(value: String, milliseconds: Int) {
        #expect(delay("User-agent: *\nCrawl-delay: \(value)") == milliseconds)
    }

    @Test(arguments: ["", "ten", "-1", "5s", "1,5", "1.2.3", ".", "1e3", "10 seconds", "+1"])
    func `a delay that is no number is ignored`(value: String) {
        #expect(delay("User-agent: *\nCrawl-delay: \(value)") == nil)
    }

    @Test func `the delay is that of the crawler's group`() {
        #expect(
            delay("User-agent: *\nCrawl-delay: 1\n\nUser-agent: trawl\nCrawl-delay: 3\nDisallow: /a") == 3_000
        )
        #expect(delay("User-agent: *\nCrawl-delay: 1\n\nUser-agent: trawl\nDisallow: /a") == nil)
        #expect(delay("User-agent: other\nCrawl-delay: 1\nDisallow: /a\nUser-agent: *\nDisallow: /") == nil)
        #expect(delay("Crawl-delay: 1") == nil)
    }

    @Test func `of several delays the longest counts`() {
        #expect(delay("User-agent: *\nCrawl-delay: 1\nDisallow: /\nCrawl-delay: 3\nCrawl-delay: 2") == 3_000)
    }

    @Test func `a list of agents with a delay each gives each its own`() {
        let text =
            "User-agent: a\nCrawl-delay: 20\n\nUser-agent: trawl\nCrawl-delay: 2\n\nUser-agent: b\nCrawl-delay: 30"

        #expect(delay(text) == 2_000)
    }

    @Test(arguments: [
        "crawl-delay: 3", "CRAWL-DELAY:3", "Crawl-delay 3", "Crawldelay: 3", "Crawl delay: 3 # text",
    ])
    func `a delay may be written in several ways`(line: String) {
        #expect(delay("User-agent: *\n\(line)") == 3_000)
    }

    @Test func `sitemaps are taken from anywhere, in order`() {
        let robots = RobotsTxt(
            """
            Sitemap: https://h/1.xml
            User-agent: other
            Disallow: /
            SITEMAP : https://h/2.xml # text
            Sitemap:
            site-map: /3.xml
            """)

        #expect(robots.sitemaps == ["https://h/1.xml", "https://h/2.xml", "/3.xml"])
        #expect(robots.allows("/"))
    }

    @Test func `no more than a thousand sitemaps are kept`() {
        let robots = RobotsTxt((0..<1_500).map { "Sitemap: https://h/\($0)" }.joined(separator: "\n"))

        #expect(robots.sitemaps.count == RobotsTxt.maximumSitemaps)
        #expect(robots.sitemaps.last == "https://h/999")
    }
}
