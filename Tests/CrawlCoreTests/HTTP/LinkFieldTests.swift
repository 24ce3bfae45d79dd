import CrawlCore
import Testing

/// The field `Link` (RFC 8288).
@Suite struct LinkFieldTests {
    @Test(
        arguments: [
            ("<x>; rel=next", [("x", "next")]), ("<x>;rel=\"next prev\"", [("x", "next prev")]),
            (" , <x> ; rel = next , <y>; rel=prev,", [("x", "next"), ("y", "prev")]),
            ("<a,b;c>; rel=next", [("a,b;c", "next")]), ("<x>; REL=next; rel=prev", [("x", "next")]),
            ("<x>; title=\"a, <b>; rel=\\\"no\\\"\"; rel=next", [("x", "next")]),
            ("<>; rel=self", [("", "self")]),
            ("<x>", [("x", "")]), ("<x>; rel", [("x", "")]),
            ("<x>; rel=next junk; a, <y>; rel=b", [("x", "next"), ("y", "b")]),
            ("<x>; rel=\"next", [("x", "next")]), ("<x", []), ("x; rel=next", []), ("", []),
            ("<x>; rel=next, junk, <y>; rel=prev", [("x", "next")]),
        ] as [(String, [(String, String)])])
    func `links are read by their grammar, up to a mistake`(value: String, links: [(String, String)]) {
        let found = LinkField(value).links
        #expect(found.map(\.target) == links.map(\.0))
        #expect(found.map(\.rel) == links.map(\.1))
    }

    @Test(arguments: [
        ("<a>; rel=next", false), ("<a>;rel=x , ", false), ("", false), ("<a; rel=next", true),
        ("<a>; rel=x, b", true), ("a", true),
    ])
    func `what cannot be read of a field is noted`(field: String, isBroken: Bool) {
        #expect(LinkField(field).isBroken == isBroken)
    }

    @Test func `as many links are read as are wanted`() {
        let field = Array(repeating: "<a>", count: 3_000).joined(separator: ",")
        #expect(LinkField(field).links.count == LinkField.limit)
        #expect(LinkField(field, limit: .max).links.count == 3_000)
    }

    @Test func `a link says the language of its target`() {
        #expect(
            LinkField("<x>; rel=alternate; hreflang=\"de\"; hreflang=fr").links
                == [.init(target: "x", rel: "alternate", language: "de")])
    }

    @Test func `a link may be of another resource`() {
        #expect(
            LinkField("<x>; rel=next; anchor=\"#y\"").links == [.init(target: "x", rel: "next", anchor: "#y")]
        )
    }

    @Test(arguments: ["<x>,", ";", "<x>;", "<x>;=\"", "\"", "<", "<x>;a=\"\\"])
    func `a value of any length is read in one go`(unit: String) {
        #expect(LinkField(String(repeating: unit, count: 200_000)).links.count <= LinkField.limit)
    }
}
