import Sitemap
import Testing

@Suite struct SitemapReaderTests {
    static let urlset = """
        <?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
          <!-- all of it -->
          <url>
            <loc> http://example.org/a?x=1&amp;y=2 </loc>
            <image:image><image:loc>http://example.org/a.png</image:loc></image:image>
            <lastmod>2026-11-23T08:30:15.25+01:00</lastmod>
            <changefreq>daily</changefreq>
            <priority>0.8</priority>
          </url>
          <url><loc><![CDATA[http://example.org/b?x=1&y=2]]></loc><priority>2</priority><lastmod>yesterday</lastmod></url>
          <url><lastmod>2026-11-23</lastmod></url>
          <url><loc>http://example.org/&#xE9;</loc><lastmod>2026-11-23</lastmod></url>
        </urlset>
        """

    static let entries = [
        SitemapEntry(
            .page, location: "http://example.org/a?x=1&y=2", lastModified: 1_795_419_015_250, priority: 0.8),
        SitemapEntry(.page, location: "http://example.org/b?x=1&y=2"),
        SitemapEntry(.page, location: "http://example.org/é", lastModified: 1_795_392_000_000),
    ]

    @Test func `a urlset gives its pages with date and priority`() {
        let (entries, failure) = read(Self.urlset)

        #expect(entries == Self.entries)
        #expect(failure == nil)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 333])
    func `it makes no difference how the bytes are cut`(size: Int) {
        #expect(read(Self.urlset, slices: size).entries == Self.entries)
        #expect(read(gzip(Self.urlset), slices: size).entries == Self.entries)
        #expect(read(Self.feed, slices: size).entries == read(Self.feed).entries)
        #expect(read("http://a/1\r\nhttp://a/2", slices: size).entries.count == 2)
    }

    @Test func `a urlset cut at any byte gives what came before, and says so`() {
        let bytes = Array(Self.urlset.utf8)

        for end in 0..<bytes.count - 1 {
            let (entries, failure) = read(Array(bytes[..<end]))
            // The last one lacks what comes after the cut.
            #expect(entries.map(\.location) == Self.entries.prefix(entries.count).map(\.location), "\(end)")
            #expect(entries.dropLast() == Self.entries.prefix(entries.count).dropLast(), "\(end)")
            #expect(failure != nil, "\(end)")
        }
    }

    @Test func `an index gives sitemaps`() {
        let (entries, failure) = read(
            """
            <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            <sitemap><loc>http://example.org/1.xml.gz</loc><lastmod>2026-11-01</lastmod></sitemap>
            <sitemap><loc>http://example.org/2.xml</loc></sitemap></sitemapindex>
            """)

        #expect(
            entries == [
                SitemapEntry(
                    .sitemap, location: "http://example.org/1.xml.gz", lastModified: 1_793_491_200_000),
                SitemapEntry(.sitemap, location: "http://example.org/2.xml"),
            ])
        #expect(failure == nil)
    }

    @Test(arguments: [
        "", "http://www.google.com/schemas/sitemap/0.84", "https://www.sitemaps.org/schemas/sitemap/0.9",
    ])
    func `a urlset is one whatever its namespace is said to be`(namespace: String) {
        #expect(
            read("<urlset xmlns='\(namespace)'><url><loc>http://a/</loc></url></urlset>").entries
                == [SitemapEntry(.page, location: "http://a/")])
        #expect(
            read("<s:urlset xmlns:s='\(namespace)x'><s:url><s:loc>http://a/</s:loc></s:url></s:urlset>")
                .entries
                == [SitemapEntry(.page, location: "http://a/")])
    }

    static let feed = """
        <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>http://a/</link>
        <atom:link href="http://a/feed" rel="self"/>
        <item><title>One</title><link>http://a/1</link><pubDate>Mon, 23 Nov 2026 08:30:15 GMT</pubDate></item>
        <item><link>http://a/2</link><atom:link href="http://b/"/><pubDate>23 Nov 2026 08:30 -0100</pubDate></item>
        </channel></rss>
        """

    @Test func `an RSS feed gives the pages of its items`() {
        let (entries, failure) = read(Self.feed)

        #expect(
            entries == [
                SitemapEntry(.page, location: "http://a/1", lastModified: 1_795_422_615_000),
                SitemapEntry(.page, location: "http://a/2", lastModified: 1_795_426_200_000),
            ])
        #expect(failure == nil)
    }

    @Test func `an RSS 1.0 feed gives the pages of its items`() {
        let text = """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
            <channel rdf:about="http://a/"><link>http://a/</link></channel>
            <item rdf:about="http://a/1"><link>http://a/1</link></item></rdf:RDF>
            """

        #expect(read(text).entries == [SitemapEntry(.page, location: "http://a/1")])
    }

    @Test func `an Atom feed gives the pages of its entries`() {
        let text = """
            <feed xmlns="http://www.w3.org/2005/Atom"><link href="http://a/"/><updated>2026-01-01T00:00:00Z</updated>
            <entry><link rel="edit" href="http://a/e"/><link href="/1?a=1&amp;b=2"/><updated>2026-11-23T08:30:15Z</updated>
            <published>2020-01-01</published></entry>
            <entry><link rel="alternate" href="http://a/2"/></entry></feed>
            """

        #expect(
            read(text).entries == [
                SitemapEntry(.page, location: "/1?a=1&b=2", lastModified: 1_795_422_615_000),
                SitemapEntry(.page, location: "http://a/2"),
            ])
    }

    @Test func `a text gives a page for each line that is a URL`() {
        let long = "http://a/" + String(repeating: "x", count: 10_000)
        let text = "\u{FEFF}\r\n  http://a/1\r\n\r\nHTTPS://a/2 \nnot one\n\(long)\nhttp://a/3"

        let (entries, failure) = read(text)

        #expect(entries.map(\.location) == ["http://a/1", "HTTPS://a/2", "http://a/3"])
        #expect(failure == nil)
    }

    @Test(arguments: [
        "", " \n", "Not found", "<!DOCTYPE html><html><body><a href='http://a/'>x</a></body></html>",
        "<html/>",
        "<url><loc>http://a/</loc></url>", "{\"a\": 1}",
    ])
    func `what is no sitemap is said to be none`(text: String) {
        let (entries, failure) = read(text)

        #expect(entries.isEmpty)
        #expect(failure == .notASitemap)
    }

    @Test(
        arguments: [
            ("2026", 1_767_225_600_000), ("2026-02", 1_769_904_000_000), ("2024-02-29", 1_709_164_800_000),
            ("2026-02-29", nil), ("2026-13-01", nil), ("2026-11-23T08:30Z", 1_795_422_600_000),
            ("2026-11-23T08:30:15", 1_795_422_615_000), ("2026-11-23 08:30:15+0100", 1_795_419_015_000),
            ("Mon, 3 Nov 2025 08:30:15 +0000", 1_762_158_615_000), ("Mon, 31 Feb 2025 08:30:15 +0000", nil),
            ("Thu, 05 Jan 17 12:34:50 GMT", 1_483_619_690_000), ("05 Jan 17 07:34:50 EST", 1_483_619_690_000),
            ("5 Jan 97 12:34:50 Z", 852_467_690_000), ("2026-11-23T25:00Z", nil), ("2026-11-23x", nil),
            ("", nil), ("1.11.2026", nil),
        ] as [(String, Int64?)])
    func `dates are those of W3C and RFC 822`(text: String, expected: Int64?) {
        let entries = read("<urlset><url><loc>http://a/</loc><lastmod>\(text)</lastmod></url></urlset>")
            .entries

        #expect(entries.first?.lastModified == expected)
    }
}
