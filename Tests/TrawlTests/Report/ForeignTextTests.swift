import Testing

@testable import trawl

struct ForeignTextTests {
    @Test(arguments: [
        ("\u{61c}", "\\u{61c}"), ("\u{202e}x\u{202c}", "\\u{202e}x\\u{202c}"),
        ("\u{2066}\u{2069}", "\\u{2066}\\u{2069}"),
        ("\u{200e}\u{200f}", "\\u{200e}\\u{200f}"),
        ("a\u{200b}\u{2060}\u{feff}", "a\\u{200b}\\u{2060}\\u{feff}"),
        ("\u{e0041}", "\\u{e0041}"), ("\u{1b}[31m\u{9b}\u{7f}", "\\u{1b}[31m\\u{9b}\\u{7f}"),
        ("a\u{200d}b\u{200c}", "a\\u{200d}b\\u{200c}"), ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
    ])
    func `what acts on a screen is made visible`(text: String, shown: String) {
        #expect(ForeignText.visible(text) == shown)
    }

    @Test(arguments: ["שלום", "می‌خواهم", "👨‍👩‍👧", "é ü 中文", "plain"])
    func `what belongs to a script stays`(text: String) {
        #expect(ForeignText.visible(text) == text)
    }

    @Test func `escapes in JSON mean the same, also beyond the first plane`() {
        #expect(ForeignText.json("\"\u{202e}\u{e0041}\"") == "\"\\u202e\\udb40\\udc41\"")
    }

    @Test func `data within HTML has no less-than sign`() {
        let json = Array("{\"t\":\"<!--<script></script>\"}".utf8)
        #expect(
            String(decoding: ForeignText.jsonInHTML(json), as: UTF8.self)
                == "{\"t\":\"\\u003c!--\\u003cscript>\\u003c/script>\"}")
    }

    @Test func `text in HTML can leave neither an element nor an attribute`() {
        #expect(ForeignText.html("<a b=\"c\" d='e'>&") == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;")
    }

    @Test(arguments: [
        ("a|b", "`a\\|b`"), ("a\\|b", "`a\\u{7c}b`"), ("a\\\\|b", "`a\\\\u{7c}b`"), ("`|`", "`` `\\|` ``"),
    ])
    func `a cell of Markdown ends where it should`(text: String, cell: String) {
        #expect(ForeignText.markdownCode(text, isCell: true) == cell)
    }

    @Test func `a long text is cut and says how long it is`() {
        #expect(ForeignText.cut(String(repeating: "é", count: 1_000), to: 3) == "ééé… [1,000 characters]")
        #expect(ForeignText.cut("ééé", to: 3) == "ééé")
    }

    @Test func `a formula is none in CSV`() {
        #expect(ForeignText.csv("=1+1") == "'=1+1")
        #expect(ForeignText.csv("=1+1", isRaw: true) == "=1+1")
        #expect(ForeignText.csv("@x,\"y\"") == "\"'@x,\"\"y\"\"\"")
    }

    @Test func `nothing in CSV acts on a screen, and lines stay lines`() {
        #expect(ForeignText.csv("a\u{1b}[2J\u{202e}\tb") == "a\\u{1b}[2J\\u{202e}\tb")
        #expect(ForeignText.csv("a\r\nb\u{9b}") == "\"a\r\nb\\u{9b}\"")
        #expect(ForeignText.csv("a\u{1b}\u{202e}", isRaw: true) == "a\u{1b}\u{202e}")
    }
}
