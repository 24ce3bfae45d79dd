import CrawlCore
import JobFile
import Testing

/// What a job file says is to be taken from pages.
@Suite struct ExtractionFieldTests {
    @Test func `fields come in the order of the file, each with its source`() throws {
        let spec = try job(
            """
            urls: ["http://a/"]
            extract:
              h1: {xpath: "//h1"}
              price: {regex: "£([0-9.]+)"}
              "the id": {json: "$.data.id"}
              all: {xpath: "//li", many: true}
              next: {css: "a.next::attr(href)", type: url}
              total: {header: X-Total, type: integer}
              offer: {jsonld: "$.offers.price", type: number}
            """
        ).spec

        #expect(
            spec.extract == [
                ExtractionField(name: "h1", source: .xpath("//h1")),
                ExtractionField(name: "price", source: .regex("£([0-9.]+)")),
                ExtractionField(name: "the id", source: .json("$.data.id")),
                ExtractionField(name: "all", source: .xpath("//li"), isMany: true),
                ExtractionField(name: "next", source: .css("a.next::attr(href)"), type: .url),
                ExtractionField(name: "total", source: .header("X-Total"), type: .integer),
                ExtractionField(name: "offer", source: .jsonLD("$.offers.price"), type: .number),
            ])
        #expect(spec.metadata == false)
    }

    @Test func `a job without fields takes none, and may ask for metadata alone`() throws {
        let spec = try job("urls: [\"http://a/\"]\nmetadata: true").spec

        #expect(spec.extract.isEmpty)
        #expect(spec.metadata)
    }

    @Test(arguments: [
        ("extract: {h: {xpath: \"//h1[\"}}", "extract.h.xpath: "),
        ("extract: {h: {xpath: \"//x:a(\"}}", "extract.h.xpath: "),
        ("extract: {h: {css: \"a >\"}}", "extract.h.css: a selector is missing, at character 4"),
        ("extract: {h: {jsonld: x}}", "extract.h.jsonld: a path begins with $"),
        ("extract: {h: {header: \"a b\"}}", "extract.h.header: no header has a field of that name"),
        ("extract: {h: {xpath: \"\"}}", "extract.h.xpath: "),
        ("extract: {p: {regex: \"a(\"}}", "extract.p.regex: missing )"),
        ("extract: {p: {regex: \"(?=a)\"}}", "extract.p.regex: invalid perl operator: (?="),
        ("extract: {j: {json: \"data.id\"}}", "extract.j.json: a path begins with $"),
        ("extract: {j: {json: \"$[?(@.a)]\"}}", "extract.j.json: filters are not supported"),
    ]) func `an expression that cannot be used is named by its line and key`(line: String, message: String) {
        #expect(mistake(inKey: line).hasPrefix(message), "\(mistake(inKey: line))")
    }

    @Test(arguments: [
        ("extract: {}", "extract: the mapping is empty"),
        ("extract: [a]", "extract: a list is not a mapping"),
        ("extract: {\"\": {xpath: a}}", "extract: a field has no name"),
        ("extract: {h: //h1}", "extract.h: \"//h1\" is not a mapping"),
        ("extract: {h: {}}", "extract.h: nothing says where the value comes from"),
        ("extract: {h: {many: true}}", "extract.h: nothing says where the value comes from"),
        ("extract: {h: {xpath: a, regex: b}}", "extract.h.regex: a value has one source"),
        ("extract: {h: {xpaht: a}}", "extract.h.xpaht: unknown key \"xpaht\"; did you mean \"xpath\"?"),
        (
            "extract: {h: {css: a, type: float}}",
            "extract.h.type: \"float\" is not known here; write url, number, integer or date"
        ),
        ("extract: {h: {xpath: a, many: 1}}", "extract.h.many: 1 is neither true nor false"),
        ("extract: {h: {regex: 1}}", "extract.h.regex: 1 is not a text"),
        ("extract: {h: {xpath: a}, h: {xpath: b}}", "extract.h: "), ("metadata: 1", "metadata: 1 is neither"),
    ]) func `a field that is not as it should be is refused`(line: String, message: String) {
        #expect(mistake(inKey: line).hasPrefix(message), "\(mistake(inKey: line))")
    }
}
