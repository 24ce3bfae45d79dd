import CrawlCore
import Extract
import Testing

/// What jobs take from JSON.
@Suite struct JSONFieldTests {
    private static let reply = #"""
        {"data": {"id": 42, "name": "T\u00e9a \"x\"", "tags": ["a", "b", "c"], "none": null, "é": 1},
         "items": [{"name": "one", "price": 1.5e2}, {"name": "two"}, {"other": {"name": "three"}}],
         "a b": true, "dup": 1, "dup": 2, "esc\u0061pe": -0, "": []}
        """#

    private func find(_ path: String, isMany: Bool = false, in reply: String = reply) throws -> String? {
        try FieldExtractorTests.extract(
            [ExtractionField(name: "x", source: .json(path), isMany: isMany)], reply,
            contentType: "application/json")
    }

    @Test(arguments: [
        ("$.data.id", "42"), ("$.data.name", #""T\u00e9a \"x\"""#), ("$['data']['id']", "42"),
        (#"$["a b"]"#, "true"),
        ("$.data.tags[0]", #""a""#), ("$.data.tags[-1]", #""c""#), ("$.data.tags[-3]", #""a""#),
        ("$.data.tags[3]", "null"), ("$.data.tags[-4]", "null"), ("$.data.none", "null"), ("$.data.é", "1"),
        ("$.items[*].name", #""one""#), ("$.items[0].price", "1.5e2"), ("$.nothing.at.all", "null"),
        ("$.data.id.x", "null"),
        ("$.data[0]", "null"), ("$.items.name", "null"), ("$.dup", "2"), ("$.escape", "-0"), ("$['']", "[]"),
        ("$.data.tags", #"["a", "b", "c"]"#), ("$..price", "1.5e2"), ("$ ", nil), ("$[ 'data' ].id", "42"),
        ("$.items[2].other", #"{"name": "three"}"#),
    ])
    func `a path leads to its value`(path: String, value: String?) throws {
        guard let value else {
            #expect(throws: FieldError.self) { try find(path) }
            return
        }
        #expect(try find(path) == #"{"x":\#(value)}"#)
    }

    @Test(arguments: [
        ("$.items[*].name", #"["one","two"]"#), ("$..name", #"["T\u00e9a \"x\"","one","two","three"]"#),
        ("$.data.tags.*", #"["a","b","c"]"#), ("$.data.tags[1]", #"["b"]"#), ("$.nothing", "null"),
        ("$..tags[-1]", #"["c"]"#),
        ("$.items[*]..name", #"["one","two","three"]"#), ("$..*", nil),
    ])
    func `all that a path leads to is taken in order`(path: String, values: String?) throws {
        let found = try find(path, isMany: true)

        if let values {
            #expect(found == #"{"x":\#(values)}"#)
        } else {
            #expect(found?.contains("three") == true)
        }
    }

    @Test(arguments: [
        "", "x", ".a", "$.", "$a", "$..", "$[", "$[]", "$['a", "$[a]", "$['a'", "$[1:2]", "$[0,1]", "$[?@.a]",
        "$.a b", "$['\\n']",
        "$[1.5]", "$[99999999999999999999]", "$.a[-]",
    ])
    func `a path that cannot be used is refused`(path: String) {
        #expect(throws: FieldError.self) {
            try FieldExtractor([ExtractionField(name: "x", source: .json(path))])
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "[1 2]", "{'a':1}", "[01]", "[1.]", "[.5]", "[1e]",
        "[+1]", "[tru]", "\"\\x\"",
        "\"\n\"", "[1]]", "[\"\\u12\"]", "{\"a\":1}x", "<html>", "[NaN]",
    ])
    func `what is no JSON has no values`(reply: String) throws {
        #expect(try find("$", in: reply) == #"{"x":null}"#)
    }

    @Test(arguments: [
        "1", " [ ] ", "{}", "\"x\"", "-1.5E+3", "true", "[[],{},[{}]]", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
    ])
    func `what is JSON has values`(reply: String) throws {
        #expect(
            try find("$", in: reply)
                == #"{"x":\#(reply.trimmingPrefix(" ").split(separator: " ").joined(separator: " "))}"#)
    }

    @Test func `JSON that is nested too deep is none`() throws {
        let deep = String(repeating: "[", count: 100_000)

        #expect(try find("$", in: deep) == #"{"x":null}"#)
        #expect(try find("$..x", in: deep + String(repeating: "]", count: 100_000)) == #"{"x":null}"#)
    }

    @Test(.timeLimit(.minutes(15))) func `paths take no longer and longer on hostile JSON`() throws {
        let wide = "[" + String(repeating: "[[[[[[[[1]]]]]]]],", count: 1000) + "1]"
        let deep =
            String(repeating: "[1,", count: 500) + String(repeating: "1,", count: 5000) + "1"
            + String(repeating: "]", count: 500)

        let start = ContinuousClock.now
        for path in ["$..x", "$..*..*..x", "$..[0]"] {
            _ = try find(path, in: wide)
            _ = try find(path, in: deep)
        }
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
