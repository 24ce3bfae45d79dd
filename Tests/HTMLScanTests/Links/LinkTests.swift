import CrawlCore
import HTMLScan
import Testing

/// The links that a page's markup gives.
@Suite struct LinkTests {
    private func scan(_ page: String, pieces: Int = .max, contentType: String = "text/html") -> PageScanner {
        let scanner = PageScanner(.links)
        _ = scanner.title(of: page, contentType: contentType, pieces: pieces)
        return scanner
    }

    @Test(arguments: [
        ("<a href=x>", "x"), ("<A HREF='x'>", "x"), ("<a href=\" x\n\">", "x"), ("<a href>", ""),
        ("<a href=''>", ""),
        ("<a href = x >", "x"), ("<a title='>' href=x>", "x"), ("<a href=x/>", "x/"),
        ("<a href=x href=y>", "x"),
        ("<a href='a&amp;b'>", "a&b"), ("<a href='?a=1&copy=2'>", "?a=1&copy=2"),
        ("<a href='?a&copy'>", "?a©"),
        ("<a href='?a&copy;=2'>", "?a©=2"), ("<a href='&#x2F;&#47;h'>", "//h"),
        ("<a href='&NotEqualTilde;'>", "≂̸"),
        ("<a href='ü'>", "ü"), ("<area href=x>", "x"), ("<a/href=x>", "x"), ("<a ='' href=x>", "x"),
        ("<a \"href=y href=x>", "x"), ("<a href='a\tb'>", "a\tb"), ("<noscript><a href=x></noscript>", "x"),
        ("<svg><desc><a href=x></svg>", "x"), ("<svg><p><a href=x>", "x"), ("<table><a href=x></table>", "x"),
        ("</body></html><a href=x>", "x"), ("<title><a href=y></title><a href=x>", "x"),
    ])
    func `a link is read as browsers read it`(markup: String, href: String) {
        for pieces in [1, .max] {
            #expect(scan(markup, pieces: pieces).links.map(\.href) == [href])
        }
    }

    @Test(arguments: [
        "<a>", "<a name=x>", "<abbr href=x>", "<link href=x>", "<!-- <a href=x> -->", "<a href=x",
        "<a href='x>",
        "<script><a href=x></script>", "<textarea><a href=x></textarea>", "<template><a href=x></template>",
        "<math><a href=x></math>", "<a xhref=x>", "</a href=x>", "<iframe><a href=x></iframe>",
        "<plaintext><a href=x>",
        "<frameset><a href=x>",
    ])
    func `what is no link of the page is not read`(markup: String) {
        let scanner = scan(markup)

        #expect(scanner.links.isEmpty)
        #expect(scanner.metadata.linkCount == 0)
    }

    @Test(
        arguments: [
            ("<frameset><frame src=x></frameset>", "x", .frame),
            (
                "<head></head><frameset cols=1,2><frameset><frame SRC='x'></frameset><noframes><a href=y></noframes>",
                "x", .frame
            ),
            ("<title>t</title><frameset><script><frame src=x></script>", "x", .frame),
            ("<iframe src=' x '></iframe>", "x", .iframe),
            ("<noscript><iframe src=x></iframe></noscript>", "x", .iframe),
            ("<iframe srcdoc='<p>' src=y></iframe><iframe src=x>", "x", .iframe),
            ("<meta http-equiv=refresh content='0;url=x'>", "x", .metaRefresh),
            ("<noscript><META CONTENT=\"1; URL='x'\" HTTP-EQUIV=Refresh></noscript>", "x", .metaRefresh),
            ("<body><p><meta http-equiv=refresh content=0;x>", "x", .metaRefresh),
            ("<meta http-equiv=refresh content='0;url=?a&amp;b'>", "?a&b", .metaRefresh),
            ("<svg><a href=x></svg>", "x", .svgAnchor),
            ("<svg><g><a xlink:href=y href=x /></svg>", "x", .svgAnchor),
            ("<svg><a xlink:href=x></a></svg>", "x", .xlinkAnchor),
            ("<svg><desc><a href=x></svg>", "x", .anchor),
            ("<link rel=next href=x>", "x", .link), ("<link rel='Prev' href=x>", "x", .link),
            ("<link rel='x canonical' href=x>", "x", .link),
            ("<body><link rel=alternate hreflang=de href=x>", "x", .link),
            ("<map><area href=x></map>", "x", .area),
        ] as [(String, String, PageLink.Origin)])
    func `a link tells what it stands in`(markup: String, href: String, origin: PageLink.Origin) {
        for pieces in [1, .max] {
            let links = scan(markup, pieces: pieces).links
            #expect(links.map(\.href) == [href])
            #expect(links.first?.origin == origin)
        }
    }

    @Test(arguments: [
        "<frame src=x>", "<body>x<frameset><frame src=x>", "<frameset><a href=x>", "<frameset><iframe src=x>",
        "<template><iframe src=x></template>", "<iframe>", "<meta http-equiv=refresh content=5>",
        "<meta name=refresh content='0;url=x'>", "<meta http-equiv=refresh>", "<link rel=stylesheet href=x>",
        "<link rel='alternate stylesheet' href=x>", "<link rel=next>", "<link href=x>",
        "<svg><link rel=next href=x>",
        "<svg><a></svg>", "<template><svg><a href=x></svg></template>", "<script><iframe src=x></script>",
    ])
    func `what leads nowhere is no link`(markup: String) {
        #expect(scan(markup).links.isEmpty)
    }

    @Test func `an element and an attribute name where a link stands`() {
        #expect(PageLink.Origin.metaRefresh.element == "meta")
        #expect(PageLink.Origin.xlinkAnchor.attribute == "xlink:href")
        #expect(PageLink.Origin.linkField.element == nil)
    }

    @Test func `links come in order, with their relations, before and after the title`() {
        let scanner = scan("<a href=1 rel='noopener NoFollow'><title>x</title><a href=2 rel=next><a href=3>")

        #expect(scanner.title == "x")
        #expect(scanner.links.map(\.href) == ["1", "2", "3"])
        #expect(scanner.links.map(\.rel) == ["noopener NoFollow", "next", ""])
        #expect(scanner.links.map(\.isNofollow) == [true, false, false])
    }

    @Test func `the first base that has an address counts`() {
        let scanner = scan("<base target=_top><a href=x><base href='b&amp;c'><base href=d>")

        #expect(scanner.baseHref == "b&c")
    }

    @Test func `links are in the page's encoding`() {
        let scanner = PageScanner(.links)
        let page = "<a href='é?é'><meta charset=latin1><a href='é?é'>".bytes(in: "CP1252")
        _ = scanner.title(of: page)

        #expect(scanner.links.map(\.href) == ["é?%E9", "é?%E9"])
    }

    @Test func `links beyond the most that are kept are counted`() {
        let scanner = scan(String(repeating: "<a href=x>", count: 50_001))

        #expect(scanner.links.count == 50_000)
        #expect(scanner.metadata.linkCount == 50_001)
    }

    @Test func `an address that is longer than any is none`() {
        let scanner = scan("<a href='\(String(repeating: "x", count: 2 << 20))'><a href=y>")

        #expect(scanner.links.map(\.href) == ["y"])
    }

    @Test func `long links do not fill the memory`() {
        let link = "<a href='\(String(repeating: "x", count: 8000))'>"
        let scanner = scan(String(repeating: link, count: 1000))

        #expect(scanner.links.count == (4 << 20) / 8000)
        #expect(scanner.metadata.linkCount == 1000)
    }

    @Test func `links are found below more open elements than are kept`() {
        let scanner = scan(String(repeating: "<p><b>", count: 200_000) + "<a href=x>")

        #expect(scanner.links.map(\.href) == ["x"])
    }

    @Test func `nothing of a page shows in the next`() {
        let scanner = PageScanner(.links)
        _ = scanner.title(of: "<html lang=en><base href=b><a href=x><link rel=canonical href=c>")
        _ = scanner.title(of: "<p>")

        #expect(scanner.links.isEmpty)
        #expect(scanner.baseHref == nil)
        #expect(scanner.metadata == PageScanner().metadata)
    }

    @Test(.enabled(if: RealPages.arePresent("links.jsonl"), "neither corpora nor documentation packages"))
    func `real pages have their links, resolved`() throws {
        let real = try RealPages("links.jsonl")
        let scanner = PageScanner(.links)
        print("pages with links: \(real.pages.count), not here: \(real.absent)")

        for page in real.pages {
            _ = scanner.title(of: page.bytes)
            let raw = page.row["raw_hrefs"] as? [String]
            let hrefs = scanner.links.filter { $0.origin == .anchor || $0.origin == .area }.map(\.href)
            #expect(hrefs == raw, "\(page.path)")

            var base = try WebURL(parsing: #require(page.row["url"] as? String))
            if let href = scanner.baseHref { base = try WebURL(parsing: href, base: base) }
            #expect(base.href == page.row["base_url"] as? String)
            var seen: Set<String> = []
            let resolved = hrefs.compactMap { try? WebURL(parsing: $0, base: base).href }
            #expect(
                resolved.filter { seen.insert($0).inserted } == page.row["hrefs"] as? [String], "\(page.path)"
            )
        }
    }
}
