import CrawlCore
import Testing

/// What fragments find in a page.
@Suite struct FragmentPlacesTests {
    private func places(_ names: String..., isCut: Bool = false) -> FragmentPlaces {
        FragmentPlaces(hashes: names.map { FragmentPlaces.hash(Array($0.utf8).span) }.sorted(), isCut: isCut)
    }

    @Test(arguments: [
        ("x", "x"), ("%E2%82%AC", "€"), ("€", "€"), ("100%", "100%"), ("100%25", "100%"), ("%25", "%"),
        ("%ff", "\u{FFFD}"), ("%ff", "%ff"), ("a%20b", "a b"), ("x:~:text=foo,-bar", "x"), ("%", "%"),
        ("a%00b", "a\u{0}b"), ("%zz", "%zz"), ("%4", "%4"), ("/route", "/route"),
    ])
    func `a fragment is looked for as it is written, then decoded`(fragment: String, name: String) {
        #expect(places(name, "other").fault(of: fragment) == nil)
    }

    @Test(arguments: ["", "top", "TOP", "%54op", ":~:", ":~:text=x", ":~:text=a,b,c"])
    func `every page has a top`(fragment: String) {
        #expect(places("a").fault(of: fragment) == nil)
    }

    @Test func `a fragment that is not there is broken, unless that cannot be known`() throws {
        func reason(_ fragment: String, _ places: FragmentPlaces) -> LinkReason? {
            places.fault(of: fragment)?.1
        }
        #expect(reason("id", places("Id")) == .noFragment)
        #expect(reason("viewport", places("a")) == .noFragment)
        #expect(reason("/submission/1", places("Id")) == .scriptFragment)
        #expect(reason("!x", places("Id")) == .scriptFragment)
        #expect(reason("id", places()) == .scriptFragment)
        #expect(reason("id", places("a", isCut: true)) == .cutShort)
        #expect(places("Id").fault(of: "id")?.0 == .broken)
        #expect(places().fault(of: "id")?.0 == .unsure)
    }

    @Test func `a very long fragment is read once`() {
        let long = String(repeating: "%41,", count: 300_000)
        #expect(places("a").fault(of: ":~:text=" + long) == nil)
        #expect(places("a").fault(of: long)?.1 == .noFragment)
    }
}
