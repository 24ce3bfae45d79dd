import CrawlCore
import Testing

/// What the links of a page are relative to.
@Suite struct PageBaseTests {
    @Test(
        arguments: [
            (nil, "http://h/p"), ("/d/", "http://h/d/"), ("javascript:", "http://h/p"),
            ("data:,x", "http://h/p"),
            ("http://[", "http://h/p"), ("//other/", "http://other/"), ("", "http://h/p"),
        ] as [(String?, String)])
    func `a base that is none does not count`(href: String?, base: String) throws {
        #expect(WebURL.base(href, of: try WebURL(parsing: "http://h/p")).href == base)
    }
}
