import HTMLScan
import Testing

/// The ids of a page.
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

    @Test func `hashes are in order, and each is there once`() {
        let ids = ElementIDs(hashes: [5, 1, 5, 3, 1])
        #expect(ids.hashes == [1, 3, 5])
        #expect(ids.contains(1) && ids.contains(3) && ids.contains(5))
        #expect(!ids.contains(0) && !ids.contains(4) && !ids.contains(6))
    }
}
