import Extract
import Testing

@Suite struct URLFilterTests {
    @Test(arguments: [
        ([], [], "http://a/x", true), (["/docs/"], [], "http://a/docs/x", true),
        (["/docs/"], [], "http://a/x", false),
        (["/docs/", "[.]pdf$"], [], "http://a/x.pdf", true), ([], ["/private/"], "http://a/private/", false),
        (["/docs/"], ["/docs/old"], "http://a/docs/old/", false), (["^http://a/$"], [], "http://a/", true),
        (["(?i)DOCS", "x"], [], "http://a/docs", true), (["(?i)DOCS", "NO"], [], "http://a/no", false),
        (["a|b"], ["c|d"], "http://x/b", true), (["a|b"], ["c|d"], "http://x/bd", false),
        (["(group)"], [], "http://x/group", true),
    ])
    func `a URL passes when one of include and none of exclude matches`(
        include: [String], exclude: [String], url: String, passes: Bool
    ) throws {
        #expect(try URLFilter(include: include, exclude: exclude).admits(url) == passes)
    }

    @Test func `what is no expression is named`() {
        let error = #expect(throws: URLFilterError.self) { try URLFilter(include: ["ok"], exclude: ["a(b"]) }

        #expect(error?.pattern == "a(b")
        #expect(URLFilter.mistake(in: "a(b")?.isEmpty == false)
        #expect(URLFilter.mistake(in: "a(b)") == nil)
    }
}
