import Sitemap
import Testing

/// What is wrong with one entry costs at most that entry.
@Suite struct SitemapDamageTests {
    /// An entry before, some text, and an entry after.
    private func around(_ text: String) -> String {
        "<urlset><url><loc>http://a/1</loc></url>\(text)<url><loc>http://a/9</loc></url></urlset>"
    }

    @Test(
        arguments: [
            ("<url><loc>http://a/?x=1&y=2</loc></url>", ["http://a/?x=1&y=2"]),
            ("<url><loc>http://a/?x=1&copy=2&amp;lt=3</loc></url>", ["http://a/?x=1&copy=2&lt=3"]),
            ("<url><loc>http://a/&eacute;&#233;&#xE9;</loc></url>", ["http://a/ééé"]),
            ("<url><loc>http://a/?a&foo;b</loc></url>", ["http://a/?a&foo;b"]),
            ("<url><loc>http://a/2</loc><t>caf&eacute; &nbsp; A & B</t></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><t>\u{1}\u{2}\u{0}</t></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><t>1 < 2, a <b and <3</t></url>", ["http://a/2"]),
            ("<url><t>a <b</t><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><loc>http://a/3</loc></url>", ["http://a/2", "http://a/3"]),
            ("<url><loc>http://a/2</loc>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc></urll>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc></loc></b></url></url>", ["http://a/2"]),
            ("<url <loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<url a='><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<url a=\"<\"><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc></url", ["http://a/2"]),
            ("<url><loc>http://a/2</loc", ["http://a/2"]),
            ("<URL><Loc>http://a/2</LOC></Url>", ["http://a/2"]),
            ("<url><loc><url><![CDATA[http://a/2?x&y]]></url></loc></url>", ["http://a/2?x&y"]),
            ("<url><loc>http://a/x<![CDATA[?x&y]]></loc></url>", ["http://a/x?x&y"]),
            ("<url><loc><![CDATA[http://a/2]]</loc></url>", ["http://a/2]]"]),
            ("<url><loc>http://a/2]]></loc></url>", ["http://a/2"]),
            ("<url><loc><![CDATA[http://a/2</loc></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><!-- what </url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><!-- a -- b - > --></url>", ["http://a/2"]),
            ("<!-- <url><loc>http://a/2</loc></url> -->", []),
            ("<!-- <url><loc><![CDATA[http://a/2]]></loc></url><url><loc><![CDATA[x]]></loc></url> -->", []),
            (
                "<url><t><![CDATA[<url><loc>http://a/x</loc></url>]]></t><loc>http://a/2</loc></url>",
                ["http://a/2"]
            ),
            ("<!--><url><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<?php <url><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<image:image><image:loc>http://a/i</image:loc></image:image>", []),
            ("<url><i:i><loc>http://a/i</loc></i:i><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<url><loc>http://a/2</loc><i:i><i:loc>http://a/i</i:loc></url>", ["http://a/2"]),
            ("<url><i:i><i:loc>http://a/i</i:loc><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("</urlset><url><loc>http://a/2</loc></url>", ["http://a/2"]),
            ("<sitemap><loc>http://a/2</loc></sitemap>", ["http://a/2"]),
        ] as [(String, [String])])
    func `what has a whole location is taken`(text: String, expected: [String]) {
        let result = reading(around(text).utf8)

        #expect(result.locations == ["http://a/1"] + expected + ["http://a/9"])
        #expect(result.failure == nil)
        #expect(result.leftOut == 0)
        for size in [1, 2, 3, 7, 64] { #expect(reading(around(text).utf8, slices: size) == result) }
    }

    @Test(
        arguments: [
            ("<url><loc>http://a/2</url>", .openLocation, "<loc>http://a/2"),
            ("<url><loc>http://a/2<lastmod>2026</lastmod></url>", .openLocation, "<loc>http://a/2<"),
            ("<url><loc>http://a/2", .openLocation, "<loc>http://a/2"),
            ("<url><loc>http://a/<b>2</b></loc></url>", .openLocation, "<loc>http://a/<"),
            ("<url><loc>http://a/2</lco></url>", .openLocation, "<loc>http://a/2<"),
            ("<url><lastmod>2026</lastmod></url>", .noLocation, "<url><lastmod"),
            ("<url><loc> </loc></url>", .noLocation, "<url><loc> <"),
            ("<url/>", .noLocation, "<url/>"),
            ("<url><i:i><i:loc>http://a/i</i:loc></i:i></url>", .noLocation, "<url><i:i"),
            (
                "<url><loc>http://a/" + String(repeating: "x", count: 9000) + "</loc></url>", .longLocation,
                "<loc>http://a/xx"
            ),
        ] as [(String, SitemapFlaw.Reason, String)])
    func `what has none is left out, and said where`(text: String, reason: SitemapFlaw.Reason, place: String)
        throws
    {
        let text = around(text)
        let result = reading(text.utf8)

        #expect(result.locations == ["http://a/1", "http://a/9"])
        #expect(result.leftOut == 1)
        #expect(result.hasMistakes)
        #expect(result.failure == nil)
        let offset = try #require(text.range(of: place)).lowerBound.utf16Offset(in: text)
        #expect(result.flaw == SitemapFlaw(reason: reason, offset: offset))
        for size in [1, 3, 64] { #expect(reading(text.utf8, slices: size) == result) }
    }

    @Test func `an entry that is not closed within one that is not costs neither`() {
        let text =
            "<urlset><url><loc>http://a/1</loc><url><loc>http://a/2</loc><url><loc>http://a/3</loc></urlset>"

        #expect(reading(text.utf8).locations == ["http://a/1", "http://a/2", "http://a/3"])
    }

    @Test func `a comment or CDATA that is not closed hides no other entry`() {
        for opening in ["<!-- ", "<![CDATA["] {
            let text =
                "<urlset>" + (1...3).map { "<url><loc>http://a/\($0)</loc>\(opening)</url>" }.joined()
                + "</urlset>"

            let result = reading(text.utf8, slices: 5)
            #expect(result.locations == ["http://a/1", "http://a/2", "http://a/3"])
            #expect(result == reading(text.utf8))
            #expect(result.failure == nil)
        }
    }

    @Test func `a sitemap that is cut has what came before, and a last entry whose location is whole`() {
        let result = reading("<urlset><url><loc>http://a/1</loc></url><url><loc>http://a/2</loc><last".utf8)

        #expect(result.locations == ["http://a/1", "http://a/2"])
        #expect(result.failure == .cutOff(length: 71))
        #expect(result.leftOut == 0)
        #expect(reading("<urlset><url><loc>http://a/1</loc></url><url><loc>http://a/2".utf8).leftOut == 1)
    }

    @Test func `bytes of a location that are no UTF-8 are kept, others do not matter`() {
        let bytes =
            Array("<urlset><url><t>caf".utf8) + [0xE9, 0xFF] + Array("</t><loc>http://a/caf".utf8) + [0xE9]
            + Array("/é\u{10FFFF}</loc></url></urlset>".utf8)

        #expect(reading(bytes).locations == ["http://a/caf%E9/é\u{10FFFF}"])
    }

    @Test func `lines of a list that are no URL are counted`() {
        let text = "http://a/1\r\n# one\r\nnot one\r\nhttp://a/2\nnor this\n"

        let result = reading(text.utf8)
        #expect(result.locations == ["http://a/1", "http://a/2"])
        #expect(result.leftOut == 2)
        #expect(result.flaw == SitemapFlaw(reason: .notURL, offset: 19))
        #expect(reading(text.utf8, slices: 1) == result)
    }

    @Test func `elements over and over hide no entry`() {
        let entry = "<url><loc>http://a/1</loc></url>"
        #expect(reading(("<urlset>" + String(repeating: entry, count: 50_001)).utf8).failure != nil)
        for element in ["<a>", "<url><i:i>", "<url><loc><b>", "<!--<url>", "<a xml:base='x'>"] {
            let text =
                "<urlset>" + String(repeating: element, count: 20_000)
                + "</url><url><loc>http://a/2</loc></url></urlset>"
            #expect(reading(text.utf8, slices: 16_384).locations == ["http://a/2"], "\(element)")
        }
    }
}

extension String {
    /// Where a text stands first.
    fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
