import Sitemap
import Testing

@Suite struct SitemapFeedTests {
    @Test(
        arguments: [
            ("<guid>http://a/2</guid>", "http://a/2"),
            ("<guid isPermaLink='true'>http://a/2</guid>", "http://a/2"),
            ("<guid isPermaLink='false'>http://a/2</guid>", nil),
            ("<guid isPermaLink=\"False\">http://a/2</guid>", nil), ("<guid>abc-1</guid>", nil),
            ("<guid>http://a/2</guid><link>http://a/3</link>", "http://a/3"),
            ("<link>/3</link><guid>http://a/2</guid>", "/3"),
            ("<link/><guid>http://a/2</guid>", "http://a/2"),
            ("<link> </link><guid>http://a/2</guid>", "http://a/2"),
            ("<link>http://a/2<guid>http://a/3</guid>", "http://a/3"),
            ("<atom:link href='http://a/4'/>", "http://a/4"),
            ("<atom:link href='http://a/4' rel='self'/>", nil),
            ("<atom:link href='http://a/4'/><guid>http://a/2</guid>", "http://a/2"),
            ("<atom:link href='http://b/'/><link>http://a/3</link>", "http://a/3"),
            ("<link>http://a/3</link><atom:link href='http://b/'/>", "http://a/3"),
            ("<title>open<link>http://a/3</link>", "http://a/3"),
            (
                "<description>&lt;b&gt; & <![CDATA[<link>http://x/</link>]]></description><link>http://a/3</link>",
                "http://a/3"
            ),
            ("<media:content><link>http://x/</link></media:content>", nil),
            ("<enclosure url='http://x/'/>", nil),
        ] as [(String, String?)])
    func `an item of RSS leads to its link, or else to its guid`(item: String, expected: String?) {
        let result = reading(
            "<rss><channel><link>http://a/</link><item>\(item)</item><item><link>http://a/9</link></item></channel></rss>"
                .utf8)

        #expect(result.locations == [expected, "http://a/9"].compactMap { $0 })
        #expect(result.leftOut == (expected == nil ? 1 : 0))
        // Items need not lead anywhere.
        #expect(!result.hasMistakes)
    }

    @Test(
        arguments: [
            ("<link href='/2'/>", "/2"), ("<link rel='ALTERNATE' href='/2'/>", "/2"),
            ("<link rel='self' href='/1'/><link rel='alternate' href='/2'/>", "/2"),
            (
                "<link rel='alternate' type='application/json' href='/1'/><link type='text/html' href='/2'/>",
                "/2"
            ),
            ("<link rel='alternate' type='application/json' href='/1'/>", "/1"),
            ("<link href=/2 />", "/2"), ("<link href='/2' <title>x</title>", "/2"),
            ("<source><link href='http://x/'/></source><link href='/2'/>", "/2"),
            ("<link href='/?a&b=&quot;&amp;c'/>", "/?a&b=\"&c"), ("<id>http://a/2</id>", nil),
        ] as [(String, String?)])
    func `an entry of Atom leads to its alternate link`(entry: String, expected: String?) {
        let feed = "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/><entry>\(entry)</entry></feed>"

        #expect(reading(feed.utf8).locations == [expected].compactMap { $0 })
    }

    @Test func `what a location is relative to is said by xml:base, the outermost first`() {
        let text = """
            <feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b/x/"><link href="/"/>
            <entry xml:base="y/"><title xml:base="no/"/><link href="1" xml:base="z/"/></entry>
            <entry><link href="2"/></entry></feed>
            """

        #expect(
            reading(text.utf8).entries == [
                SitemapEntry(.page, location: "1", bases: ["http://b/x/", "y/", "z/"]),
                SitemapEntry(.page, location: "2", bases: ["http://b/x/"]),
            ])
    }

    @Test func `RSS 1.0 has dates of Dublin Core, and names of its own`() {
        let text = """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
              xmlns:dc="http://purl.org/dc/elements/1.1/"><image><link>http://x/</link><url>http://x/i</url></image>
            <item rdf:about="http://a/1"><title>x</title><dc:date>2026-11-23</dc:date></item></rdf:RDF>
            """

        #expect(
            reading(text.utf8).entries == [
                SitemapEntry(.page, location: "http://a/1", lastModified: 1_795_392_000_000)
            ])
    }

    @Test func `a prefix counts by what it stands for`() {
        let text = """
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"
              xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><image:loc>http://x/</image:loc>
            <s:loc>http://a/1</s:loc></url></urlset>
            """

        #expect(reading(text.utf8).locations == ["http://a/1"])
    }
}
