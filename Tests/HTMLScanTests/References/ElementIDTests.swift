import HTMLScan
import Testing

/// The ids of a page, and what fragments find among them.
@Suite struct ElementIDTests {
    private func ids(_ page: String) throws -> ElementIDs {
        let scanner = PageScanner(.references)
        _ = scanner.title(of: page)
        return try #require(scanner.references).ids
    }

    @Test(arguments: [
        ("<p id=x>", "x"), ("<a name=x>", "x"), ("<svg><g id=x /></svg>", "x"), ("<p id=' x '>", " x "),
        ("<p id='a&amp;b'>", "a&b"), ("<html id=x>", "x"), ("<a id=x name=y>", "y"), ("<math><mi id=x>", "x"),
        ("<template id=x>", "x"), ("<p id=x id=y>", "x"), ("<p id=ü>", "ü"),
        ("<noscript><p id=x></noscript>", "x"),
    ])
    func `an element has its id`(markup: String, id: String) throws {
        #expect(try ids(markup).contains(ElementIDs.hash(id)))
    }

    @Test(arguments: [
        "<meta name=x>", "<input name=x>", "<template><p id=x></template>", "<!-- <p id=x> -->", "<p id=''>",
        "<p id=X>", "<script>'<p id=x>'</script>", "<p name=x>", "<svg><a name=x /></svg>", "<p xid=x>",
        "<iframe srcdoc='<p id=x>'></iframe>", "</p id=x>",
    ])
    func `what is no id of the page is none`(markup: String) throws {
        let ids = try ids(markup)
        #expect(!ids.contains(ElementIDs.hash("x")))
        #expect(!ids.contains(ElementIDs.hash("")))
    }

    @Test(arguments: [
        ("x", "x"), ("%E2%82%AC", "€"), ("€", "€"), ("100%", "100%"), ("100%25", "100%"), ("%25", "%"),
        ("%", "%"),
        ("%ff", "\u{FFFD}"), ("%ff", "%ff"), ("a%20b", "a b"), ("x:~:text=foo,-bar", "x"), ("%", "%"),
        ("a%00b", "a\u{0}b"), ("%zz", "%zz"), ("%4", "%4"),
    ])
    func `a fragment is looked for as written, then decoded`(fragment: String, id: String) {
        let ids = ElementIDs(hashes: [ElementIDs.hash(id), ElementIDs.hash("other")])
        #expect(FragmentProbe(fragment).answer(in: ids) == .found)
    }

    @Test(arguments: ["", "top", "TOP", "%54op", ":~:", ":~:text=x", ":~:text=a,b,c"])
    func `every page has a top`(fragment: String) {
        #expect(FragmentProbe(fragment).answer(in: ElementIDs(hashes: [1])) == .found)
    }

    @Test func `a fragment that is not there is missing, unless it cannot be known`() {
        let ids = ElementIDs(hashes: [ElementIDs.hash("Id")])
        #expect(FragmentProbe("id").answer(in: ids) == .missing)
        #expect(FragmentProbe("/submission/1").answer(in: ids) == .leftToScript)
        #expect(FragmentProbe("!x").answer(in: ids) == .leftToScript)
        #expect(FragmentProbe("id").answer(in: ElementIDs()) == .leftToScript)
        #expect(FragmentProbe("id").answer(in: ElementIDs(hashes: [1], isCutShort: true)) == .cutShort)
        #expect(FragmentProbe("x").mayBeOfScript == false)
        #expect(FragmentProbe("%E2%82%AC").hashes == [ElementIDs.hash("%E2%82%AC"), ElementIDs.hash("€")])
    }

    @Test func `hashes are in order, and each is there once`() {
        let ids = ElementIDs(hashes: [5, 1, 5, 3, 1])
        #expect(ids.hashes == [1, 3, 5])
        #expect(ids.contains(1) && ids.contains(3) && ids.contains(5))
        #expect(!ids.contains(0) && !ids.contains(4) && !ids.contains(6))
    }

    @Test func `a very long fragment is read once`() {
        let long = String(repeating: "%41,", count: 300_000)
        #expect(FragmentProbe(":~:text=" + long).hashes.isEmpty)
        #expect(FragmentProbe(long).hashes.count == 2)
    }
}
