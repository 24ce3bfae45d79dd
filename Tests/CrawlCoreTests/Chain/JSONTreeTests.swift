import CrawlCore
import Testing

/// JSON of which single values are replaced.
@Suite struct JSONTreeTests {
    @Test(arguments: [
        (#"{}"#, [JSONStep.name("a")], #"{"a":9}"#),
        (
            #"{"a":1.50,"b":[1,{"c":"x\"}"}]}"#, [.name("b"), .index(1), .name("c")],
            #"{"a":1.50,"b":[1,{"c":9}]}"#
        ),
        (#"{"a":null}"#, [.name("a"), .name("b")], #"{"a":{"b":9}}"#),
        (#"[1,2]"#, [.index(1)], "[1,9]"), (#"7"#, [], "9"),
    ])
    func `a value is put at its place, and the rest stays`(text: String, steps: [JSONStep], result: String) {
        var tree = JSONTree(text)
        let isSet = tree?.set(steps[...], to: .scalar("9"))
        #expect(isSet == true)
        #expect(tree?.text == result)
    }

    @Test(arguments: [
        (#"{"a":1}"#, [JSONStep.name("a"), .name("b")]), ("[1]", [.index(1)]), (#"{"a":1}"#, [.index(0)]),
    ])
    func `a place that cannot be reached is refused`(text: String, steps: [JSONStep]) {
        var tree = JSONTree(text)
        let isSet = tree?.set(steps[...], to: .scalar("9"))
        #expect(isSet == false)
        #expect(tree?.text == text)
    }

    @Test(arguments: ["", "{", "[1", #"{"a"}"#, "1 2", #"{"a":1,}"#, String(repeating: "[", count: 2_000)])
    func `what is no JSON is none`(text: String) {
        #expect(JSONTree(text) == nil)
    }

    @Test(arguments: [
        ("http://a/?x=1", "http://a/?x=2"), ("http://a/", "http://a/?x=2"),
        ("http://a/?a=b&x=1&x=3#f", "http://a/?a=b&x=2"),
        ("http://a/?%78=1&y=${env:K}", "http://a/?x=2&y=${env:K}"),
    ])
    func `a parameter is set once`(url: String, result: String) {
        #expect(URLQuery.setting("x", to: "2", in: url) == result)
    }
}
