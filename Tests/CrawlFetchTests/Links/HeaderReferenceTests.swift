import CrawlCore
import CrawlFetch
import HTMLScan
import Testing

/// What a response refers to in its header.
@Suite struct HeaderReferenceTests {
    private func read(_ link: String..., refresh: [String] = []) throws -> [String] {
        let page = try WebURL(parsing: "http://h/d/p#f")
        return HeaderReferences.read(link: link, refresh: refresh, page: page).map {
            "\($0.kind) \($0.attribute) \($0.rel) \($0.url)"
        }
    }

    @Test func `links are relative to the response, and what they are for stands in their rel`() throws {
        #expect(try read("<x>; rel=\"Next  foo\"") == ["hyperlink Link next foo http://h/d/x"])
        #expect(
            try read("<x.css>; rel=preload; as=style, </y>; rel=stylesheet", "<//f>; rel=Preconnect") == [
                "asset Link preload http://h/d/x.css", "asset Link stylesheet http://h/y",
                "hint Link preconnect http://f/",
            ])
        #expect(try read("<x>; title=\"a, <b>; c\"; rel=up") == ["hyperlink Link up http://h/d/x"])
        #expect(try read("<http://[>; rel=up") == ["hyperlink Link up http://["])
    }

    @Test func `a link of another page is none of this one`() throws {
        #expect(try read("<x>; rel=next; anchor=\"/other\"").isEmpty)
        #expect(try read("<x>; rel=next; anchor=\"#g\"") == ["hyperlink Link next http://h/d/x"])
        #expect(try read("<x>; anchor=p; rel=next") == ["hyperlink Link next http://h/d/x"])
    }

    @Test func `the first refresh counts`() throws {
        #expect(try read(refresh: ["0,url=x", "0;url=y"]) == ["hyperlink Refresh  http://h/d/x"])
        #expect(try read(refresh: ["0;url=javascript:x"]) == ["hyperlink Refresh  javascript:x"])
        #expect(try read(refresh: ["5"]).isEmpty)
    }

    @Test func `a header of very many links is bounded`() throws {
        let many = (0..<10_000).map { "<\($0)>; rel=next" }.joined(separator: ", ")
        #expect(try read(many, many).count == LinkField.limit)
        #expect(try read("<x>; rel=\"" + String(repeating: "a ", count: 500_000)).count == 1)
    }
}
