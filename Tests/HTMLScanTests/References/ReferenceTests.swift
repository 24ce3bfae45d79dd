import CrawlCore
import HTMLScan
import Testing

/// What a page refers to, by its markup.
@Suite struct ReferenceTests {
    private func scan(
        _ page: String, pieces: Int = .max, contentType: String = "text/html",
        options: PageScanner.Options = .references
    ) throws -> PageReferences {
        let scanner = PageScanner(options)
        _ = scanner.title(of: page, contentType: contentType, pieces: pieces)
        return try #require(scanner.references)
    }

    /// The references as words: kind, element, attribute, URL.
    private func words(of page: String, contentType: String = "text/html") throws -> [String] {
        let whole = try scan(page, contentType: contentType)
        let pieces = try scan(page, pieces: 1, contentType: contentType)
        #expect(whole == pieces, "pieces make a difference")
        return whole.references.map(\.reference).map { "\($0.kind) \($0.element) \($0.attribute) \($0.url)" }
    }

    @Test(arguments: [
        ("<a href=x>", "hyperlink a href x"), ("<area href=x alt=t>", "hyperlink area href x"),
        ("<img src=x>", "asset img src x"), ("<image src=x>", "asset image src x"),
        ("<script src=x></script>", "asset script src x"), ("<iframe src=x></iframe>", "asset iframe src x"),
        ("<frameset><frame src=x></frameset>", "asset frame src x"),
        ("<video src=x></video>", "asset video src x"), ("<video poster=x></video>", "asset video poster x"),
        ("<audio src=x></audio>", "asset audio src x"), ("<source src=x>", "asset source src x"),
        ("<track src=x>", "asset track src x"), ("<embed src=x>", "asset embed src x"),
        ("<input type=IMAGE src=x>", "asset input src x"), ("<bgsound src=x>", "asset bgsound src x"),
        ("<object data=x></object>", "asset object data x"),
        ("<img srcset='x 2x'>", "asset img srcset x"), ("<source srcset=x>", "asset source srcset x"),
        ("<link rel=preload as=image imagesrcset='x 1x'>", "asset link imagesrcset x"),
        ("<form action=x>", "form form action x"), ("<button formaction=x>", "form button formaction x"),
        ("<input formaction=x>", "form input formaction x"),
        ("<blockquote cite=x>", "hyperlink blockquote cite x"), ("<q cite=x>", "hyperlink q cite x"),
        ("<ins cite=x>", "hyperlink ins cite x"), ("<del cite=x>", "hyperlink del cite x"),
        ("<html manifest=x>", "asset html manifest x"), ("<body background=x>", "asset body background x"),
        ("<table><td background=x>", "asset td background x"),
        ("<img longdesc=x>", "hyperlink img longdesc x"), ("<menuitem icon=x>", "asset menuitem icon x"),
        ("<img lowsrc=x>", "asset img lowsrc x"), ("<object codebase=x>", "identifier object codebase x"),
        ("<object classid=clsid:1>", "identifier object classid clsid:1"),
        ("<object archive=x>", "asset object archive x"), ("<applet archive=x>", "asset applet archive x"),
        ("<head profile=x>", "identifier head profile x"),
        ("<p itemscope itemid=x>", "identifier p itemid x"),
        ("<a ping=x>", "ping a ping x"),
        ("<meta http-equiv=Refresh content='0,url=x'>", "hyperlink meta content x"),
        ("<noscript><meta http-equiv=refresh content='0;url=x'></noscript>", "hyperlink meta content x"),
        ("<svg><a href=x></a></svg>", "hyperlink a href x"),
        ("<svg><a xlink:href=x>t</a></svg>", "hyperlink a xlink:href x"),
        ("<svg><use xlink:href=y href=x /></svg>", "asset use href x"),
        ("<svg><linearGradient xlink:href='#x'/></svg>", "asset lineargradient xlink:href #x"),
        ("<svg><image href=x></svg>", "asset image href x"),
        ("<svg><script href=x></script></svg>", "asset script href x"),
        ("<style>p { background: url(x) }</style>", "asset style url() x"),
        ("<style>@import 'x';</style>", "asset style @import x"),
        ("<style type='text/css'>p { background: url(x", "asset style url() x"),
        ("<svg><style>p { fill: url(x?a&amp;b) }</style></svg>", "asset style url() x?a&b"),
        ("<svg><style><![CDATA[p { fill: url(x?a&amp;b) }]]></style></svg>", "asset style url() x?a&amp;b"),
        ("<p style='background: url(&quot;x&quot;)'>", "asset p style x"),
        ("<svg><rect style='fill: url(x)'/></svg>", "asset rect style x"),
        (
            "<my-very-long-custom-element style='background: url(x)'>",
            "asset my-very-long-custom-element style x"
        ),
        ("<pre><code></code></pre><a href=x>", "hyperlink a href x"),
        ("<noscript><img src=x></noscript>", "asset img src x"),
        ("<iframe srcdoc=\"<a href='x'>t</a>\"></iframe>", "hyperlink a href x"),
        ("<iframe srcdoc='<iframe srcdoc=&quot;<img src=x>&quot;>'></iframe>", "asset img src x"),
        ("<a href=' a b.html\n'>", "hyperlink a href a b.html"), ("<a href=>", "hyperlink a href "),
        ("<a href>", "hyperlink a href "), ("<form action=''>", "form form action "),
    ])
    func `every attribute that holds a URL is read`(markup: String, expected: String) throws {
        #expect(try words(of: markup) == [expected])
    }

    @Test(arguments: [
        "<!-- <a href=x> <img src=x> -->", "<template><a href=x><img src=x></template>",
        "<script>'<a href=x>'; '<img src=x>'</script>", "<textarea><a href=x></textarea>", "<a>",
        "<p href=x>",
        "<img usemap=#m>", "<p itemscope itemtype=x>", "<base href=x>", "<html xmlns=x>", "<img src=''>",
        "<link rel=stylesheet href=''>", "<script src></script>", "<input src=x>", "<a data-href=x>",
        "<meta http-equiv=refresh content=5>", "<meta property=og:image content=x>", "<img srcset=',,,'>",
        "<style type=text/less>@import 'x';</style>", "<template><style>@import 'x';</style></template>",
        "<p style='color: red'>", "<math><a href=x></a></math>", "<title><a href=x></title>",
        "<p style='background: url(#x)'>", "<iframe><a href=x></iframe>", "<a href=x", "<ping ping=x>",
    ])
    func `what refers to nothing is not read`(markup: String) throws {
        #expect(try words(of: markup).isEmpty)
    }

    @Test(arguments: [
        ("stylesheet", "asset"), ("Shortcut ICON", "asset"), ("preload", "asset"), ("manifest", "asset"),
        ("apple-touch-icon", "asset"), ("canonical", "hyperlink"), ("next", "hyperlink"), ("", "hyperlink"),
        ("alternate stylesheet", "asset"), ("Preconnect", "hint"), ("icon preconnect", "hint"),
        ("DNS-prefetch", "hint"), ("pingback", "ping"), ("profile", "identifier"), ("search", "hyperlink"),
    ])
    func `what a link element is for stands in its rel`(rel: String, kind: String) throws {
        #expect(try words(of: "<link rel='\(rel)' href=//h/x>") == ["\(kind) link href //h/x"])
    }

    @Test func `lists hold several URLs, each by its own grammar`() throws {
        #expect(try words(of: "<a ping=' x\ny '>") == ["ping a ping x", "ping a ping y"])
        #expect(
            try words(of: "<applet archive='x, y'>") == ["asset applet archive x", "asset applet archive y"])
        #expect(
            try words(of: "<img srcset='a?q=85,0 1x, b 2w 3w, c 2x,'>") == [
                "asset img srcset a?q=85,0", "asset img srcset c",
            ])
        #expect(
            try words(of: "<img src=a srcset='data:image/png;base64,AAAA, b'>") == [
                "asset img src a", "asset img srcset data:image/png;base64,AAAA", "asset img srcset b",
            ])
    }

    @Test func `the images for previews are read on request`() throws {
        let page =
            "<meta property='og:image' content=x><meta name=twitter:image content=y><meta property=og:url content=z>"
        let found = try scan(page, options: [.references, .socialImages])
        #expect(found.references.map(\.reference.url) == ["x", "y"])
    }

    @Test(arguments: [
        ("<a href=x> a \n b </a>", "a b"), ("<a href=x>a<b>b</b></a>c", "ab"),
        ("<a href=x><h3>a</h3><p>b</p></a>", "a b"), ("<a href=x>a<br>b", "a b"),
        ("<a href=x><img alt='a &amp; b' src=i></a>", "a & b"), ("<a href=x>1 < 2 &lt; 3</a>", "1 < 2 < 3"),
        ("<a href=x>a<script>b</script>c</a>", "ac"), ("<a href=x>a<template>b</template>c</a>", "ac"),
        ("<a href=x>a<!-- b -->c</a>", "ac"), ("<a href=x>a<a>b", "a"),
        ("<table><td><a href=x>a<td>b</table>", "a"), ("<table><td><a href=x>a</td></tr></table>b", "a"),
        ("<a href=x><table><td>a<td>b</table>c</a>", "a b c"), ("<area href=x alt=' a  b '>", "a b"),
        ("<img src=x alt=a>", "a"), ("<link rel=alternate hreflang=' de ' href=x>", "de"),
        ("<a href=x>=HYPERLINK(1)</a>", "=HYPERLINK(1)"),
        ("<a href=x>&#x1b;[31ma&#7;</a>", "[31ma"),
    ])
    func `a link has its text`(markup: String, text: String) throws {
        for pieces in [1, .max] {
            let found = try scan(markup, pieces: pieces).references.map(\.reference)
            #expect(found.first { $0.url == "x" }?.text == text)
        }
    }

    @Test func `a text is cut at 200 characters`() throws {
        let found = try scan("<a href=x>\(String(repeating: "é", count: 5000))</a><a href=y>t")
        #expect(found.references.map(\.reference.text) == [String(repeating: "é", count: 200), "t"])
        #expect(!found.isCutShort)
    }

    @Test func `a reference has its rel and its line`() throws {
        let page = """
            <!doctype html>
            <!-- two
            lines --><a
              href=1 rel="NoFollow  noopener">a
            </a><style>
            p {
              background: url(2) }
            </style><img src=3><p style="a: url(4)">
            <iframe srcdoc="
            <img src=5>"></iframe>
            """
        for pieces in [1, 7, .max] {
            let found = try scan(page, pieces: pieces).references
            #expect(found.map(\.reference.url) == ["1", "2", "3", "4", "5"])
            #expect(found.map(\.line) == [3, 7, 8, 8, 9])
            #expect(found.first?.reference.rel == "nofollow noopener")
        }
    }

    @Test func `the same reference is there once, with its number`() throws {
        let found = try scan(
            "<a href=x>t</a><a href=x>t</a>\n<a href=x>u</a><a href=x rel=next>t</a><a href=x> t")
        #expect(found.references.map(\.count) == [3, 1, 1])
        #expect(found.references.map(\.line) == [1, 2, 2])
    }

    @Test func `texts that look alike are told apart`() throws {
        #expect(try scan("<a href='\u{E9}'></a><a href='e\u{301}'></a>").references.count == 2)
    }

    @Test func `a page in another encoding is read as text, with its queries encoded`() throws {
        let scanner = PageScanner(.references)
        let page = "<meta charset=shift_jis><a href='表?表'>ソ</a><style>a { b: url('表.png') }</style><p id=表>"
        _ = scanner.title(of: page.bytes(in: "SHIFT_JIS"))
        let found = try #require(scanner.references)
        #expect(found.references.map(\.reference.url) == ["表?%95\\", "表.png"])
        #expect(found.references.map(\.reference.text) == ["ソ", ""])
        #expect(found.ids.contains(ElementIDs.hash("表")))
    }

    @Test func `XHTML is read by its own rules`() throws {
        let page = """
            <html xmlns="http://www.w3.org/1999/xhtml" xmlns:s="http://www.w3.org/2000/svg"><style><![CDATA[a { b: url(1) }
            ]]></style><style>a { b: url("2?a&amp;b") }</style><a href="3"/>t<p id="p"><s:use href="4"/></p><x:img xmlns:x="y"
            src="5"/><a href="6"><![CDATA[<&amp;]]> t</a></html>
            """
        let found = try scan(page, contentType: "application/xhtml+xml")
        #expect(found.references.map(\.reference.url) == ["1", "2?a&b", "3", "4", "6"])
        #expect(found.references.map(\.reference.element) == ["style", "style", "a", "use", "a"])
        #expect(found.references.map(\.reference.text) == ["", "", "", "", "<&amp; t"])
        #expect(found.ids.contains(ElementIDs.hash("p")))
        #expect(try words(of: page, contentType: "application/xhtml+xml").count == 5)
    }

    @Test
    func `the base of a page holds for links before it, that of a document in an attribute for its own`()
        throws
    {
        let scanner = PageScanner(.references)
        _ = scanner.title(
            of:
                "<a href=1></a><iframe srcdoc='<base href=/c/><a href=2>'></iframe><base href=/b/><base href=/d/>"
        )
        let found = try #require(scanner.references).references
        #expect(scanner.baseHref == "/b/")
        #expect(found.map(\.reference.url) == ["1", "2"])
        #expect(found.map(\.reference.base) == [nil, "/c/"])
    }

    @Test func `nothing of a page shows in the next, and nothing is read unasked`() throws {
        let scanner = PageScanner(.references)
        _ = scanner.title(of: "<a href=x id=i>t<style>@import 'y")
        _ = scanner.title(of: "<p>\n<a href=z>")
        let found = try #require(scanner.references)
        #expect(found.references.map(\.reference.url) == ["z"])
        #expect(found.references.map(\.line) == [2])
        #expect(found.ids.hashes.isEmpty)
        #expect(PageScanner(.links).references == nil)
    }

    @Test func `title, links and metadata are the same with references as without`() throws {
        let page =
            "<title>t &amp; u</title><svg><title>no</title><![CDATA[x]]></svg><a href=x>1 < 2</a><!-- c --><table><a href=y>"
        let plain = PageScanner(.links)
        let both = PageScanner([.links, .references, .tree, .text])
        for pieces in [1, .max] {
            #expect(plain.title(of: page, pieces: pieces) == both.title(of: page, pieces: pieces))
            #expect(plain.links == both.links)
            #expect(plain.metadata == both.metadata)
        }
    }

    @Test(.enabled(if: RealPages.arePresent("links.jsonl"), "neither corpora nor documentation packages"))
    func `real pages have their links`() throws {
        let scanner = PageScanner(.references)
        for page in try RealPages("links.jsonl").pages {
            _ = scanner.title(of: page.bytes)
            let found = try #require(scanner.references)
            let links = found.references.filter {
                $0.reference.attribute == "href" && ["a", "area"].contains($0.reference.element)
            }
            let expected = try #require(page.row["raw_hrefs"] as? [String])
            #expect(Set(links.map(\.reference.url)) == Set(expected), "\(page.path)")
            #expect(links.reduce(0) { $0 + $1.count } == expected.count, "\(page.path)")
        }
    }
}
