import HTMLScan
import Testing

/// What a page says of itself.
@Suite struct MetadataTests {
    private func metadata(_ page: String, contentType: String = "text/html") -> PageMetadata {
        let scanner = PageScanner(.metadata, productToken: "Trawl")
        _ = scanner.title(of: page, contentType: contentType)
        return scanner.metadata
    }

    @Test(arguments: [
        ("<link rel=canonical href=/x>", "/x"), ("<link href=' x&amp;y ' rel='ALTERNATE Canonical'>", "x&y"),
        ("<link rel=canonical><link rel=canonical href=x><link rel=canonical href=y>", "x"),
        ("<link rel=canonical href=''><link rel=canonical href=x>", "x"),
        ("<title>t</title><link rel=canonical href=x>", "x"),
        ("<link rel=canonicals href=x>", nil), ("<svg><link rel=canonical href=x></svg>", nil),
        ("<template><link rel=canonical href=x></template>", nil), ("<a rel=canonical href=x>", nil),
    ])
    func `the canonical address is that of the first link that has one`(markup: String, canonical: String?) {
        #expect(metadata(markup).canonical == canonical)
    }

    @Test(arguments: [
        ("<html lang=en-GB>", "text/html", "en-GB"), ("<html lang=' de '>", "text/html", "de"),
        ("<p><html lang=fr>", "text/html", "fr"), ("<html><html lang=fr>", "text/html", "fr"),
        ("<html lang=en><html lang=fr>", "text/html", "en"), ("<html lang=''>", "text/html", nil),
        ("<html xml:lang=en>", "text/html", nil),
        ("<html xml:lang=en lang=de>", "application/xhtml+xml", "en"),
        ("<html lang=de>", "application/xhtml+xml", "de"), ("<body lang=en>", "text/html", nil),
    ])
    func `the language is that of the root`(markup: String, contentType: String, language: String?) {
        #expect(metadata(markup, contentType: contentType).language == language)
    }

    @Test(arguments: [
        ("<meta name=description content=x>", "x"), ("<META CONTENT='a &lt; b' NAME=Description>", "a < b"),
        ("<meta name=description content='\n a\t b\u{0} '>", "a b\u{FFFD}"),
        ("<meta name=description content=x><meta name=description content=y>", "x"),
        ("<meta name=description content=''>", nil), ("<meta property=description content=x>", nil),
        ("<meta name=og:description content=x>", nil), ("<meta name=description>", nil),
    ])
    func `the description is the first`(markup: String, description: String?) {
        #expect(metadata(markup).description == description)
    }

    @Test func `a description is cut after 4,096 characters`() {
        let text = String(repeating: "é", count: 6000)

        #expect(
            metadata("<meta charset=utf-8><meta name=description content='\(text)'>").description?.count
                == 4096)
    }

    @Test func `rules for robots are joined, and those for this one are told apart`() {
        let found = metadata(
            "<meta name=robots content=noindex><meta name=TRAWL content=' none '><meta name=ROBOTS content=noarchive>"
                + "<meta name=otherbot content=nofollow>")

        #expect(found.robots == "noindex, noarchive")
        #expect(found.agentRobots == "none")
    }

    @Test func `links are counted and not kept`() {
        let scanner = PageScanner(.metadata)
        _ = scanner.title(of: "<a href=x><a name=y><area href=z>")

        #expect(scanner.metadata.linkCount == 2)
        #expect(scanner.links.isEmpty)
    }

    @Test func `what is not asked for is not looked for`() {
        let scanner = PageScanner()
        _ = scanner.title(of: "<html lang=en><a href=x><title>t</title>")

        #expect(scanner.metadata == PageScanner().metadata)
        #expect(scanner.links.isEmpty)
    }

    @Test(arguments: [
        ("<title/><p>", ""), ("<script src='x'/><title>t</title>", "t"), ("<style/><title>t</title>", "t"),
    ])
    func `an element of XHTML may be empty`(markup: String, title: String) {
        #expect(PageScanner().title(of: "<html>\(markup)", contentType: "application/xhtml+xml") == title)
    }
}
