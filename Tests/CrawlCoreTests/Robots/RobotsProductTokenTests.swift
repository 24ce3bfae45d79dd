import CrawlCore
import Testing

/// The name that a User-Agent field gives a crawler: RFC 9309, section 2.2.1.
@Suite struct RobotsProductTokenTests {
    @Test(arguments: [
        ("trawl/0.3 (+https://example.org)", "trawl"),
        ("trawl", "trawl"),
        ("my-crawler_x (me)", "my-crawler_x"),
        ("trawl(me)", "trawl"),
        ("", ""),
        ("(nobody)", ""),
        ("Jävla2/1.0", "Jävla2"),
    ])
    func `the token is the name of the first product`(userAgent: String, token: String) {
        #expect(RobotsTxt.productToken(ofUserAgent: userAgent) == token)
    }

    @Test(arguments: [
        ("Mozilla/5.0 (compatible; ExampleBot/0.1; https://www.example.com/bot.html)", "ExampleBot"),
        ("mozilla/5.0 (Compatible;ExampleBot)", "ExampleBot"),
        ("Mozilla/5.0 (compatible;", ""),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla"),
    ])
    func `a crawler that calls itself Mozilla is named where it says what it is compatible with`(
        userAgent: String, token: String
    ) {
        #expect(RobotsTxt.productToken(ofUserAgent: userAgent) == token)
    }
}
