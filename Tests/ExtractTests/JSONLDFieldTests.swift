import CrawlCore
import Extract
import Testing

/// What jobs take from the JSON-LD of pages.
@Suite struct JSONLDFieldTests {
    private static let page = #"""
        <script type="application/ld+json">{"@type": "Organization", "name": "Shop"}</script>
        <script>var x = {"name": "no"}</script><script type="application/json">{"name": "no"}</script>
        <p><script type="Application/LD+JSON; charset=utf-8">
        <!-- {"@context": "https://schema.org", "@graph": [{"@type": "Product", "name": "Tea", "offers": {"price": "4.50"}},
          {"@type": "Product", "name": "Pot
        2", "offers": [{"price": 12}, {"price": 13.5}]}]} //-->
        </script><script type="application/ld+json">[{"name": "One"}, {"name": "Two & <b>"}];</script>
        """#

    private func values(_ path: String, in page: String = page) throws -> ExtractedFields? {
        FieldExtractorTests.fields(
            try FieldExtractor([ExtractionField(name: "x", source: .jsonLD(path), isMany: true)]), page)
    }

    @Test(arguments: [
        ("$.name", #"["Shop","Tea","Pot 2","One","Two & <b>"]"#), ("$.offers.price", #"["4.50"]"#),
        ("$.offers[*].price", "[12,13.5]"),
        ("$..price", #"["4.50",12,13.5]"#), ("$['@type']", #"["Organization","Product","Product"]"#),
        ("$.nothing", "null"),
    ])
    func `a path is tried at each object of all scripts`(path: String, values: String) throws {
        #expect(try self.values(path)?.json == "{\"x\":\(values)}")
    }

    @Test func `a script that is not JSON hides no other, and is told where nothing is found`() throws {
        let page =
            #"<script type="application/ld+json">{"a": 1,}</script><script type="application/ld+json">{"b": 2}</script>"#

        #expect(try values("$.b", in: page)?.mistakes == nil)
        #expect(try values("$.b", in: page)?.json == #"{"x":[2]}"#)
        #expect(
            try values("$.a", in: page)?.mistakes == "x is not found, and a script of JSON-LD is not JSON")
    }

    @Test func `a page without JSON-LD has none`() throws {
        #expect(try values("$.a", in: "<p>")?.json == #"{"x":null}"#)
        #expect(try values("$.a", in: "<p>")?.mistakes == nil)
    }

    @Test(.timeLimit(.minutes(15))) func `many scripts and deep lists take no longer and longer`() throws {
        let script = #"<script type="application/ld+json">{"a": [1, 2, 3]}</script>"#
        _ = try values("$..a[-1]", in: String(repeating: script, count: 20_000))
        let deep = String(repeating: "[", count: 500) + "{}" + String(repeating: "]", count: 500)
        _ = try values("$..a", in: #"<script type="application/ld+json">\#(deep)</script>"#)
    }
}
