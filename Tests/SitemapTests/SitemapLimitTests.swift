import Sitemap
import Testing

/// What sitemaps may not do, and what becomes of those that try.
@Suite struct SitemapLimitTests {
    @Test func `entries beyond the limit are left`() {
        var limits = SitemapReader.Limits()
        limits.entries = 3
        let text = "<urlset>" + (1...5).map { "<url><loc>http://a/\($0)</loc></url>" }.joined() + "</urlset>"

        let (entries, failure) = read(text, limits: limits)

        #expect(entries.count == 3)
        #expect(failure == .tooManyEntries(limit: 3))
        #expect(read(text).failure == nil)
    }

    @Test func `bytes beyond the limit are left, decompressed ones`() {
        var limits = SitemapReader.Limits()
        limits.bytes = 1000
        let text = "http://a/1\n" + String(repeating: "http://a/2\n", count: 1000)

        for bytes in [Array(text.utf8), gzip(text)] {
            let (entries, failure) = read(bytes, limits: limits)
            #expect(entries.count == 90)
            #expect(failure == .tooLarge(limit: 1000))
        }
    }

    @Test func `fifty thousand entries are read`() {
        let entry =
            "<url><loc>http://example.org/some/page/of/the/site.html</loc><priority>0.5</priority></url>"
        let text = "<urlset>" + String(repeating: entry, count: 50_000) + "</urlset>"

        let (entries, failure) = read(gzip(text), slices: 16 << 10)

        #expect(entries.count == 50_000)
        #expect(failure == nil)
    }

    @Test(arguments: [
        "<!DOCTYPE urlset [<!ENTITY a \"]><url>\"><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;\"'><!-- don't -->]>",
        "<!DOCTYPE urlset [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE urlset [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/x.dtd\"> %p;]>",
        "<!DOCTYPE urlset [<!ATTLIST loc a CDATA \"x\"> <?x ]> ?>]>",
    ])
    func `what a document declares is passed over, and an entry that refers to it left out`(
        declaration: String
    ) {
        let start = "<?xml version='1.0'?>\(declaration)<urlset><url>"
        let result = reading(
            (start + "<loc>http://a/&a;&b;</loc></url><url><loc>http://a/2?x&y</loc></url></urlset>").utf8)

        #expect(result.locations == ["http://a/2?x&y"])
        #expect(result.flaw == SitemapFlaw(reason: .entity, offset: start.utf8.count))
        #expect(result.failure == nil)
    }

    @Test func `a declaration that is not closed ends at the first tag`() {
        #expect(
            reading(
                "<!DOCTYPE urlset [<!ENTITY a 'x'> <urlset><url><loc>http://a/1</loc></url></urlset>".utf8
            )
            .locations == ["http://a/1"])
    }

    @Test func `a tag of many attributes is read as far as its limit`() {
        let attributes = (0..<5000).map { " a\($0)=''" }.joined()
        let text =
            "<urlset><url\(attributes)><loc>http://a/1</loc></url><url><loc>http://a/2</loc></url></urlset>"

        #expect(reading(text.utf8, slices: 1460).locations == ["http://a/1", "http://a/2"])
    }

    @Test(arguments: ["<!--", "<url a='", "<![CDATA[", "<?x ", "<url ", "&", "<!DOCTYPE x [", "</", "]]>"])
    func `text without an end takes no room and no time`(start: String) {
        let bytes =
            Array("<urlset><url><loc>\(start)".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)

        let result = reading(bytes, slices: 1460)

        #expect(result.entries.isEmpty)
        #expect(result.failure == .cutOff(length: bytes.count))
        #expect(result.leftOut == 1)
    }

    @Test(arguments: [
        "<a>", "<a/>", "</a>", "<url>", "<url><loc>", "&", "<", "]]>", "&#0;", "<!>", "<!-- ", "<!--<url>",
        "<![CDATA[", "<url><loc><![CDATA[", "<!DOCTYPE a [", "<loc><!--x<-->", "<a xml:base='b'>", "<?", "</",
        "<a b='",
    ])
    func `markup over and over takes no room and no time`(piece: String) {
        let text = "<urlset>" + String(repeating: piece, count: 50_000 / piece.utf8.count)

        #expect(read(text, slices: 1460).failure != nil)
    }

    @Test func `broken compression is named, and what came before it kept`() {
        var bytes = gzip((1...2000).map { "http://a/\($0)" }.joined(separator: "\n"))
        bytes.removeLast(bytes.count / 2)

        let (entries, failure) = read(bytes)

        #expect(entries.count > 100)
        guard case .malformed = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
